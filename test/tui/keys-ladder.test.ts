/** Ctrl-C from every state (screens §3): one layer a press, and a held key is one press. */
import { expect } from 'vitest';
import { until } from '../daemon.ts';
import { press, Screen } from '../screen.ts';
import { verifies } from '../verifies.ts';
import { runs, says, slowly, withModel } from './with-model.ts';

/** A press of its own: what comes within 250 ms of another counts as one with it. */
async function pressOnce(screen: Screen) {
  const at = Date.now();
  await until(() => Date.now() - at > 300, 'a press of its own');
  screen.press(press.ctrlC);
}

verifies(
  '12.01',
  'ctrl-c closes a popup, a list, a search, a choice of messages, the list of keys; then clears; then leaves',
  async () => {
    await using it = await withModel([says('one')]);
    await using screen = new Screen(it.daemon, []);
    await screen.until('this starts a new session');
    screen.press('hello', press.enter);
    await screen.until('one');
    screen.press('?');
    await screen.until('Everywhere');
    await pressOnce(screen);
    await screen.until('› Ask for anything');
    screen.press('a draft', '\u0012');
    await screen.until('reverse-i-search');
    await pressOnce(screen);
    await screen.until((text) => text.includes('› a draft') && !text.includes('reverse-i-search'));
    await pressOnce(screen);
    await screen.until('› Ask for anything');
    screen.press(press.esc, press.esc);
    await screen.until('1 of 1');
    await pressOnce(screen);
    await screen.until((text) => !text.includes('1 of 1'));
    screen.press('/sta');
    await screen.until('› /status');
    await pressOnce(screen);
    await screen.until((text) => text.includes('› /sta') && !text.includes('› /status'));
    await pressOnce(screen);
    await screen.until('› Ask for anything');
    screen.press(press.left);
    await screen.until('Agents');
    await pressOnce(screen);
    await screen.until('› Ask for anything');
    await pressOnce(screen);
    expect(await screen.exited).toMatchObject({ code: 0 });
  },
);

verifies(
  '12.01 7.16',
  'ctrl-c puts a question down unanswered, clears, interrupts, and only then leaves; a watcher leaves at once',
  async () => {
    await using it = await withModel([runs('touch asked'), slowly(300)], {
      config: 'approval_policy = "on-request"\nsandbox_mode = "read-only"\n',
    });
    await using screen = new Screen(it.daemon, []);
    await screen.until('this starts a new session');
    screen.press('do it', press.enter);
    await screen.until('Approve?');
    await using watcher = new Screen(it.daemon, ['attach', '-r']);
    await watcher.until('watching');
    await pressOnce(screen);
    await screen.until('approve: touch asked');
    screen.press('a draft');
    await screen.until('› a draft');
    await pressOnce(screen);
    await screen.untilGone('› a draft');
    expect(screen.text()).not.toContain('■ interrupted');
    await pressOnce(screen);
    await screen.until('■ interrupted');
    await watcher.until('■ interrupted');
    await pressOnce(watcher);
    expect(await watcher.exited).toMatchObject({ code: 0 });
    await pressOnce(screen);
    expect(await screen.exited).toMatchObject({ code: 0 });
    expect((await it.daemon.tcx(['ls'])).stdout).toContain('do it');
  },
);

verifies('12.01', 'a held ctrl-c over a draft in a turn clears it and nothing more', async () => {
  await using it = await withModel([slowly(300)]);
  await using screen = new Screen(it.daemon, []);
  await screen.until('this starts a new session');
  screen.press('go', press.enter);
  await screen.until('word2');
  screen.press('a draft');
  await screen.until('› a draft');
  // 30 a second for a second.
  for (let n = 0; n < 30; n++) {
    const at = Date.now();
    screen.press(press.ctrlC);
    await until(() => Date.now() - at >= 33, 'the next repeat');
  }
  await screen.untilGone('› a draft');
  const text = await screen.until('esc interrupts');
  expect(text).not.toContain('■ interrupted');
});
