import { expect, test } from 'vitest';
import { type CellStyle, cellLines } from './cell-lines.ts';
import { matcher } from './cell-text.ts';
import { diffCells } from './diff-cells.ts';
import { findMatch } from './pager.ts';
import { withMatches } from './pager-lines.ts';
import { unstyled } from './text.ts';
import { createTheme } from './theme.ts';
import type { Cell } from './transcript.ts';
import { showCells } from './viewport.ts';

const theme = createTheme({ env: { TERM: 'dumb' }, ascii: false });
const style: CellStyle = { width: 40, theme, me: 'me', details: true, moreHint: '' };
const said = (seq: number, text: string): Cell => ({ id: `r${seq}`, seq, kind: 'assistant', text });

test('capitals count when there are any in what is searched', () => {
  expect(matcher('node')('On Node 24')).toBe(true);
  expect(matcher('Node')('on node 24')).toBe(false);
});

test('the next match is a later line of the same cell, then another cell; upward the other way round', () => {
  const cells = [said(1, 'one\n\ntwo one'), said(2, 'none of it'), said(3, 'nothing')];
  const first = findMatch(cells, style, 'one', undefined, 1);
  expect(first).toEqual({ cell: 'r1', line: 0 });
  const second = findMatch(cells, style, 'one', first, 1);
  expect(second).toEqual({ cell: 'r1', line: 2 });
  const third = findMatch(cells, style, 'one', second, 1);
  expect(third).toEqual({ cell: 'r2', line: 0 });
  expect(findMatch(cells, style, 'one', third, 1)).toBeUndefined();
  expect(findMatch(cells, style, 'one', undefined, -1)).toEqual(third);
  expect(findMatch(cells, style, 'one', third, -1)).toEqual(second);
});

test('what matches stands out and nothing else changes, across styles too', () => {
  const mark = (text: string) => `[${text}]`;
  expect(withMatches('a cat and a Cat', 'cat', mark)).toBe('a [cat] and a [Cat]');
  expect(withMatches('a \u001b[31mca\u001b[39mt', 'cat', mark)).toBe('a \u001b[31m[ca]\u001b[39m[t]');
  expect(withMatches('nothing', 'cat', mark)).toBe('nothing');
});

test('a long diff is many cells that read as one, with the numbers of its lines', () => {
  const added = Array.from({ length: 650 }, (_, n) => `+line ${n}`);
  const hunks = ['@@ -10,1 +10,651 @@', ' kept', ...added, '@@ -90,2 +800,2 @@', '-old', '+new', ' same'];
  const change = { path: 'a.txt', kind: 'update', added: 651, removed: 1, diff: `${hunks.join('\n')}\n` } as const;
  const cells = diffCells([change, { ...change, path: 'b.txt', diff: '@@ -1 +1 @@\n-x\n+y\n' }]);
  expect(cells.length).toBeGreaterThan(4);
  const all = cells.flatMap((cell) => cellLines(cell, style)).map((line) => unstyled(line).trimEnd());
  expect(all.filter((line) => line.includes('a.txt'))).toHaveLength(1);
  expect(all).toContain('  660 + line 649');
  expect(all).toContain('   90 - old');
  expect(all).toContain('  800 + new');
  expect(all).toContain('  801   same');
  const { lines } = showCells(cells, [], style, 2000, undefined);
  expect(lines.filter((line) => line === '')).toHaveLength(1);
});
