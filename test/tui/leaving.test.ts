/** Leaving is never stopping: every way out of the screen, what it leaves in the terminal, and what is there at the return. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { root, startDaemon, until } from '../daemon.ts';
import { modesLeftOn, press, Screen } from '../screen.ts';
import { verifies } from '../verifies.ts';
import { says, slowly, times, type WithModel, withModel } from './with-model.ts';

async function begun(screen: Screen) {
  await screen.until('this starts a new session');
  screen.press('count', press.enter);
  await screen.until('word2');
}
const ended = (it: WithModel) =>
  until(async () => {
    using client = await it.daemon.client();
    const { rows } = await client.request('rows', { session: '.', after: 0, limit: 1000 });
    return rows.find((row) => row.kind === 'turn.ended');
  }, 'the end of the turn');

const ways: readonly (readonly [string, (screen: Screen) => void, number])[] = [
  ['ctrl-x d', (screen) => screen.press(press.ctrlX, 'd'), 0],
  ['/detach', (screen) => screen.press('/detach', press.enter), 0],
  ['ctrl-d on an empty composer', (screen) => screen.press(press.ctrlD), 0],
  ['ctrl-\\', (screen) => screen.press(press.ctrlBackslash), 0],
  ['SIGTERM', (screen) => screen.kill('SIGTERM'), 143],
];
for (const [way, leave, code] of ways) {
  verifies('12.01 7.25', `${way} leaves the turn running and the terminal as it was`, async () => {
    await using it = await withModel([slowly(20, 60)]);
    await using screen = new Screen(it.daemon, []);
    await begun(screen);
    leave(screen);
    expect(await screen.exited).toMatchObject({ code });
    if (way !== 'ctrl-\\') {
      await screen.untilPrinted('count goes on: turn 1.');
      await screen.untilPrinted('To come back:  tcx attach count');
    }
    expect(modesLeftOn(screen.raw)).toEqual([]);
    expect(await ended(it)).toMatchObject({ body: { status: 'completed' } });
  });
}

verifies(
  '12.01',
  'the terminal is closed in mid-turn: the turn ends as it would have, and the draft is back',
  async () => {
    await using it = await withModel([slowly(30, 60)]);
    const screen = new Screen(it.daemon, []);
    await begun(screen);
    screen.press('half a thought');
    await screen.until('› half a thought');
    const marks = join(it.daemon.home, 'sessions', '**', '*.marks.json');
    await until(
      () => globSync(marks).some((file) => readFileSync(file, 'utf8').includes('half a thought')),
      'the draft on the disk',
    );
    await using beside = new Screen(it.daemon, ['attach', 'count']);
    expect(await beside.until('2 here')).not.toContain('half a thought');
    beside.press(press.ctrlX, 'd');
    await beside.exited;
    screen.close();
    await screen.exited;
    expect(await ended(it)).toMatchObject({ body: { status: 'completed' } });
    await using again = new Screen(it.daemon, ['attach', 'count']);
    const text = await again.until('› half a thought');
    expect(times(text, 'word29')).toBe(1);
    again.press(press.ctrlC);
    await again.untilGone('half a thought');
  },
);

verifies('12.01', 'attach shows what was missed under a divider, then live text, nothing twice', async () => {
  await using it = await withModel([slowly(20, 40), slowly(60, 60)]);
  await using screen = new Screen(it.daemon, []);
  await begun(screen);
  await screen.until('Worked for');
  // It was looked at, on a focused screen, to its end.
  await until(async () => {
    using client = await it.daemon.client();
    const { seen, view } = await client.request('attach', { session: '.' });
    return seen.seq === view.head;
  }, 'the mark of what was seen');
  screen.press(press.ctrlX, 'd');
  await screen.exited;
  using other = await it.daemon.client({ label: 'kim' });
  await other.request('say', { session: 'count', key: 'k1', text: 'once more', mode: 'steer' });
  await it.model.request(2);
  await using again = new Screen(it.daemon, ['attach', 'count']);
  const text = await again.until(/── since you left \d+\w ago: 1 turn ──/);
  expect(text).toContain('› kim: once more');
  const whole = await again.until((shown) => shown.includes('word59') && times(shown, 'Worked') === 2);
  expect(whole.indexOf('since you left')).toBeGreaterThan(whole.indexOf('word19'));
  for (const word of ['word30', 'word59']) expect(times(whole, word)).toBe(1);
  expect(times(whole, 'word5')).toBe(2);
});

verifies('12.01', 'ctrl-c peels one layer a press: the draft, the turn, the screen; never the session', async () => {
  await using it = await withModel([slowly(400, 50), says('never')]);
  await using screen = new Screen(it.daemon, []);
  await begun(screen);
  screen.press('some words');
  await screen.until('› some words');
  screen.press(press.ctrlC);
  await screen.untilGone('› some words');
  expect(screen.text()).toContain('Thinking');
  // ↑ brings the cleared draft back.
  screen.press(press.up);
  await screen.until('› some words');
  await apart(screen, () => screen.press(press.ctrlC));
  await screen.untilGone('› some words');
  await apart(screen, () => screen.press(press.ctrlC));
  await screen.until('■ interrupted');
  await screen.until('interrupted · ctrl-c again leaves · count stays');
  await apart(screen, () => screen.press(press.ctrlC));
  expect(await screen.exited).toMatchObject({ code: 0 });
  await screen.untilPrinted('count is idle.');
});

verifies('12.01', 'a held ctrl-c interrupts and does not leave', async () => {
  await using it = await withModel([slowly(400, 50)]);
  await using screen = new Screen(it.daemon, []);
  await begun(screen);
  for (let n = 0; n < 30; n++) {
    screen.press(press.ctrlC);
    await new Promise((resolve) => setTimeout(resolve, 33));
  }
  await screen.until('■ interrupted');
  await apart(screen, () => screen.press('still here'));
  await screen.until('› still here');
});

/** Two presses within a quarter of a second are one: a person who means a second one takes longer. */
async function apart(_screen: Screen, act: () => void) {
  await new Promise((resolve) => setTimeout(resolve, 300));
  act();
}

