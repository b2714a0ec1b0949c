/** What a pager shows: the transcript, or pages of its own, from a place on; and what is searched in it. Pure. */
import type { Row } from '../core/rows.ts';
import { type CellStyle, cellLines } from './cell-lines.ts';
import { cellText, matcher } from './cell-text.ts';
import { unstyled } from './text.ts';
import { addRows, type Cell, emptyTranscript } from './transcript.ts';
import type { View } from './view.ts';
import type { Match, Pager, Part } from './view-parts.ts';

/** Rows of a part: more is dropped at the far end, since it can be asked for again. */
const partLimit = 4_000;

export const openedPager = (title: string, cells?: readonly Cell[]): Pager => ({
  kind: 'pager',
  title,
  cells,
  part: undefined,
  anchor: undefined,
  typing: undefined,
  query: '',
  match: undefined,
  way: -1,
  looking: false,
});

export const partOf = (rows: readonly Row[]): Part => ({ rows, cells: addRows(emptyTranscript, rows).cells });

export function withRows({ rows }: Part, more: readonly Row[], where: 'before' | 'after'): Part {
  const all = where === 'before' ? [...more, ...rows] : [...rows, ...more];
  return partOf(where === 'before' ? all.slice(0, partLimit) : all.slice(-partLimit));
}

export const pagerCells = ({ session }: View, { cells, part }: Pager): readonly Cell[] =>
  cells ?? part?.cells ?? session?.transcript.cells ?? [];

/** How far down the first shown line is, of all there is. */
export function share(view: View, pager: Pager): number {
  if (!pager.anchor) return 100;
  const cells = pagerCells(view, pager);
  const at = cells.findIndex(({ id }) => id === pager.anchor?.cell);
  if (at < 0 || cells.length === 0) return 0;
  if (pager.cells) return Math.floor((100 * at) / cells.length);
  const head = Math.max(1, view.session?.view.head ?? 1);
  return Math.min(99, Math.floor((100 * (cells[at]!.seq - 1)) / head));
}

/** The next line that matches, from a place on (or from the end there is); `by` -1 looks upward. */
export function findMatch(
  cells: readonly Cell[],
  style: CellStyle,
  query: string,
  from: Match | undefined,
  by: 1 | -1,
): Match | undefined {
  const fits = matcher(query);
  const begin = from ? cells.findIndex(({ id }) => id === from.cell) : by > 0 ? 0 : cells.length - 1;
  for (let at = begin; at >= 0 && at < cells.length; at += by) {
    const cell = cells[at]!;
    if (!fits(cellText(cell))) continue;
    const lines = matchingLines(cell, style, fits);
    const beyond = from && cell.id === from.cell ? lines.filter((line) => (line - from.line) * by > 0) : lines;
    const line = by > 0 ? beyond[0] : beyond.at(-1);
    if (line !== undefined) return { cell: cell.id, line };
  }
  return undefined;
}

/** Words that are broken over two lines are found at the beginning of their cell. */
function matchingLines(cell: Cell, style: CellStyle, fits: (text: string) => boolean): number[] {
  const lines = cellLines(cell, style).flatMap((line, at) => (fits(unstyled(line)) ? [at] : []));
  return lines.length > 0 ? lines : [0];
}
