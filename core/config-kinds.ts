/** The kinds of value a config key can have. Each says in its errors what it expects, and carries the words for the table of keys. */
import { z } from 'zod';
import { parseDuration } from './duration.ts';

/** What a schema carries for errors, `docs/config.md` and path resolution. */
export interface KeyMeta {
  readonly kind?: string;
  readonly doc?: string;
  /** Shown instead of the default, where that is not a constant. */
  readonly unset?: string;
  /** Of a table whose keys the user names: what such a name stands for. */
  readonly each?: string;
}

export const metaOf = (schema: z.ZodType): KeyMeta => (schema.meta() ?? {}) as KeyMeta;

const maxFound = 40;

/** A value as an error shows it. */
export function found(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a table';
  const text = JSON.stringify(value);
  return text.length > maxFound ? `${text.slice(0, maxFound - 1)}…` : text;
}

const says = (what: string, value: unknown) => `expected ${what}, found ${found(value)}`;

/** The `error` option of a schema or check. */
const expected = (what: string) => ({ error: (issue: { readonly input?: unknown }) => says(what, issue.input) });

export const flag = () => z.boolean(expected('true or false')).meta({ kind: 'boolean' });

export const text = () => z.string(expected('a text')).meta({ kind: 'text' });

export const filled = () => {
  const error = expected('a text that is not empty');
  return z.string(error).min(1, error).meta({ kind: 'text' });
};

/** A path: relative ones belong to the folder of the file they stand in, `~/` is the user's home. */
export const path = () => {
  const error = expected('a path');
  return z.string(error).min(1, error).meta({ kind: 'path' });
};

export const integer = (min: number, max = Number.MAX_SAFE_INTEGER) => {
  const upTo = max === Number.MAX_SAFE_INTEGER ? `of ${min} or more` : `from ${min} to ${max}`;
  const error = expected(`a whole number ${upTo}`);
  return z.int(error).min(min, error).max(max, error).meta({ kind: 'integer' });
};

export const oneOf = <const Value extends string>(...values: readonly Value[]) => {
  const words = values.map((value) => `"${value}"`);
  return z.enum(values, expected(`one of ${words.join(', ')}`)).meta({ kind: words.join(' ') });
};

export const listOf = <Item extends z.ZodType>(item: Item, kind: string) =>
  z.array(item, expected('a list')).meta({ kind });

/** A table whose keys the user names, with plain values. */
export const mapOf = <Value extends z.ZodType>(value: Value, kind: string) =>
  z.record(z.string(), value, expected('a table')).meta({ kind });

/** A table whose keys the user names, with a table below each. */
export const tablesBy = <Value extends z.ZodType>(each: string, value: Value) =>
  z.record(z.string(), value, expected('a table')).meta({ each });

/** A table of known keys; unknown ones are let through and left out. */
export const table = <Shape extends z.ZodRawShape>(shape: Shape) => z.object(shape, expected('a table'));

/** Written as text such as `30m`, read as ms. */
export const duration = () => {
  const what = 'a length of time such as "90s", "30m" or "1h30m"';
  return z
    .string(expected(what))
    .transform((written, context) => {
      const ms = parseDuration(written);
      if (ms !== undefined) return ms;
      context.issues.push({ code: 'custom', message: says(what, written), input: written });
      return z.NEVER;
    })
    .meta({ kind: 'duration' });
};

/** One of several shapes, told in the words of `what`. */
export const either = <A extends z.ZodType, B extends z.ZodType>(what: string, a: A, b: B) =>
  z.union([a, b], expected(what)).meta({ kind: what });

/** A key that may be absent. */
export const optional = <Schema extends z.ZodType>(schema: Schema, doc: string, unset?: string) =>
  schema.optional().meta({ ...metaOf(schema), doc, ...(unset && { unset }) });

/** A key with a default, given as it would be written. */
export const withDefault = <Schema extends z.ZodType>(schema: Schema, value: z.input<Schema>, doc: string) =>
  z.prefault(schema, value).meta({ ...metaOf(schema), doc });