verifies('12.01', 'a name that no session has is a line in the shell', async () => {
  await using it = await withModel([slowly(5)]);
  await using screen = new Screen(it.daemon, ['attach', 'no-such-session']);
  expect(await screen.exited).toMatchObject({ code: 1 });
  await screen.untilPrinted('Error: no session is called no-such-session');
  expect(modesLeftOn(screen.raw)).toEqual([]);
});

verifies('7.01', 'a screen that breaks while it is drawn puts the terminal back and says how it broke', async () => {
  await using daemon = await startDaemon({ cold: true });
  await using screen = new Screen(daemon, [], { program: join(import.meta.dirname, 'broken-screen.mjs') });
  expect(await screen.exited).toMatchObject({ code: 1 });
  await screen.untilPrinted('drawing broke');
  expect(screen.raw).toContain('\u001b[?1049h');
  expect(modesLeftOn(screen.raw)).toEqual([]);
});

verifies('12.01', 'ctrl-z gives the shell its screen and keys back; fg comes back with what was missed', async () => {
  await using it = await withModel([slowly(40, 50), says('never')]);
  await using screen = new Screen(it.daemon, [], { shell: true, env: { PS1: 'sh> ' } });
  await screen.until('sh>');
  screen.press(`node ${join(root, 'dist', 'tcx.js')} 'count for me'\r`);
  await screen.until('word2');
  screen.press(press.ctrlZ);
  await screen.until('Stopped');
  expect(screen.text()).not.toContain('word2');
  // Bracketed paste is the shell's own at its prompt.
  expect(modesLeftOn(screen.raw).filter((mode) => mode !== '2004')).toEqual([]);
  screen.press('echo in the $((40 + 2)) shell\r');
  await screen.until('in the 42 shell');
  // The turn went on without anybody looking.
  expect(await ended(it)).toMatchObject({ body: { status: 'completed' } });
  screen.press('fg\r');
  const text = await screen.until('Worked for');
  expect(times(text, 'word39')).toBe(1);
  screen.press('typed after');
  await screen.until('› typed after');
});
