/** What was asked before: with the arrows, by searching, from every session of the home; and when nothing is to be kept. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { press, Screen } from '../screen.ts';
import { verifies } from '../verifies.ts';
import { says, withModel } from './with-model.ts';

const ctrlR = '\u0012';
const ctrlS = '\u0013';

verifies(
  '13.35',
  'prompts of every session come back with ↑ and with ctrl-r, and drafts are kept meanwhile',
  async () => {
    await using it = await withModel([says('done one'), says('done two'), says('done three'), says('done four')]);
    {
      await using first = new Screen(it.daemon, []);
      await first.until('this starts a new session');
      first.press('fix the login test', press.enter);
      await first.until('done one');
      first.press('then run the linter', press.enter);
      await first.until('done two');
    }
    await using screen = new Screen(it.daemon, ['new']);
    await screen.until('this starts a new session');
    screen.press('say hello', press.enter);
    await screen.until('done three');
    screen.press(press.up);
    await screen.until('› say hello\n');
    screen.press(press.up);
    await screen.until('› then run the linter');
    screen.press(press.down, press.down);
    await screen.until('› Ask for anything');
    screen.press('a draft', ctrlR);
    await screen.until('reverse-i-search:');
    screen.press('t');
    await screen.until(
      (text) => text.includes('› then run the linter') && text.includes('reverse-i-search: t  1 of 2'),
    );
    screen.press(ctrlR);
    await screen.until('› fix the login test');
    screen.press(ctrlS, 'z');
    await screen.until((text) => text.includes('failing reverse-i-search: tz') && text.includes('› a draft'));
    screen.press(press.esc);
    await screen.until((text) => text.includes('› a draft') && !text.includes('reverse-i-search'));
    screen.press(ctrlR, 'LOGIN', press.enter);
    await screen.until((text) => text.includes('› fix the login test') && !text.includes('reverse-i-search'));
    expect(it.model.requests).toHaveLength(3);
    screen.press(press.enter);
    await screen.until('done four');
    // A draft that was cleared is the newest.
    screen.press('not now', press.ctrlC);
    await screen.until('› Ask for anything');
    screen.press(press.up);
    await screen.until('› not now');
  },
);

verifies('13.35', 'history.persistence = "none" writes nothing, and ↑ still has what this screen said', async () => {
  await using it = await withModel([says('done')], { config: '[history]\npersistence = "none"\n' });
  await using screen = new Screen(it.daemon, []);
  await screen.until('this starts a new session');
  screen.press('a secret plan', press.enter);
  await screen.until('done');
  screen.press(press.up);
  await screen.until((text) => text.split('› a secret plan').length === 3);
  expect(existsSync(join(it.daemon.home, 'history.jsonl'))).toBe(false);
  screen.press(press.ctrlC, press.ctrlD);
  await screen.exited;
  expect(existsSync(join(it.daemon.home, 'history.jsonl'))).toBe(false);
});

verifies('13.35', 'without a word on it prompts are kept for this user alone, as Codex keeps them', async () => {
  await using it = await withModel([says('done')]);
  await using screen = new Screen(it.daemon, []);
  await screen.until('this starts a new session');
  screen.press('keep this', press.enter);
  await screen.until('done');
  const [line] = readFileSync(join(it.daemon.home, 'history.jsonl'), 'utf8').split('\n');
  expect(JSON.parse(line!)).toEqual({ session_id: expect.any(String), ts: expect.any(Number), text: 'keep this' });
});
