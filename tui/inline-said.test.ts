import { expect, test } from 'vitest';
import { type CellStyle, cellLines } from './cell-lines.ts';
import { continues, restOf, type Said, sayOn, unprinted } from './inline-said.ts';
import { unstyled } from './text.ts';
import { createTheme } from './theme.ts';
import type { Cell, CellOf } from './transcript.ts';

const theme = createTheme({ env: { TERM: 'dumb' }, ascii: false });
const style: CellStyle = { width: 60, theme, me: 'me', details: false, moreHint: '' };
const code = Array.from({ length: 30 }, (_, n) => `line(${n});`).join('\n');
const items = Array.from({ length: 25 }, (_, n) => `${n + 1}. item ${n + 1}`).join('\n');
const documents = {
  'paragraphs and a table': 'One\ntwo.\n\n# Three\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nEnd **of** it.',
  'long code': `Look:\n\n\`\`\`js\n${code}\n\`\`\`\n\nThat was it.`,
  'code at the end': `\`\`\`js\n${code}\n\`\`\``,
  'code that is never closed': `A\n\n\`\`\`\n${code}`,
  'a long list': `Steps:\n\n${items}\n\nDone.`,
};

const lines = (cells: readonly Cell[]) =>
  cells
    .flatMap((cell) => [...cellLines(cell, style), ...(cell.kind === 'said' && cell.open ? [] : [''])])
    .map(unstyled);

function streamed(text: string, step: number) {
  const pieces: CellOf<'said'>[] = [];
  let said: Said | undefined;
  let most = 0;
  for (let end = step; end < text.length + step; end += step) {
    const now = sayOn(said, 'k', text.slice(0, end), 1);
    pieces.push(...now.pieces);
    said = now.said;
    const { text: open, first } = unprinted(said, 'k', text.slice(0, end));
    if (!first) most = Math.max(most, open.split('\n').length);
  }
  const row = { id: 'r2', seq: 2, kind: 'assistant', text } as const;
  if (!continues(said, text)) return { cells: [...pieces, row], most };
  return { cells: [...pieces, ...(restOf(said, row).pieces as CellOf<'said'>[])], most };
}

test.each(Object.entries(documents))('%s: printed while it comes it reads as printed at once', (_, text) => {
  const whole = lines([{ id: 'r1', seq: 1, kind: 'assistant', text }]);
  for (const step of [1, 3, 7, 50]) expect(lines(streamed(text, step).cells), `by ${step}`).toEqual(whole);
});

test('of long code and long lists little stays open', () => {
  for (const name of ['long code', 'a long list'] as const) expect(streamed(documents[name], 3).most).toBeLessThan(13);
});

test('an answer that begins anew is not taken for the one before', () => {
  const first = sayOn(undefined, 'k', 'One.\n\nTwo', 1);
  expect(first.pieces.map(({ text }) => text)).toEqual(['One.']);
  expect(continues(first.said, 'Another.')).toBe(false);
  expect(sayOn(first.said, 'k', 'Ano', 1)).toEqual({ said: undefined, pieces: [] });
});

test('several messages of one answer are each printed once', () => {
  const all = 'First message.\n\nSecond begins\n\nand goes on';
  const { said, pieces } = sayOn(undefined, 'k', all, 1);
  expect(pieces.map(({ text }) => text)).toEqual(['First message.\n\nSecond begins']);
  const one = restOf(said!, { id: 'a', seq: 2, kind: 'assistant', text: 'First message.' });
  expect(one.pieces).toEqual([]);
  const two = restOf(one.said!, { id: 'b', seq: 3, kind: 'assistant', text: 'Second begins\n\nand goes on' });
  expect(two.pieces.map(({ kind, ...piece }) => 'text' in piece && piece.text.trim())).toEqual(['and goes on']);
});
