/** Walks the lines of a file of any size in bounded memory, and stops when it has seen enough. */
import type { FileHandle } from 'node:fs/promises';

const pieceBytes = 64 * 1024;
const feed = 10;

export interface Line {
  /** From 1. */
  readonly n: number;
  /** Its first `keep` bytes as text, without its end; bytes that are not UTF-8 became U+FFFD. */
  readonly text: string;
}

export interface Walk {
  readonly signal: AbortSignal;
  /** Lines before this one are only counted. */
  readonly from: number;
  /** How many bytes of a line are kept. */
  readonly keep: number;
  /** The last line that is wanted: its end is not looked for once enough of it is known. */
  readonly to: number;
  readonly take: (line: Line) => void;
}

/** How many lines were seen; fewer than `from` means the file has no more. Ends early when aborted. */
export async function walkLines(handle: FileHandle, walk: Walk): Promise<number> {
  const state = new LineState(walk);
  const piece = Buffer.allocUnsafe(pieceBytes);
  while (!walk.signal.aborted && !state.over) {
    const { bytesRead } = await handle.read(piece, 0, pieceBytes, null);
    if (bytesRead === 0) {
      state.end();
      break;
    }
    state.feed(piece.subarray(0, bytesRead));
  }
  return state.n;
}

class LineState {
  /** The number of the newest line that is complete. */
  n = 0;
  readonly #walk: Walk;
  readonly #kept: Buffer;
  #length = 0;
  /** Whether the line has bytes that were not kept. */
  #longer = false;
  #begun = false;

  constructor(walk: Walk) {
    this.#walk = walk;
    this.#kept = Buffer.allocUnsafe(walk.keep);
  }

  get over() {
    return this.n >= this.#walk.to;
  }

  feed(piece: Buffer) {
    for (let at = 0; at < piece.length && !this.over; ) {
      const found = piece.indexOf(feed, at);
      const end = found === -1 ? piece.length : found;
      this.#keep(piece, at, end);
      if (found !== -1 || (this.#longer && this.n + 1 === this.#walk.to)) this.#complete();
      at = end + 1;
    }
  }

  /** A last line without an end is one all the same. */
  end() {
    if (this.#begun) this.#complete();
  }

  #keep(piece: Buffer, from: number, to: number) {
    this.#begun = true;
    if (this.n + 1 < this.#walk.from) return;
    const room = this.#walk.keep - this.#length;
    this.#length += piece.copy(this.#kept, this.#length, from, Math.min(to, from + room));
    if (to - from > room) this.#longer = true;
  }

  #complete() {
    this.n++;
    if (this.n >= this.#walk.from) this.#walk.take({ n: this.n, text: this.#text() });
    this.#length = 0;
    this.#longer = false;
    this.#begun = false;
  }

  #text(): string {
    const text = this.#kept.toString('utf8', 0, this.#length);
    return !this.#longer && text.endsWith('\r') ? text.slice(0, -1) : text;
  }
}
