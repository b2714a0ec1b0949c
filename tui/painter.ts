/**
 * Full-screen frames to the terminal: the rows that differ from what is there, in one synchronized write; nothing when none does.
 * Rows that moved up together are scrolled, not written again. A terminal that does not read gets the newest frame once it does.
 */
import { isPlain, widthOf } from './width.ts';

export interface PaintFrame {
  readonly lines: readonly string[];
  readonly cursor: { readonly x: number; readonly y: number } | undefined;
}

export interface PaintOut {
  readonly columns: () => number;
  readonly write: (text: string) => void;
  /** Whether the terminal is behind with reading; `drained` calls back once it is not. */
  readonly isBehind: () => boolean;
  readonly drained: (then: () => void) => void;
}

const begin = '\u001b[?2026h';
const end = '\u001b[?2026l';
const hide = '\u001b[?25l';
const show = '\u001b[?25h';
const eraseRight = '\u001b[K';
const at = (y: number, x: number) => `\u001b[${y + 1};${x + 1}H`;

/** Scrolling pays when more rows than this need not be written. */
const scrollWorth = 3;
/** A stream adds a line or two between frames; a person scrolls by three, or by a page. */
const scrollMost = 6;

export class Painter {
  readonly #out: PaintOut;
  #lines: readonly string[] = [];
  #cursor: PaintFrame['cursor'];
  #known = false;
  #late: PaintFrame | undefined;
  /** Frames that were written. */
  frames = 0;

  constructor(out: PaintOut) {
    this.#out = out;
  }

  /** What is on the terminal is not known any more: the next frame is drawn whole. */
  forget() {
    this.#known = false;
  }

  paint(frame: PaintFrame) {
    if (this.#late || this.#out.isBehind()) return this.#wait(frame);
    const rows = this.#known ? this.#changes(frame.lines) : this.#whole(frame.lines);
    const moved = frame.cursor?.x !== this.#cursor?.x || frame.cursor?.y !== this.#cursor?.y;
    if (rows === '' && !moved && this.#known) return;
    this.#lines = frame.lines;
    this.#cursor = frame.cursor;
    this.#known = true;
    this.frames++;
    const cursor = frame.cursor ? `${at(frame.cursor.y, frame.cursor.x)}${show}` : hide;
    this.#out.write(`${begin}${rows === '' ? '' : hide}${rows}${cursor}${end}`);
  }

  #wait(frame: PaintFrame) {
    const waits = this.#late !== undefined;
    this.#late = frame;
    if (waits) return;
    this.#out.drained(() => {
      const late = this.#late!;
      this.#late = undefined;
      this.paint(late);
    });
  }

  #whole = (lines: readonly string[]) =>
    `\u001b[H\u001b[2J${lines.map((line, y) => (line ? at(y, 0) + line : '')).join('')}`;

  #changes(next: readonly string[]): string {
    const by = shift(this.#lines, next);
    const before = by
      ? [...this.#lines.slice(by.count, by.rows), ...Array(by.count).fill(''), ...this.#lines.slice(by.rows)]
      : this.#lines;
    const moved = by ? `\u001b[1;${by.rows}r${at(by.rows - 1, 0)}${'\n'.repeat(by.count)}\u001b[r` : '';
    const rows = Math.max(next.length, before.length);
    const columns = this.#out.columns();
    let text = moved;
    for (let y = 0; y < rows; y++) text += rowChange(before[y] ?? '', next[y] ?? '', y, columns);
    return text;
  }
}

/**
 * A row that only grew is written from where it grew: styles are closed at the end of every line. Where terminals may count
 * differently than we do, all of it is written. A full row is not erased after: the cursor stands on its last cell.
 */
function rowChange(before: string, next: string, y: number, columns: number): string {
  if (before === next) return '';
  if (before !== '' && next.startsWith(before) && isPlain(before))
    return at(y, widthOf(before)) + next.slice(before.length);
  return `${at(y, 0)}${next}${widthOf(next) < columns ? eraseRight : ''}`;
}

/** How many rows from the top went up together, and by how many; undefined when writing them is as well. */
function shift(before: readonly string[], next: readonly string[]): { count: number; rows: number } | undefined {
  if (before.length !== next.length || before[0] === next[0]) return undefined;
  for (let count = 1; count <= Math.min(scrollMost, before.length - 1); count++) {
    let same = 0;
    while (same + count < before.length && before[same + count] === next[same]) same++;
    const blank = before.slice(count, same + count).filter((line) => line === '').length;
    if (same - blank > scrollWorth) return { count, rows: same + count };
  }
  return undefined;
}
