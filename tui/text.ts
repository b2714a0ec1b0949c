/** Lines of a terminal: how wide text is, where it breaks, what of other people's bytes may reach the screen. Pure. */
import { unstyled, widthOf } from './width.ts';

export type Paint = (text: string) => string;
/** A piece of a line in one style. */
export interface Span {
  readonly text: string;
  readonly paint?: Paint;
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const plain = /^[ -~]*$/;

export { unstyled, widthOf };

export function graphemes(text: string): string[] {
  return plain.test(text) ? text.split('') : Array.from(segmenter.segment(text), ({ segment }) => segment);
}

const tabWidth = 4;
const escapes =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[PX^_][^\u001b]*(?:\u001b\\)?|[ -/]*[0-~])|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Words from outside without anything that moves the cursor, colours or rings; a line drawn over keeps its last state. */
export function clean(text: string): string {
  const lines = text.includes('\r') ? text.replaceAll('\r\n', '\n').replaceAll(/[^\n]*\r(?=[^\n])/g, '') : text;
  return lines.replaceAll(escapes, '').replaceAll('\t', ' '.repeat(tabWidth));
}

export const oneLine = (text: string): string => clean(text).replaceAll(/\s+/g, ' ').trim();

/** At most so many cells, ending in `…` when something is left out. */
export function cut(text: string, columns: number, more = '…'): string {
  if (columns <= 0) return '';
  if (widthOf(text) <= columns) return text;
  let width = 0;
  let kept = '';
  for (const each of graphemes(text)) {
    const next = widthOf(each);
    if (width + next > columns - widthOf(more)) break;
    width += next;
    kept += each;
  }
  return kept + more;
}

export const pad = (text: string, columns: number): string => text + ' '.repeat(Math.max(0, columns - widthOf(text)));

/** A line of two ends; the right one gives way when both do not fit. */
export function ends(left: Span, right: Span, columns: number): string {
  const room = columns - widthOf(left.text) - 1;
  if (right.text === '' || widthOf(right.text) > room) return paint({ ...left, text: cut(left.text, columns) });
  return `${paint(left)}${' '.repeat(columns - widthOf(left.text) - widthOf(right.text))}${paint(right)}`;
}

export const paint = ({ text, paint: style }: Span): string => (style && text !== '' ? style(text) : text);
export const paintAll = (spans: readonly Span[]): string => spans.map(paint).join('');

/** Broken at blanks where that is possible, within words where not. A newline in a span begins a new line. */
export function wrap(spans: readonly Span[], columns: number): Span[][] {
  const lines = new Lines(Math.max(1, columns));
  for (const { text, paint: style } of spans) {
    for (const piece of text.split(/(\n| +)/)) {
      if (piece === '') continue;
      if (piece === '\n') lines.end();
      else if (piece[0] === ' ') lines.blank(piece, style);
      else lines.word(piece, style);
    }
  }
  return lines.all();
}

export const wrapText = (text: string, columns: number): string[] =>
  wrap([{ text }], columns).map((line) => line.map((span) => span.text).join(''));

/** Broken wherever the line is full: for code and output, whose blanks mean something. */
export function chop(text: string, columns: number): string[] {
  const width = Math.max(1, columns);
  if (plain.test(text)) {
    if (text.length <= width) return [text];
    return Array.from({ length: Math.ceil(text.length / width) }, (_, i) => text.slice(i * width, (i + 1) * width));
  }
  const lines: string[] = [];
  let line = '';
  let at = 0;
  for (const each of graphemes(text)) {
    const next = widthOf(each);
    if (at + next > width && at > 0) {
      lines.push(line);
      line = '';
      at = 0;
    }
    line += each;
    at += next;
  }
  return [...lines, line];
}

/** The same for a line in several styles. */
export function chopSpans(spans: readonly Span[], columns: number): string[] {
  const width = Math.max(1, columns);
  const lines: string[] = [];
  let line = '';
  let at = 0;
  for (const span of spans) {
    let rest = span.text;
    while (at + widthOf(rest) > width) {
      const [head = ''] = at < width ? chop(rest, width - at) : [''];
      const fits = at + widthOf(head) <= width ? head : '';
      lines.push(line + paint({ ...span, text: fits }));
      rest = rest.slice(fits.length);
      line = '';
      if (fits === '' && at === 0) return [...lines, rest];
      at = 0;
    }
    line += paint({ ...span, text: rest });
    at += widthOf(rest);
  }
  return [...lines, line];
}

/** A paragraph as it grows. Blanks at a break belong to no line. */
class Lines {
  readonly #width: number;
  readonly #done: Span[][] = [];
  #line: Span[] = [];
  #at = 0;
  /** The width of the word at the end of the line, which goes along when more of it comes in another style. */
  #tail = 0;

  constructor(width: number) {
    this.#width = width;
  }

  end() {
    this.#done.push(this.#line);
    this.#line = [];
    this.#at = 0;
    this.#tail = 0;
  }

  blank(text: string, style: Paint | undefined) {
    const fitting = text.slice(0, Math.max(0, this.#width - this.#at));
    if (fitting !== '') this.#push(fitting, style, fitting.length);
    this.#tail = 0;
  }

  word(text: string, style: Paint | undefined) {
    const width = widthOf(text);
    if (this.#at + width > this.#width && this.#at > this.#tail && this.#tail + width <= this.#width) this.#carry();
    if (this.#at + width <= this.#width) {
      this.#push(text, style, width);
      this.#tail += width;
      return;
    }
    for (const each of graphemes(text)) {
      const next = widthOf(each);
      if (this.#at + next > this.#width) this.end();
      this.#push(each, style, next);
      this.#tail += next;
    }
  }

  all(): Span[][] {
    return [...this.#done, this.#line];
  }

  /** To the next line, with the beginning of the word that stands at the end of this one. */
  #carry() {
    const moved: Span[] = [];
    let rest = this.#tail;
    while (rest > 0) {
      const last = this.#line.pop()!;
      moved.unshift(last);
      rest -= widthOf(last.text);
    }
    const width = this.#tail;
    this.end();
    this.#line = moved;
    this.#at = width;
    this.#tail = width;
  }

  #push(text: string, style: Paint | undefined, width: number) {
    const last = this.#line.at(-1);
    const joined = last && last.paint === style && this.#tail > 0;
    if (joined) this.#line[this.#line.length - 1] = { ...last, text: last.text + text };
    else this.#line.push(style ? { text, paint: style } : { text });
    this.#at += width;
  }
}
