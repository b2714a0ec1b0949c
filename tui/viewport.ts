/** Which lines of a transcript a window shows: from its end, or from where a person has scrolled to. Pure; only what is shown is laid out. */
import { type CellStyle, cellLines } from './cell-lines.ts';
import type { Cell } from './transcript.ts';

/** The first line that is shown: a cell and how far into it. Undefined: the end is shown, and followed. */
export interface Anchor {
  readonly cell: string;
  readonly line: number;
  /** Cells there were when the person left the end: later ones are news. */
  readonly cells: number;
}

export interface Shown {
  readonly lines: readonly string[];
  /** Cells below the window that came since it was left. */
  readonly news: number;
  /** The first line there is, is shown. */
  readonly atTop: boolean;
  readonly atEnd: boolean;
}

/** Cells are parted by a blank line; what is being said comes last. */
export function showCells(
  cells: readonly Cell[],
  live: readonly string[],
  style: CellStyle,
  height: number,
  anchor: Anchor | undefined,
): Shown {
  const blocks = blocksOf(cells, live, style);
  if (anchor) {
    const lines = below(blocks, placeOf(cells, anchor), height);
    if (lines.length >= height || lines.length === 0) {
      const end = below(blocks, placeOf(cells, anchor), height + 1).length <= height;
      if (!end)
        return { lines, news: Math.max(0, cells.length - anchor.cells), atTop: isTop(cells, anchor), atEnd: false };
    }
  }
  const { lines, all } = above(blocks, height);
  return { lines, news: 0, atTop: all, atEnd: true };
}

/** Where the window begins after going `by` lines down (or up); undefined when that is the end. */
export function scrolled(
  cells: readonly Cell[],
  live: readonly string[],
  style: CellStyle,
  height: number,
  anchor: Anchor | undefined,
  by: number,
): Anchor | undefined {
  const blocks = blocksOf(cells, live, style);
  const from = anchor ? placeOf(cells, anchor) : topOfEnd(blocks, height);
  const place = moved(blocks, from, by);
  if (below(blocks, place, height + 1).length <= height) return undefined;
  const cell = cells[place.block];
  return cell && { cell: cell.id, line: place.line, cells: anchor?.cells ?? cells.length };
}

interface Blocks {
  readonly count: number;
  readonly lines: (at: number) => readonly string[];
}
interface Place {
  readonly block: number;
  readonly line: number;
}

/** Each cell with its blank line, laid out when it is looked at. */
function blocksOf(cells: readonly Cell[], live: readonly string[], style: CellStyle): Blocks {
  const liveBlock = live.length > 0 ? 1 : 0;
  const count = cells.length + liveBlock;
  const own = (at: number) => (at < cells.length ? cellLines(cells[at]!, style) : live);
  const parted = (at: number) => at < count - 1 && !follows(cells[at + 1]);
  return { count, lines: (at) => (parted(at) ? [...own(at), ''] : own(at)) };
}

const follows = (cell: Cell | undefined) => cell?.kind === 'change' && cell.follows;

function placeOf(cells: readonly Cell[], { cell, line }: Anchor): Place {
  const block = cells.findIndex(({ id }) => id === cell);
  return block < 0 ? { block: 0, line: 0 } : { block, line };
}

const isTop = (cells: readonly Cell[], { cell, line }: Anchor) => line === 0 && cells[0]?.id === cell;

function below(blocks: Blocks, { block, line }: Place, height: number): string[] {
  const lines: string[] = [];
  for (let at = block; at < blocks.count && lines.length < height; at++)
    lines.push(...blocks.lines(at).slice(at === block ? line : 0));
  return lines.slice(0, height);
}

function above(blocks: Blocks, height: number): { lines: string[]; all: boolean } {
  const parts: (readonly string[])[] = [];
  let sum = 0;
  let at = blocks.count - 1;
  for (; at >= 0 && sum < height; at--) {
    const lines = blocks.lines(at);
    parts.unshift(lines);
    sum += lines.length;
  }
  return { lines: parts.flat().slice(-height), all: at < 0 && sum <= height };
}

function topOfEnd(blocks: Blocks, height: number): Place {
  let left = height;
  for (let block = blocks.count - 1; block >= 0; block--) {
    const { length } = blocks.lines(block);
    if (length >= left) return { block, line: length - left };
    left -= length;
  }
  return { block: 0, line: 0 };
}

function moved(blocks: Blocks, { block, line }: Place, by: number): Place {
  let at = block;
  let to = line + by;
  while (to < 0 && at > 0) to += blocks.lines(--at).length;
  while (at < blocks.count - 1 && to >= blocks.lines(at).length) to -= blocks.lines(at++).length;
  return { block: at, line: Math.max(0, to) };
}
