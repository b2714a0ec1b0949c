import { expect, test } from 'vitest';
import { GrowingMarkdown, markdownLines } from './markdown.ts';
import { unstyled } from './text.ts';
import { createTheme } from './theme.ts';

const theme = createTheme({ env: { TERM: 'dumb' }, ascii: false });
const plain = (lines: readonly string[]) => lines.map(unstyled);
const drawn = (text: string, width = 40) => plain(markdownLines(text, width, theme));

test('blocks as plain lines', () => {
  const text =
    '# Title\nSome **bold** and `code`.\n\n- one\n- two\n  - inner\n\n1. first\n2. second\n\n> quoted\n\n```ts\nconst a = 1;\n\n  b();\n```\n\n[a link](https://x.y)\n';
  expect(drawn(text)).toEqual([
    '# Title',
    '',
    'Some bold and code.',
    '',
    '• one',
    '• two',
    '    • inner',
    '',
    '1. first',
    '2. second',
    '',
    '> quoted',
    '',
    'const a = 1;',
    '',
    '  b();',
    '',
    'a link (https://x.y)',
  ]);
});

test('tables are aligned and never wider than the screen', () => {
  expect(drawn('| a | long head |\n|---|---|\n| 1 | x |\n')).toEqual(['a  long head', '━  ━━━━━━━━━', '1  x']);
  for (const line of drawn('| aaaaaaaaaaaaaaaa | bbbbbbbbbbbbbbbbbbbbb |\n|---|---|\n| 1 | x |\n', 20))
    expect(line.length).toBeLessThanOrEqual(20);
});

test('a text that grows letter by letter ends as the whole one, and what was settled stays', () => {
  const text = 'First.\n\n- a\n- b\n\n```\ncode\nmore\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nLast **words**.';
  const growing = new GrowingMarkdown(40, theme);
  let settled: readonly string[] = [];
  for (let end = 1; end <= text.length; end++) {
    const { lines, settled: count } = growing.update(text.slice(0, end), false);
    expect(lines.slice(0, settled.length)).toEqual(settled);
    settled = lines.slice(0, count);
  }
  expect(growing.update(text, true).lines).toEqual(markdownLines(text, 40, theme));
});

test('a cell that is too wide is wrapped, and a screen that is too narrow gets a line a cell', () => {
  const text = '| case | what happens |\n|---|--:|\n| expired | it answers **401**, as for an unknown token |\n';
  expect(drawn(text, 30)).toEqual([
    'case              what happens',
    '━━━━━━━  ━━━━━━━━━━━━━━━━━━━━━',
    'expired    it answers 401, as',
    '          for an unknown token',
  ]);
  expect(drawn('| a1 | b2 | c3 |\n|---|---|---|\n| wwwwwwwwww | xxxxxxxxxx | yyyyyyyyyy |\n', 12)).toEqual([
    'a1:',
    'wwwwwwwwww',
    'b2:',
    'xxxxxxxxxx',
    'c3:',
    'yyyyyyyyyy',
  ]);
});

test('a growing table never shows half a row, nor a head whose rule has not come', () => {
  const text = 'See:\n\n| a | b |\n|---|---|\n| one | two |\n';
  const growing = new GrowingMarkdown(40, theme);
  for (let end = 1; end <= text.length; end++) {
    const { lines } = growing.update(text.slice(0, end), false);
    for (const line of plain(lines))
      expect(['See:', 'S', 'Se', 'See', '', 'a  b', 'a    b', '━  ━', '━━━  ━━━', 'one  two']).toContain(line);
  }
});
