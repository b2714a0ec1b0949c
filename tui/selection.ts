/** A run of the screen marked with the mouse: from cell to cell, as text flows. Pure. */
import { graphemes, type Paint, unstyled, widthOf } from './text.ts';

export interface Place {
  readonly x: number;
  readonly y: number;
}
export interface Selection {
  readonly from: Place;
  readonly to: Place;
  /** Columns it stays within: a pane beside is not of it. */
  readonly left: number;
  readonly right: number;
}

/** The columns of a row that are marked; undefined: none. */
function span({ from, to, left, right }: Selection, y: number): { from: number; to: number } | undefined {
  const [first, last] = from.y < to.y || (from.y === to.y && from.x <= to.x) ? [from, to] : [to, from];
  if (y < first.y || y > last.y) return undefined;
  return {
    from: y === first.y ? Math.max(left, first.x) : left,
    to: y === last.y ? Math.min(right, last.x + 1) : right,
  };
}

/** The text between two columns, and what stands before and after it. */
function split(line: string, from: number, to: number): [string, string, string] {
  let [before, within, after] = ['', '', ''];
  let at = 0;
  for (const each of graphemes(unstyled(line))) {
    if (at < from) before += each;
    else if (at < to) within += each;
    else after += each;
    at += widthOf(each);
  }
  return [before, within, after];
}

export function marked(lines: readonly string[], selection: Selection, paint: Paint): readonly string[] {
  return lines.map((line, y) => {
    const columns = span(selection, y);
    if (!columns) return line;
    const [before, within, after] = split(line, columns.from, columns.to);
    return within === '' ? line : `${before}${paint(within)}${after}`;
  });
}

/** Without the margin, the signs at the left and the blanks at the right; the indent that all lines share goes too. */
export function selectedText(lines: readonly string[], selection: Selection): string {
  const found = lines.flatMap((line, y) => {
    const columns = span(selection, y);
    return columns ? [split(line, columns.from, columns.to)[1].trimEnd()] : [];
  });
  const [first = '', ...rest] = found;
  const bare = [
    first.replace(/^ ?[•›✓✗■⚠└*>] /u, ''),
    ...rest.map((line) => line.replace(/^ {0,3}[•›└] /u, (sign) => ' '.repeat(sign.length))),
  ];
  const indents = bare.slice(1).flatMap((line) => (line === '' ? [] : [/^ */.exec(line)![0].length]));
  const shared = indents.length > 0 ? Math.min(...indents) : 0;
  return bare
    .map((line, at) => (at === 0 ? line.trimStart() : line.slice(Math.min(shared, /^ */.exec(line)![0].length))))
    .join('\n')
    .trim();
}
