/** Notices of the terminal: one a need and one a turn's end, for who looks elsewhere; and titles that say who needs whom. */
import { expect } from 'vitest';
import { until } from '../daemon.ts';
import { press, Screen } from '../screen.ts';
import { verifies } from '../verifies.ts';
import { runs, says, withModel } from './with-model.ts';

const said = (raw: string, begin: string) =>
  raw
    .split(begin)
    .slice(1)
    .map((text) => text.split('\u0007')[0]!);
const oscs = (raw: string) => said(raw, '\u001b]9;');
const titles = (raw: string) => said(raw, '\u001b]2;');

verifies(
  '7.09 13.43',
  'unfocused: one notice a question and one a turn; focused: none; in tmux wrapped; titles by mark',
  async () => {
    let release: () => void = () => {};
    await using it = await withModel(async ({ n }) => {
      if (n === 1) return says('focused');
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return n === 2 ? runs('touch it') : says('all done');
    });
    const kitty = { env: { TERM: 'xterm-kitty' } };
    await using screen = new Screen(it.daemon, [], kitty);
    await screen.until('this starts a new session');
    screen.press('hello', press.enter);
    await screen.until('Worked for');
    expect(oscs(screen.raw)).toEqual([]);
    screen.press('touch it', press.enter);
    await it.model.request(2);
    screen.press(press.focusOut);
    // The key after it shows that the focus is known to be elsewhere.
    screen.press('x');
    await screen.until('› x');
    screen.press(press.backspace);
    release();
    await until(() => oscs(screen.raw).length === 1, 'the notice of the question');
    expect(oscs(screen.raw)[0]).toBe('hello: approve touch it? (tcx attach hello)');
    expect(titles(screen.raw).at(-1)).toBe('! hello · w');
    using kim = await it.daemon.client({ label: 'kim' });
    const { approvals } = await kim.request('inbox', {});
    await kim.request('decide', { approval: approvals[0]!.approval, choice: 'once', key: 'k' });
    await it.model.request(3);
    release();
    await until(() => oscs(screen.raw).length === 2, 'the notice of the end');
    expect(oscs(screen.raw)[1]).toBe('hello: all done');
    await screen.until('all done');
    expect(titles(screen.raw).some((title) => title?.startsWith('◐ hello'))).toBe(true);
    expect(titles(screen.raw).at(-1)).toBe('✓ hello · w');
  },
);

verifies(
  '7.09',
  'a question of a session nobody looks at goes to the screen used last, once; through tmux',
  async () => {
    await using it = await withModel(({ body }) =>
      JSON.stringify(body.input).includes('touch') ? runs('touch it') : says('fine'),
    );
    await using screen = new Screen(it.daemon, [], { env: { TMUX: '/tmp/tmux,1,0', KITTY_WINDOW_ID: '3' } });
    await screen.until('this starts a new session');
    screen.press('hello', press.enter);
    await screen.until('Worked for');
    screen.press(press.focusOut, 'x');
    await screen.until('› x');
    await it.daemon.tcx(['new', '-d', '-n', 'other', '-a', 'on-request', 'touch it']);
    const wrapped = '\u001bPtmux;\u001b\u001b]9;other: approve touch it? (tcx attach other)\u0007\u001b\\';
    await until(() => screen.raw.includes(wrapped), 'the notice');
    await screen.until('! other a1');
    expect(screen.raw.split(wrapped)).toHaveLength(2);
  },
);
