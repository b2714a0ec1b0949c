/** A table of Markdown: columns as wide as their words, or wrapped within what there is; below that, one line a cell. Pure. */
import { paintAll, type Span, widthOf, wrap } from './text.ts';
import type { Theme } from './theme.ts';

type Align = 'center' | 'left' | 'right' | null;
type Cell = readonly Span[];

const gap = 2;
/** A column below this cannot be read. */
const narrowest = 5;

const cellWidth = (cell: Cell) => cell.reduce((sum, { text }) => sum + widthOf(text), 0);

/** The first row is the head. */
export function markdownTable(
  rows: readonly (readonly Cell[])[],
  align: readonly Align[],
  width: number,
  theme: Theme,
): string[] {
  const [head = [], ...body] = rows;
  const wanted = head.map((_, at) => Math.max(1, ...rows.map((row) => cellWidth(row[at] ?? []))));
  const room = width - gap * (head.length - 1);
  if (room < head.length * Math.min(narrowest, Math.max(...wanted))) return stacked(head, body, width, theme);
  const widths = shrunk(wanted, room);
  const line = (row: readonly Cell[]) => rowLines(row, widths, align);
  const rule = widths.map((each) => theme.glyph.heavy.repeat(each)).join(' '.repeat(gap));
  return [...line(head).map((each) => theme.bold(each)), theme.dim(rule), ...body.flatMap(line)];
}

/** The widest gives way first. */
function shrunk(wanted: readonly number[], room: number): readonly number[] {
  const widths = [...wanted];
  let over = widths.reduce((sum, each) => sum + each, 0) - room;
  for (; over > 0; over--) {
    const widest = widths.indexOf(Math.max(...widths));
    widths[widest]! -= 1;
  }
  return widths;
}

function rowLines(row: readonly Cell[], widths: readonly number[], align: readonly Align[]): string[] {
  const cells = widths.map((width, at) => wrap(row[at] ?? [], width));
  const height = Math.max(1, ...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, y) =>
    cells
      .map((lines, at) => aligned(lines[y] ?? [], widths[at]!, align[at] ?? null))
      .join(' '.repeat(gap))
      .trimEnd(),
  );
}

function aligned(cell: Cell, width: number, align: Align): string {
  const free = Math.max(0, width - cellWidth(cell));
  const left = align === 'right' ? free : align === 'center' ? Math.floor(free / 2) : 0;
  return `${' '.repeat(left)}${paintAll(cell)}${' '.repeat(free - left)}`;
}

function stacked(head: readonly Cell[], body: readonly (readonly Cell[])[], width: number, theme: Theme): string[] {
  return body.flatMap((row, at) => [
    ...(at > 0 ? [''] : []),
    ...row.flatMap((cell, n) => {
      const name: Cell = (head[n] ?? []).map(({ text }) => ({ text, paint: theme.bold }));
      return wrap([...name, { text: ': ' }, ...cell], width).map((line) => paintAll(line).trimEnd());
    }),
  ]);
}
