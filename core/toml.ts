/** TOML text as plain values, or what is wrong with it and where. */
import { parse, TomlDate, TomlError } from 'smol-toml';
import { type Place, placeAt } from './place.ts';

/** A TOML table: no prototype, so that a key named `__proto__` is a key like any other. */
export interface Table {
  readonly [key: string]: unknown;
}

export type TomlResult =
  | { readonly ok: true; readonly table: Table }
  | { readonly ok: false; readonly message: string; readonly place: Place };

export const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function parseToml(source: string): TomlResult {
  try {
    return { ok: true, table: plain(parse(source, { integersAsBigInt: 'asNeeded' })) as Table };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const from = offsetOf(source, error.line, error.column);
    const to = endOfWord(source, from);
    const hint = /^[A-Za-z_]/.test(source.slice(from, to)) && sentence(error.message) === 'invalid value';
    const message = hint ? 'invalid value; a text stands in quotes' : sentence(error.message);
    return { ok: false, message, place: placeAt(source, from, to) };
  }
}

/** Values JSON can hold: a date becomes its text, an integer beyond 2^53 the nearest number. */
function plain(value: unknown): unknown {
  if (value instanceof TomlDate) return value.toISOString();
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (!isTable(value)) return value;
  const table: Record<string, unknown> = Object.create(null);
  for (const [key, inner] of Object.entries(value)) table[key] = plain(inner);
  return table;
}

/** The parser counts lines and columns from 1, columns in UTF-16 units. */
function offsetOf(source: string, line: number, column: number): number {
  let start = 0;
  for (let n = 1; n < line; n++) start = source.indexOf('\n', start) + 1;
  return start + column - 1;
}

/** What cannot be read is marked up to the next blank. */
function endOfWord(source: string, from: number): number {
  const length = source.slice(from).search(/\s/);
  return length < 0 ? source.length : from + length;
}

/** The parser's first line, without the words that open each of its messages and the excerpt that follows. */
const sentence = (message: string) => message.split('\n', 1)[0]!.replace(/^Invalid TOML document: /, '');
