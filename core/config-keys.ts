/** The schema's keys as a list, and which keys of a layer are unknown. */
import { z } from 'zod';
import { codexKeys } from './codex-keys.ts';
import { ConfigSchema } from './config.ts';
import { metaOf } from './config-kinds.ts';
import { isTable, type Table } from './toml.ts';

export interface ConfigKey {
  /** A part in angle brackets stands for any name: `model_providers.<id>.name`. */
  readonly path: readonly string[];
  readonly kind: string;
  readonly doc: string;
  /** As it would be written in TOML; undefined when the key has no constant default. */
  readonly fallback?: string;
  readonly unset?: string;
}

/** All keys that tcx serves, in the order of the schema. */
export const configKeys: readonly ConfigKey[] = [...below(ConfigSchema, [])];

function* below(schema: z.ZodType, path: readonly string[]): Generator<ConfigKey> {
  const { kind, doc, unset } = metaOf(schema);
  const bare = unwrap(schema);
  if (bare instanceof z.ZodObject) {
    for (const [name, inner] of Object.entries(bare.shape)) yield* below(inner as z.ZodType, [...path, name]);
    return;
  }
  const each = metaOf(bare).each;
  if (bare instanceof z.ZodRecord && each) return yield* below(bare.valueType as z.ZodType, [...path, `<${each}>`]);
  const fallback = schema instanceof z.ZodPrefault ? JSON.stringify(schema.def.defaultValue) : undefined;
  yield { path, kind: kind ?? '', doc: doc ?? '', ...(fallback && { fallback }), ...(unset && { unset }) };
}

function unwrap(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodPrefault) return unwrap(schema.unwrap() as z.ZodType);
  return schema;
}

/** The names below a table; `any` is for names the user gives. A node without names takes whatever stands below it. */
interface Node {
  readonly names: Map<string, Node>;
}
const any = '*';

function tree(paths: Iterable<readonly string[]>): Node {
  const root: Node = { names: new Map() };
  for (const path of paths) {
    let node = root;
    for (const part of path) {
      const name = part.startsWith('<') ? any : part;
      const next = node.names.get(name) ?? { names: new Map() };
      node.names.set(name, next);
      node = next;
    }
  }
  return root;
}

/** Paths of keys that neither tcx nor Codex knows: what `--strict-config` refuses. */
export function unknownKeys(layer: Table): readonly (readonly string[])[] {
  const known = tree([...configKeys.map((key) => key.path), ...codexKeys.map((key) => key.split('.'))]);
  return [...unknownBelow(layer, known, [])];
}

function* unknownBelow(table: Table, node: Node, path: readonly string[]): Generator<readonly string[]> {
  if (node.names.size === 0) return;
  for (const [name, value] of Object.entries(table)) {
    const next = node.names.get(name) ?? node.names.get(any);
    if (!next) yield [...path, name];
    else if (isTable(value)) yield* unknownBelow(value, next, [...path, name]);
  }
}
