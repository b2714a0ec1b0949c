import { expect, test } from 'vitest';
import type { Row } from '../core/rows.ts';
import { type CellStyle, cellLines } from './cell-lines.ts';
import { createTheme } from './theme.ts';
import { addRows, emptyTranscript } from './transcript.ts';
import { scrolled, showCells } from './viewport.ts';

const style: CellStyle = {
  width: 60,
  theme: createTheme({ env: { TERM: 'dumb' }, ascii: false }),
  me: 'me',
  details: false,
  moreHint: ' (ctrl-t)',
};
// biome-ignore lint/suspicious/noControlCharactersInRegex: styles are not what is looked at
const plain = (lines: readonly string[]) => lines.map((line) => line.replaceAll(/\u001b\[[0-9;]*m/g, ''));

type Body = { [Kind in Row['kind']]: { kind: Kind; body: Extract<Row, { kind: Kind }>['body'] } }[Row['kind']];
const rows = (...bodies: Body[]): Row[] => bodies.map((body, at) => ({ seq: at + 1, at: 1000 * at, ...body }) as Row);
const call = (n: number, name: string, args: object): Body => ({
  kind: 'call',
  body: { turn: 1, step: 1, call: n, name, form: 'function', args: JSON.stringify(args), ref: `call_${n}` },
});
const output = (n: number, text: string, code?: number): Body => ({
  kind: 'output',
  body: {
    call: n,
    status: 'done',
    text,
    tookMs: 3200,
    ...(code !== undefined && { exec: { chunk: 'x', wallMs: 3200, code, read: text.length, tokens: 1 } }),
  },
});

const some = rows(
  { kind: 'user', body: { turn: 1, text: 'find out', by: 'kim' } },
  call(1, 'exec_command', { cmd: 'npm test' }),
  output(1, Array.from({ length: 9 }, (_, n) => `out ${n}`).join('\n'), 1),
  call(2, 'read_file', { file_path: 'a.ts' }),
  call(3, 'exec_command', { cmd: 'cat b.ts' }),
  call(4, 'grep_files', { pattern: 'TODO' }),
  output(2, 'x'),
  output(3, 'x', 0),
  output(4, 'x'),
  { kind: 'assistant', body: { turn: 1, step: 2, text: 'It is **this**.' } },
  { kind: 'turn.ended', body: { turn: 1, status: 'interrupted', tookMs: 1000, by: 'kim' } },
);

test('rows become cells: commands with their end, looks together, words with their names', () => {
  const { cells, open } = addRows(emptyTranscript, some);
  expect(open.size).toBe(0);
  expect(cells.flatMap((cell) => plain(cellLines(cell, style)))).toEqual([
    ' › kim: find out',
    `${' • Ran npm test'.padEnd(44)}✗ exit 1 · 3.2s`,
    '   └ out 0',
    '     out 1',
    '     … +5 lines (ctrl-t)',
    '     out 7',
    '     out 8',
    ' • Explored',
    '   └ Read a.ts, b.ts · Search TODO',
    ' • It is this.',
    ' ■ interrupted by kim',
  ]);
});

test('the same cells come whether rows come at once or one by one', () => {
  const oneByOne = some.reduce((transcript, row) => addRows(transcript, [row]), emptyTranscript);
  expect(oneByOne.cells).toEqual(addRows(emptyTranscript, some).cells);
});

test('a window shows the end, stays where it was scrolled to, and comes back to the end', () => {
  const many = rows(
    ...Array.from({ length: 50 }, (_, n): Body => ({ kind: 'user', body: { turn: n, text: `words ${n}` } })),
  );
  const { cells } = addRows(emptyTranscript, many);
  const end = showCells(cells, [], style, 10, undefined);
  expect(plain(end.lines).at(-1)).toBe(' › words 49');
  expect(end).toMatchObject({ atEnd: true, atTop: false, news: 0 });
  const up = scrolled(cells, [], style, 10, undefined, -21)!;
  const before = showCells(cells, [], style, 10, up);
  expect(plain(before.lines)[0]).toBe(' › words 34');
  const more = addRows({ ...emptyTranscript, cells }, rows({ kind: 'user', body: { turn: 99, text: 'new' } })).cells;
  expect(showCells(more, [], style, 10, up)).toEqual({ ...before, news: 1 });
  expect(scrolled(cells, [], style, 10, up, 40)).toBeUndefined();
  expect(plain(showCells(cells, [], style, 10, scrolled(cells, [], style, 10, up, -500)).lines)[0]).toBe(' › words 0');
});
