/** Reads fields of JSON that somebody else wrote: a field of the wrong type counts as absent. */
export type Json = Readonly<Record<string, unknown>>;

export const record = (value: unknown): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
/** A count of something: a negative or broken number is none. */
export const count = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.floor(value) : 0;

/** The object in `source`; undefined when that is no JSON or no object. */
export function parseRecord(source: string): Json | undefined {
  try {
    return record(JSON.parse(source));
  } catch {
    return undefined;
  }
}
