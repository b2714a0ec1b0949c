/** Notices: one a need, for whoever looks elsewhere, in the words of their terminal. */
import { expect, test } from 'vitest';
import { needNotice, noticeBytes, wants } from './notices.ts';

const notice = needNotice('fix-auth', 'command', 'npm install\nundici');

test('the handle, the verb, and the way there', () =>
  expect(notice.text).toBe('fix-auth: approve npm install undici? (tcx attach fix-auth)'));

test('what the terminal is known to understand, else the bell; through a tmux as it wants it', () => {
  const osc = '\u001b]9;hello\u0007';
  expect(noticeBytes({ TERM_PROGRAM: 'WezTerm' }, 'auto', 'hello')).toBe(osc);
  expect(noticeBytes({ TERM: 'xterm-kitty' }, 'auto', 'hello')).toBe(osc);
  expect(noticeBytes({ TERM: 'xterm-256color' }, 'auto', 'hello')).toBe('\u0007');
  expect(noticeBytes({ TERM_PROGRAM: 'WezTerm', WT_SESSION: '1' }, 'auto', 'hello')).toBe('\u0007');
  expect(noticeBytes({}, 'osc777', 'a;b\u001b[31m')).toBe('\u001b]777;notify;tcx;a b\u0007');
  expect(noticeBytes({ TMUX: '/tmp/t', KITTY_WINDOW_ID: '1' }, 'auto', 'hello')).toBe(
    '\u001bPtmux;\u001b\u001b]9;hello\u0007\u001b\\',
  );
  // A bell is tmux's own to hand on.
  expect(noticeBytes({ TMUX: '/tmp/t' }, 'auto', 'hello')).toBe('\u0007');
});

test('not for who looks, unless always; all, none, or the kinds that are named', () => {
  const settings = { kinds: true, method: 'auto', always: false } as const;
  expect(wants(settings, true, notice)).toBe(false);
  expect(wants(settings, false, notice)).toBe(true);
  expect(wants({ ...settings, always: true }, true, notice)).toBe(true);
  expect(wants({ ...settings, kinds: false }, false, notice)).toBe(false);
  expect(wants({ ...settings, kinds: ['agent-turn-complete'] }, false, notice)).toBe(false);
  expect(wants({ ...settings, kinds: ['approval-requested'] }, false, notice)).toBe(true);
});
