/** Reads the arguments of a function call field by field: unknown fields are ignored, a wrong one is refused with its place. */
import { atValue, type JsonPath, jsonMistake } from './json-place.ts';

export type Read<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly why: string };

/** What `read` makes of the arguments, or what the model is told of them. */
export function readArguments<Value>(text: string, read: (fields: Fields) => Value): Read<Value> {
  try {
    return { ok: true, value: read(new Fields(parsed(text), [])) };
  } catch (wrong) {
    if (wrong instanceof WrongValue) return refused(atValue(text, wrong.message, wrong.path, wrong.which));
    if (wrong instanceof SyntaxError) return refused(jsonMistake(text));
    throw wrong;
  }
}

const refused = (why: string): Read<never> => ({ ok: false, why: `failed to parse function arguments: ${why}` });

const parsed = (text: string): unknown => JSON.parse(text);

/** Thrown and caught in this file: a value that is not what its field wants. */
class WrongValue extends Error {
  readonly path: JsonPath;
  readonly which: 'start' | 'end';
  constructor(message: string, path: JsonPath, which: 'start' | 'end' = 'end') {
    super(message);
    this.path = path;
    this.which = which;
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The fields of one object. A field that may be left out may be null as well: many models write it so. */
export class Fields {
  readonly #object: Readonly<Record<string, unknown>>;
  readonly #path: JsonPath;

  constructor(value: unknown, path: JsonPath) {
    if (!isRecord(value)) throw wrongType(value, 'an object', path);
    this.#object = value;
    this.#path = path;
  }

  text(name: string): string {
    return asText(this.#required(name), this.#at(name));
  }

  optionalText(name: string): string | undefined {
    const value = this.#get(name);
    return value === undefined ? undefined : asText(value, this.#at(name));
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.#get(name) ?? otherwise;
    if (typeof value !== 'boolean') throw wrongType(value, 'a boolean', this.#at(name));
    return value;
  }

  /** A whole number from 0. */
  count(name: string): number {
    return asCount(this.#required(name), this.#at(name));
  }

  optionalCount(name: string): number | undefined {
    const value = this.#get(name);
    return value === undefined ? undefined : asCount(value, this.#at(name));
  }

  word<Word extends string>(name: string, words: readonly Word[]): Word {
    return asWord(this.#required(name), words, this.#at(name));
  }

  optionalWord<Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const value = this.#get(name);
    return value === undefined ? undefined : asWord(value, words, this.#at(name));
  }

  optionalTexts(name: string): readonly string[] | undefined {
    if (this.#get(name) === undefined) return undefined;
    return this.#items(name).map((item, index) => asText(item, [...this.#at(name), index]));
  }

  object(name: string): Fields {
    return new Fields(this.#get(name) ?? {}, this.#at(name));
  }

  objects(name: string): Fields[] {
    return this.#items(name).map((item, index) => new Fields(item, [...this.#at(name), index]));
  }

  #items(name: string): readonly unknown[] {
    const value = this.#required(name);
    if (!Array.isArray(value)) throw wrongType(value, 'a sequence', this.#at(name));
    return value;
  }

  #get(name: string): unknown {
    return Object.hasOwn(this.#object, name) ? (this.#object[name] ?? undefined) : undefined;
  }

  #required(name: string): unknown {
    if (!Object.hasOwn(this.#object, name)) throw new WrongValue(`missing field \`${name}\``, this.#path);
    return this.#object[name];
  }

  #at = (name: string): JsonPath => [...this.#path, name];
}

function asText(value: unknown, path: JsonPath): string {
  if (typeof value !== 'string') throw wrongType(value, 'a string', path);
  return value;
}

function asCount(value: unknown, path: JsonPath): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(value, 'u64', path);
  if (value < 0 || !Number.isSafeInteger(value))
    throw new WrongValue(`invalid value: ${described(value)}, expected u64`, path);
  return value;
}

function asWord<Word extends string>(value: unknown, words: readonly Word[], path: JsonPath): Word {
  const text = asText(value, path);
  const word = words.find((known) => known === text);
  if (word === undefined) throw new WrongValue(`unknown variant \`${shortened(text)}\`, ${expected(words)}`, path);
  return word;
}

function expected(words: readonly string[]): string {
  const quoted = words.map((word) => `\`${word}\``);
  return quoted.length === 2 ? `expected ${quoted.join(' or ')}` : `expected one of ${quoted.join(', ')}`;
}

const wrongType = (value: unknown, wanted: string, path: JsonPath) =>
  new WrongValue(
    `invalid type: ${described(value)}, expected ${wanted}`,
    path,
    typeof value === 'object' && value !== null ? 'start' : 'end',
  );

function described(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'sequence';
  if (typeof value === 'string') return `string ${JSON.stringify(shortened(value))}`;
  if (typeof value === 'boolean') return `boolean \`${value}\``;
  if (typeof value === 'number') return `${Number.isInteger(value) ? 'integer' : 'floating point'} \`${value}\``;
  return 'map';
}

/** A model that put a whole file into the wrong field need not read it back. */
const shownCharacters = 100;
const shortened = (text: string) => (text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text);
