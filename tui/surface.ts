/**
 * The terminal as Ink sees it: a stream whose size changes when we say so, and whose frames leave in one write each. A frame
 * that is drawn for one size must never meet another, so the real terminal's resizes do not reach Ink by themselves.
 */
import { Writable } from 'node:stream';
import type { Size } from './view.ts';

export interface Out {
  /** What Ink draws; full screen that is nothing, and the painter does. */
  readonly write: (text: string) => void;
}

const begin = '\u001b[?2026h';
const end = '\u001b[?2026l';

export class Surface extends Writable {
  readonly isTTY = true;
  columns: number;
  rows: number;
  readonly #out: Out;
  #frame: string | undefined;
  /** Frames that were written; for tests and for whoever wonders. */
  frames = 0;

  constructor(out: Out, size: Size) {
    super({ decodeStrings: false });
    this.#out = out;
    this.columns = size.columns;
    this.rows = size.rows;
  }

  resize({ columns, rows }: Size) {
    this.columns = columns;
    this.rows = rows;
  }

  override _write(chunk: string | Buffer, _encoding: BufferEncoding, done: () => void) {
    const text = String(chunk);
    if (text === begin) this.#frame = '';
    else if (text === end && this.#frame !== undefined) {
      this.frames++;
      this.#out.write(`${begin}${this.#frame}${end}`);
      this.#frame = undefined;
    } else if (this.#frame !== undefined) this.#frame += text;
    else if (text !== '') this.#out.write(text);
    done();
  }
}
