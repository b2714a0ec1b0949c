/** What may be copied of a transcript: the answers, newest first, each with its blocks of code. Pure. */
import { lexer } from 'marked';
import { clean, cut, ends, oneLine } from './text.ts';
import type { Theme } from './theme.ts';
import type { Cell } from './transcript.ts';
import { plural } from './words.ts';

export interface Copyable {
  readonly what: 'answer' | 'code' | 'message';
  readonly text: string;
}

const mostItems = 60;

export function copyables(cells: readonly Cell[]): readonly Copyable[] {
  const items: Copyable[] = [];
  for (let at = cells.length - 1; at >= 0 && items.length < mostItems; at--) {
    const cell = cells[at]!;
    if (cell.kind === 'user') items.push({ what: 'message', text: clean(cell.text) });
    if (cell.kind !== 'assistant' && cell.kind !== 'partial') continue;
    const text = clean(cell.text);
    items.push({ what: 'answer', text });
    for (const token of lexer(text))
      if (token.type === 'code') items.push({ what: 'code', text: token.text as string });
  }
  return items;
}

/** The marked one is always among the lines. */
export function copyLines(items: readonly Copyable[], row: number, columns: number, height: number, theme: Theme) {
  const room = Math.max(1, height - 2);
  const from = Math.max(0, Math.min(row - Math.floor(room / 2), items.length - room));
  const rows = items.slice(from, from + room).map(({ what, text }, n) => {
    const at = from + n;
    const size = plural(text.split('\n').length, 'line');
    const indent = what === 'code' ? '    ' : '  ';
    const left = cut(
      `${at === row ? theme.glyph.prompt : ' '}${indent}${what.padEnd(8)} ${oneLine(text)}`,
      columns - size.length - 4,
    );
    return ` ${ends({ text: left, ...(at === row && { paint: theme.bold }) }, { text: size, paint: theme.dim }, columns - 2)}`;
  });
  return [` ${theme.bold('Copy')}`, '', ...rows].slice(0, height);
}
