/** A selector as lines: its title, the search, and the rows round the marked one. Pure. */
import { found, type Selector } from './selector.ts';
import { cut, ends, widthOf } from './text.ts';
import type { Theme } from './theme.ts';

export function selectorLines(selector: Selector, columns: number, height: number, theme: Theme): string[] {
  const width = columns - 2;
  const items = found(selector);
  const count = `${items.length === 0 ? 0 : selector.marked + 1} / ${items.length}`;
  const title = ends({ text: selector.title, paint: theme.bold }, { text: count, paint: theme.dim }, width);
  const searching = selector.typing || selector.find !== '';
  const search = searching ? [` ${theme.dim('find:')} ${cut(selector.find, width - 8)}${theme.reverse(' ')}`] : [];
  const room = Math.max(1, height - 2 - search.length);
  const from = windowStart(selector.marked, items.length, room);
  const rows = items.slice(from, from + room).map(({ text, note = '', right = '' }, n) => {
    const at = from + n;
    const marked = at === selector.marked;
    const digit = !searching && at < 9 ? `${at + 1}` : ' ';
    const head = `${marked ? theme.glyph.prompt : ' '} ${digit}  `;
    const tail = right === '' ? '' : `  ${right}`;
    const line = cut(text, width - widthOf(head) - widthOf(tail), theme.glyph.ellipsis);
    const left = width - widthOf(head) - widthOf(line) - widthOf(tail) - 2;
    const more = note !== '' && left > 3 ? `  ${cut(note, left, theme.glyph.ellipsis)}` : '';
    const gap = ' '.repeat(Math.max(0, width - widthOf(head) - widthOf(line) - widthOf(more) - widthOf(tail)));
    return ` ${head}${marked ? theme.bold(line) : line}${theme.dim(more)}${gap}${theme.dim(tail)}`.trimEnd();
  });
  const none = items.length === 0 ? [` ${theme.dim(selector.find === '' ? 'nothing here' : 'nothing matches')}`] : [];
  return [` ${title}`, ...search, '', ...rows, ...none];
}

/** The first row of a window in which the marked one is seen. */
export const windowStart = (marked: number, count: number, height: number): number =>
  Math.max(0, Math.min(marked - Math.floor(height / 2), count - height));
