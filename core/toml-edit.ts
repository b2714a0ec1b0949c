/** One key of a TOML file set, every other line as it was: a person's comments and order are theirs. Pure. */

export type Scalar = string | number | boolean;

/** `table`: the names of its header; empty for the top of the file. A table that is not there is added at the end. */
export function withKey(
  source: string,
  table: readonly string[],
  key: string,
  value: Scalar | readonly string[],
): string {
  const line = `${name(key)} = ${literal(value)}`;
  const lines = source === '' ? [] : source.replace(/\n$/, '').split('\n');
  const from = table.length === 0 ? -1 : lines.findIndex((each) => sameTable(each, table));
  if (table.length > 0 && from < 0) {
    const gap = lines.length === 0 || lines.at(-1) === '' ? [] : [''];
    return `${[...lines, ...gap, `[${table.map(name).join('.')}]`, line].join('\n')}\n`;
  }
  const next = lines.findIndex((each, at) => at > from && /^\s*\[/.test(each));
  const end = next < 0 ? lines.length : next;
  const old = lines.findIndex((each, at) => at > from && at < end && keyOf(each) === key);
  if (old >= 0) lines.splice(old, spanOf(lines, old, end), line);
  else lines.splice(from + 1, 0, line);
  return `${lines.join('\n')}\n`;
}

const bare = /^[A-Za-z0-9_-]+$/;
const name = (key: string) => (bare.test(key) ? key : JSON.stringify(key));
const literal = (value: Scalar | readonly string[]) => JSON.stringify(value);

const keyOf = (line: string): string | undefined =>
  unquoted(/^\s*("(?:[^"\\]|\\.)*"|[A-Za-z0-9_-]+)\s*=/.exec(line)?.[1]);

function sameTable(line: string, table: readonly string[]): boolean {
  const inner = /^\s*\[([^[].*?)\]\s*(?:#.*)?$/.exec(line)?.[1];
  if (inner === undefined) return false;
  const parts = [...inner.matchAll(/"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+/g)].map(([part]) => unquoted(part));
  return parts.length === table.length && parts.every((part, at) => part === table[at]);
}

function unquoted(text: string | undefined): string | undefined {
  if (text?.startsWith('"')) return JSON.parse(text) as string;
  return text?.startsWith("'") ? text.slice(1, -1) : text;
}

/** A list may go over several lines. */
function spanOf(lines: readonly string[], from: number, end: number): number {
  if (!/=\s*\[/.test(lines[from]!)) return 1;
  const close = lines.findIndex((each, at) => at >= from && at < end && each.includes(']'));
  return close < 0 ? 1 : close - from + 1;
}
