/** Text that is followed as it is said: each word once, although it comes first as it streams and then as a row. */
import type { Row, RowOf } from '../core/rows.ts';
import type { Live } from '../ipc/messages.ts';
import { exitText, PlainText } from './plain-text.ts';

type Delta = Live & { readonly clear?: boolean };

export class LiveText {
  readonly #session: string;
  readonly #out: (text: string) => void;
  readonly #plain = new PlainText();
  /** Of each thing that streams, by its key and kind, what has been printed. */
  readonly #printed = new Map<string, string>();
  /** What the last printed words belong to; other words begin on a line of their own. */
  #current = '';
  #lineOpen = false;

  constructor(session: string, out: (text: string) => void) {
    this.#session = session;
    this.#out = out;
  }

  /** All that is being said, as an attach tells it: after the daemon was away it may be what was printed, and more. */
  snapshot = (live: readonly Live[]) => {
    for (const { key, kind, text } of live) {
      if (kind !== 'text' && kind !== 'output') continue;
      const printed = this.#printed.get(`${key} ${kind}`) ?? '';
      const goesOn = text.startsWith(printed);
      if (!goesOn) this.#printed.delete(`${key} ${kind}`);
      this.#stream(`${key} ${kind}`, goesOn ? text.slice(printed.length) : text);
    }
  };

  /** Live text since the last call. */
  deltas = (deltas: readonly Delta[]) => {
    for (const { key, kind, text, clear } of deltas) {
      if (kind === 'status' && clear) this.#again(key, text);
      else if (kind === 'text' || kind === 'output') this.#stream(`${key} ${kind}`, text);
    }
  };

  rows(rows: readonly Row[]) {
    for (const row of rows) {
      if (row.kind === 'assistant') this.#said(row);
      else if (row.kind === 'output') this.#ran(row);
      else this.#whole(this.#plain.row(row));
    }
  }

  #stream(stream: string, text: string) {
    if (text === '') return;
    if (this.#current !== stream) this.#endLine();
    // As a row of the conversation begins.
    if (stream.endsWith(' text') && !this.#printed.has(stream)) this.#out('\n');
    this.#current = stream;
    this.#printed.set(stream, (this.#printed.get(stream) ?? '') + text);
    this.#put(text);
  }

  /** The model is asked again: what it had said stands there and is not part of its answer. */
  #again(key: string, why: string) {
    this.#printed.delete(`${key} text`);
    this.#whole(`${why}\n`);
  }

  /** One answer may hold several messages; they stream one after another under the same key. */
  #said({ body: { text } }: RowOf<'assistant'>) {
    const stream = [...this.#printed.keys()].find((key) => key.endsWith(' text'));
    const printed = stream === undefined ? '' : this.#printed.get(stream)!;
    if (stream !== undefined) this.#printed.delete(stream);
    if (stream === undefined) this.#whole(text === '' ? '' : `\n${text}\n`);
    else if (text.startsWith(printed)) {
      this.#put(text.slice(printed.length));
      this.#endLine();
    } else if (printed.startsWith(text)) {
      this.#endLine();
      this.#printed.set(stream!, printed.slice(text.length));
    } else this.#whole(`\n${text}\n`);
  }

  #ran(row: RowOf<'output'>) {
    const stream = `${this.#session}/c${row.body.call}/`;
    const key = [...this.#printed.keys()].find((each) => each.startsWith(stream));
    const text = this.#plain.row(row);
    if (key === undefined) return this.#whole(text);
    this.#printed.delete(key);
    this.#whole(exitText(row.body.status, row.body.exec));
  }

  /** Text that stands on lines of its own. */
  #whole(text: string) {
    if (text === '') return;
    this.#endLine();
    this.#put(text);
  }

  #put(text: string) {
    if (text === '') return;
    this.#out(text);
    this.#lineOpen = !text.endsWith('\n');
  }

  #endLine() {
    if (this.#lineOpen) this.#out('\n');
    this.#lineOpen = false;
    this.#current = '';
  }
}
