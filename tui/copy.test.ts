import { expect, test } from 'vitest';
import { type ClipboardDeps, copyText, osc52 } from './clipboard.ts';
import { copyables } from './copy.ts';
import { marked, selectedText } from './selection.ts';
import type { Cell } from './transcript.ts';

function clipboard(env: ClipboardDeps['env'], programs: readonly string[]) {
  const ran: string[] = [];
  const written: string[] = [];
  const deps: ClipboardDeps = {
    env,
    pipe: async (program, args, text) => {
      ran.push([program, ...args, text].join(' '));
      return programs.includes(program);
    },
    write: (text) => void written.push(text),
  };
  return { ran, written, deps };
}

test('the clipboard’s program when there is one, tmux inside tmux, else the terminal', async () => {
  const here = clipboard({ DISPLAY: ':0' }, ['xsel']);
  expect(await copyText('hi', here.deps)).toEqual({ ok: true, how: 'xsel' });
  expect(here.ran).toEqual(['xclip -selection clipboard hi', 'xsel --clipboard --input hi']);
  const tmux = clipboard({ TMUX: '/tmp/x', DISPLAY: ':0' }, ['tmux']);
  expect(await copyText('hi', tmux.deps)).toEqual({ ok: true, how: 'tmux' });
  expect(tmux.ran).toEqual(['tmux load-buffer -w - hi']);
  const away = clipboard({ SSH_CONNECTION: 'x', DISPLAY: ':0' }, ['xclip']);
  expect(await copyText('hi', away.deps)).toEqual({ ok: true, how: 'the terminal' });
  expect(away.written).toEqual(['\u001b]52;c;aGk=\u0007']);
  expect(away.ran).toEqual([]);
  expect(await copyText('x'.repeat(80_000), away.deps)).toMatchObject({ ok: false });
  expect(osc52('aGk=', true)).toBe('\u001bPtmux;\u001b\u001b]52;c;aGk=\u0007\u001b\\');
});

test('answers newest first, each with its code; text as it came, without wraps', () => {
  const cells: Cell[] = [
    { id: 'r1', seq: 1, kind: 'user', text: 'how' },
    { id: 'r2', seq: 2, kind: 'assistant', text: 'So:\n\n```js\na();\n```\n\nand `b`' },
    { id: 'r3', seq: 3, kind: 'assistant', text: 'Done.' },
  ];
  expect(copyables(cells)).toEqual([
    { what: 'answer', text: 'Done.' },
    { what: 'answer', text: 'So:\n\n```js\na();\n```\n\nand `b`' },
    { what: 'code', text: 'a();' },
    { what: 'message', text: 'how' },
  ]);
});

const screen = [' • The \u001b[1mfirst\u001b[22m line      ', '   second line', '     deeper', ' ────'];

test('a run of the screen is text: no sign, no margin, no pane, no blanks at the ends', () => {
  const within = { left: 0, right: 20 };
  expect(selectedText(screen, { ...within, from: { x: 1, y: 0 }, to: { x: 19, y: 2 } })).toBe(
    'The first line\nsecond line\n  deeper',
  );
  expect(selectedText(screen, { ...within, from: { x: 6, y: 1 }, to: { x: 3, y: 1 } })).toBe('seco');
  expect(selectedText([' ab │ cd'], { left: 6, right: 9, from: { x: 6, y: 0 }, to: { x: 8, y: 0 } })).toBe('cd');
});

test('what is marked is shown so, wide characters whole', () => {
  const paint = (text: string) => `[${text}]`;
  const one = { left: 0, right: 20, from: { x: 2, y: 0 }, to: { x: 4, y: 0 } };
  expect(marked(['a 日本', 'b'], one, paint)).toEqual(['a [日本]', 'b']);
});
