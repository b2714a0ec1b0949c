/** The unified diff of two texts, bounded in work and in size. */
import { structuredPatch } from 'diff';

export interface TextDiff {
  readonly added: number;
  readonly removed: number;
  /** Hunks only, without the file headers. */
  readonly diff: string;
}

/** Above so many added and removed lines the search for the shortest diff costs too much. */
const maxEdits = 2000;
const contextLines = 3;

export function diffTexts(before: string, after: string): TextDiff {
  const hunks = before === '' || after === '' ? undefined : shortest(before, after);
  const lines = hunks ?? wholesale(before, after);
  const count = (sign: string) => lines.reduce((sum, line) => sum + (line.startsWith(sign) ? 1 : 0), 0);
  return { added: count('+'), removed: count('-'), diff: lines.map((line) => `${line}\n`).join('') };
}

/** A diff of at most about `limit` characters, ending at a line and saying how many lines are not shown. */
export function shortenDiff(diff: string, limit: number): string {
  if (diff.length <= limit) return diff;
  const end = diff.lastIndexOf('\n', limit - 1) + 1;
  const hidden = diff.slice(end).split('\n').length - 1;
  return `${diff.slice(0, end)}\\ ${hidden} more lines of this diff are not shown\n`;
}

const noNewline = '\\ No newline at end of file';
/** A count of no lines names the line before. */
const range = (start: number, count: number) => `${count === 0 ? start - 1 : start},${count}`;
const header = (oldStart: number, oldCount: number, newStart: number, newCount: number) =>
  `@@ -${range(oldStart, oldCount)} +${range(newStart, newCount)} @@`;

function shortest(before: string, after: string): string[] | undefined {
  const options = { context: contextLines, maxEditLength: maxEdits };
  const hunks = structuredPatch('', '', before, after, undefined, undefined, options)?.hunks;
  return hunks?.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
    header(oldStart, oldLines, newStart, newLines),
    ...lines,
  ]);
}

/** One hunk: everything between the common beginning and the common end goes, and comes anew. */
function wholesale(before: string, after: string): string[] {
  const old = linesOf(before);
  const now = linesOf(after);
  const shorter = Math.min(old.length, now.length);
  let head = 0;
  while (head < shorter && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < shorter - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
  if (head === old.length && head === now.length) return [];
  const start = Math.max(0, head - contextLines);
  const below = Math.min(tail, contextLines);
  const oldEnd = old.length - tail;
  const nowEnd = now.length - tail;
  return [
    header(start + 1, oldEnd + below - start, start + 1, nowEnd + below - start),
    ...marked(' ', old.slice(start, head)),
    ...marked('-', old.slice(head, oldEnd)),
    ...marked('+', now.slice(head, nowEnd)),
    ...marked(' ', old.slice(oldEnd, oldEnd + below)),
  ];
}

/** Lines with their ends, so that a missing last end is a difference. */
const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

const marked = (mark: string, lines: readonly string[]) =>
  lines.flatMap((line) => (line.endsWith('\n') ? [mark + line.slice(0, -1)] : [mark + line, noNewline]));
