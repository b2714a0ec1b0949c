/** The agents screen against a real daemon: everything about a session without leaving the list. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { until } from '../daemon.ts';
import { press, Screen } from '../screen.ts';
import { verifies } from '../verifies.ts';
import { byWords, untilItTakesKeys } from './agents-model.ts';
import { type WithModel, withModel } from './with-model.ts';

const begin = (it: WithModel, name: string, text: string, cwd = it.daemon.work) =>
  it.daemon.tcx(['new', '-d', '-n', name, '-a', 'on-request', text], { cwd });

async function stateOf(it: WithModel, name: string): Promise<string | undefined> {
  const { stdout } = await it.daemon.tcx(['ls', '--json']);
  return (JSON.parse(stdout) as { name: string; state: string }[]).find((each) => each.name === name)?.state;
}

const row = (text: string, name: string) => text.split('\n').find((line) => line.includes(name)) ?? '';

verifies('13.06', 'grouped by what they want, answered in place, only in the pane', async () => {
  await using it = await withModel(byWords);
  const other = join(it.daemon.work, '..', 'gateway');
  mkdirSync(join(other, '.git'), { recursive: true });
  await begin(it, 'asks', 'touch one');
  await begin(it, 'rests', 'hello');
  await begin(it, 'works', 'slowly please', other);
  await until(async () => (await stateOf(it, 'rests')) === 'done unread');
  await using screen = new Screen(it.daemon, ['agents']);
  await screen.until(/NEEDS YOU\n › ! asks.*\n WORKING\n +◐ works +gateway.*\n DONE\n +✓ rests.*unread/);
  await screen.until('1 once  2 session');
  // Letters answer nothing while the pane is not open.
  screen.press('y', '1', 'd');
  screen.press(' ');
  await screen.until('› 1  Yes, this once');
  await untilItTakesKeys(screen);
  expect(await stateOf(it, 'asks')).toBe('needs you');
  screen.press('y');
  await screen.until(/DONE\n.*\n?.*✓ asks/);
  // Grouped otherwise, found, filtered.
  screen.press('g');
  await screen.until(/~\/gateway\n.*works/);
  screen.press('g');
  await screen.until(/gpt-5\n/);
  screen.press('g', '/', 'g', 'a', 't', 'e', press.enter);
  await screen.until((text) => text.includes('works') && !text.includes('rests'));
  screen.press(press.esc);
  await screen.until('rests');
  screen.press('.');
  await screen.until((text) => text.includes('only ~/w') && !text.includes('works'));
  screen.press('.');
  await screen.until('works');
  const { stdout } = await it.daemon.tcx(['agents', '--json']);
  const listed = JSON.parse(stdout) as { name: string; state: string; approvals: string[] }[];
  expect(Object.fromEntries(listed.map(({ name, state }) => [name, state]))).toMatchObject({
    works: 'thinking',
    rests: 'done unread',
    asks: 'done unread',
  });
  screen.press('q');
  expect(await screen.exited).toMatchObject({ code: 0 });
});

verifies('13.06', 'said to, renamed, begun, forked, ended and stopped with a y, archived', async () => {
  await using it = await withModel(byWords);
  await begin(it, 'works', 'slowly please');
  await it.model.request(1);
  await using screen = new Screen(it.daemon, ['agents']);
  await screen.until('› ◐ works');
  screen.press('s', 'and be quick', press.tab);
  await screen.until('queued for works');
  screen.press('r');
  await screen.until('new name: works');
  screen.press('\u0015', 'labours', press.enter);
  await screen.until('› ◐ labours');
  screen.press('n');
  await screen.until('new in w:');
  screen.press('hello there', press.enter);
  await screen.until(/✓ hello-there.*unread/);
  screen.press('x');
  await screen.until('end the turn of labours? · y yes · n no');
  screen.press('n');
  await screen.untilGone('y yes');
  expect(await stateOf(it, 'labours')).toBe('thinking');
  screen.press('x', 'y');
  await until(async () => (await stateOf(it, 'labours')) === 'done unread', 'the turn to be ended');
  screen.press('X');
  await screen.until(/stop labours\?.*y yes/);
  screen.press('y');
  await screen.until(/□ labours/);
  screen.press('f');
  await screen.until('labours-fork');
  await until(() => {
    if (!screen.text().includes('› ✓ hello-there')) screen.press(press.up);
    return screen.text().includes('› ✓ hello-there');
  });
  screen.press('a', 'y');
  await screen.untilGone('✓ hello-there');
  expect(await stateOf(it, 'hello-there')).toBeUndefined();
});

verifies('13.06', 'deleted only by its whole name; its screens are told, its log is gone', async () => {
  await using it = await withModel(byWords);
  await begin(it, 'old', 'hello');
  await begin(it, 'kept', 'hello');
  await using seen = new Screen(it.daemon, ['attach', 'old']);
  await seen.until('all is well');
  await using screen = new Screen(it.daemon, ['agents']);
  await until(() => {
    if (!/› . old/.test(screen.text())) screen.press(press.down);
    return /› . old/.test(screen.text());
  });
  screen.press(press.backspace);
  await screen.until('delete old for ever? type its name:');
  screen.press('ol', press.enter);
  await screen.until('that is not its name: old stays');
  screen.press(press.backspace);
  await screen.until('delete old for ever? type its name:');
  screen.press('old', press.enter);
  await screen.until('old is deleted');
  await screen.untilGone('✓ old');
  expect(await seen.exited).toMatchObject({ code: 0 });
  await seen.untilPrinted('old was deleted by');
  const { stderr, code } = await it.daemon.tcx(['log', 'old']);
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('there is no session') });
  expect(await stateOf(it, 'kept')).toBe('done unread');
});

verifies('13.06', 'at 140 columns the marked one stands beside the list, live, with its question', async () => {
  await using it = await withModel(byWords);
  await begin(it, 'asks', 'touch one');
  await begin(it, 'rests', 'hello');
  await until(async () => (await stateOf(it, 'rests')) === 'done unread');
  await using screen = new Screen(it.daemon, ['agents'], { columns: 140, rows: 40 });
  const text = await screen.until(/│ asks +! needs you \d+s/);
  await screen.until(/│ +1 {2}Yes, this once/);
  expect(row(text, 'needs you').indexOf('│')).toBe(85);
  screen.press(press.down);
  await screen.until(/│ rests +✓ done unread/);
  await screen.until(/│ • all is well/);
  screen.press(press.enter);
  await screen.until(/› .*: hello/);
});
