/** `-c key=value` as a layer of configuration. */
import { leaves, merge } from './config-layers.ts';
import { parseToml, type Table } from './toml.ts';

export type Override = { readonly ok: true; readonly table: Table } | { readonly ok: false; readonly why: string };

/** `-c key=value`: a dotted key, and a TOML value or, where it is none, the text itself. */
export function parseOverride(text: string): Override {
  const equals = text.indexOf('=');
  const key = text.slice(0, Math.max(0, equals)).trim();
  const path = splitKey(key);
  if (!path) return { ok: false, why: `-c takes key=value with a dotted key, not ${JSON.stringify(text)}` };
  return { ok: true, table: nest(path, overrideValue(text.slice(equals + 1).trim())) };
}

/** All `-c` of a command line as one table; a later one wins. */
export function parseOverrides(texts: readonly string[]): Override {
  let table: Table = {};
  for (const text of texts) {
    const one = parseOverride(text);
    if (!one.ok) return one;
    table = merge(table, one.table);
  }
  return { ok: true, table };
}

/** Quoted parts as TOML reads them; a key that TOML would not take, such as one with slashes, is split at its dots. */
function splitKey(key: string): readonly string[] | undefined {
  const parsed = key.includes('\n') ? undefined : parseToml(`${key} = true`);
  const path = parsed?.ok ? [...leaves(parsed.table, [])][0] : key.split('.');
  return path?.every((part) => part !== '') ? path : undefined;
}

/** A bare date, `inf` or `nan` is more likely a name than what TOML makes of it. */
function overrideValue(text: string): unknown {
  const parsed = parseToml(`value = ${text}`);
  if (!parsed.ok || Object.keys(parsed.table).length !== 1) return text;
  const { value } = parsed.table;
  const bareDate = typeof value === 'string' && !/^["']/.test(text);
  const noNumber = typeof value === 'number' && !Number.isFinite(value);
  return bareDate || noNumber ? text : value;
}

const nest = (path: readonly string[], value: unknown): Table =>
  path.reduceRight<unknown>((inner, key) => Object.assign(Object.create(null), { [key]: inner }), value) as Table;
