/** A place in a text file, and how a message about it is printed: `path:line:col: message`, the line, `^^^` under the range. */

/** Line and column count from 1; column and length count Unicode scalars. The range never leaves its line. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly length: number;
  /** The whole source line. */
  readonly text: string;
}

/** Something wrong with a file; without a place it concerns the file as a whole. */
export interface Located {
  readonly file: string;
  readonly message: string;
  readonly place?: Place;
}

/** A line longer than this is shown around the place only. */
const maxShownLine = 160;

/** The place of the UTF-16 range `from`–`to` of a text. */
export function placeAt(source: string, from: number, to: number): Place {
  const start = source.lastIndexOf('\n', from - 1) + 1;
  const newline = source.indexOf('\n', from);
  const end = newline < 0 ? source.length : newline;
  return {
    line: source.slice(0, start).split('\n').length,
    column: scalars(source.slice(start, from)) + 1,
    length: Math.max(1, scalars(source.slice(from, Math.min(to, end)).trimEnd())),
    text: source.slice(start, end).replace(/\r$/, ''),
  };
}

/** One message as a person reads it. */
export function render({ file, message, place }: Located): string {
  if (!place) return `${file}: ${message}`;
  const number = String(place.line);
  const gutter = ' '.repeat(number.length);
  const { text, before, marked } = shown(place);
  return [
    `${file}:${place.line}:${place.column}: ${message}`,
    `${gutter} |`,
    `${number} | ${text}`,
    `${gutter} | ${before.replace(/[^\t]/gu, ' ')}${'^'.repeat(marked)}`,
  ].join('\n');
}

/** The part of the line that is printed, without control characters that would move the cursor. */
function shown({ text, column, length }: Place): { text: string; before: string; marked: number } {
  const all = [...text.replace(/[^\P{Cc}\t]/gu, '\ufffd')];
  const from = all.length > maxShownLine ? Math.max(0, column - 1 - maxShownLine / 2) : 0;
  const part = all.slice(from, from + maxShownLine);
  const at = column - 1 - from;
  return {
    text: part.join(''),
    before: part.slice(0, at).join(''),
    marked: Math.max(1, Math.min(length, part.length - at)),
  };
}

const scalars = (text: string) => [...text].length;
