/** Changed files as cells of a pager: long ones in parts, so that only those that are seen are laid out. Pure. */
import type { FileChange } from '../core/rows.ts';
import type { CellOf } from './transcript.ts';

/** Lines of a part. */
const partLines = 60;

export type ChangeCell = CellOf<'change'>;

export function diffCells(files: readonly FileChange[]): readonly ChangeCell[] {
  return files.flatMap((change, at) =>
    parts(change.diff).map((diff, n) => ({
      id: `file${at}.${n}`,
      seq: 0,
      kind: 'change' as const,
      change: { ...change, diff },
      follows: n > 0,
    })),
  );
}

const header = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/;

/** Each part begins with a header of its own, so that its lines have their numbers. */
function parts(diff: string): string[] {
  const found: string[] = [];
  let lines: string[] = [];
  let [old, now] = [0, 0];
  const end = () => {
    if (lines.length > 0) found.push(lines.join('\n'));
    lines = [`@@ -${old} +${now} @@`];
  };
  for (const line of diff.replace(/\n$/, '').split('\n')) {
    const begins = header.exec(line);
    if (lines.length > partLines) end();
    if (begins) [old, now] = [Number(begins[1]), Number(begins[2])];
    if (begins && /^@@/.test(lines.at(-1) ?? '')) lines.pop();
    if (!line.startsWith('+') && !begins && !line.startsWith('\\')) old++;
    if (!line.startsWith('-') && !begins && !line.startsWith('\\')) now++;
    lines.push(line);
  }
  if (lines.length > 0) found.push(lines.join('\n'));
  return found;
}

/** `3 files +10 −2`. */
export const sumOf = (files: readonly FileChange[], minus: string): string => {
  const of = (what: 'added' | 'removed') => files.reduce((sum, file) => sum + file[what], 0);
  const count = new Set(files.map(({ path }) => path)).size;
  return `${count} file${count === 1 ? '' : 's'} +${of('added')} ${minus}${of('removed')}`;
};
