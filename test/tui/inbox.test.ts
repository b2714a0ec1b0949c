/** The inbox over a session: all open questions, equal ones as one, answered without leaving. */
import { expect } from 'vitest';
import { until } from '../daemon.ts';
import { press, Screen } from '../screen.ts';
import { verifies } from '../verifies.ts';
import { byWords, untilItTakesKeys } from './agents-model.ts';
import { type WithModel, withModel } from './with-model.ts';

const begin = (it: WithModel, name: string, text: string) =>
  it.daemon.tcx(['new', '-d', '-n', name, '-a', 'on-request', text]);

async function open(it: WithModel) {
  using client = await it.daemon.client();
  return (await client.request('inbox', {})).approvals;
}

verifies(
  '7.16 13.06',
  'ctrl-x i over a session: three of a kind are ×3, A answers them, and the draft waits',
  async () => {
    await using it = await withModel(byWords);
    for (const name of ['one', 'two', 'three']) await begin(it, name, 'touch same');
    await begin(it, 'other', 'touch other');
    await until(async () => (await open(it)).length === 4);
    await using screen = new Screen(it.daemon, []);
    await screen.until('this starts a new session');
    screen.press('hello', press.enter);
    await screen.until('all is well');
    screen.press('half a thought');
    await screen.until('half a thought');
    screen.press(press.ctrlX, 'i');
    const text = await screen.until(/Inbox +4 open/);
    expect(text).toMatch(/› a\d+ +\d+s +one +command +touch same.* ×3/);
    expect(text).toMatch(/a\d+ +\d+s +other +command +touch other/);
    screen.press(' ');
    await untilItTakesKeys(screen);
    screen.press('A');
    await screen.until(/Inbox +1 open/);
    await screen.until(/› a\d+ +\d+s +other/);
    // One held key answers one: the pane is closed, and has to be opened for the next.
    expect(await open(it)).toHaveLength(1);
    screen.press('y', 'y', 'y');
    screen.press(press.esc);
    await screen.until('half a thought');
    expect(await open(it)).toHaveLength(1);
    screen.press(press.ctrlX, 'i');
    await screen.until(/› a\d+ +\d+s +other/);
    screen.press('o');
    await screen.until('touch other');
    await screen.until('! Approve?');
  },
);

verifies('7.16', 'a question that is answered elsewhere goes from the pane, and its key means nothing', async () => {
  await using it = await withModel(byWords);
  await begin(it, 'one', 'touch one');
  await begin(it, 'two', 'touch two');
  await until(async () => (await open(it)).length === 2);
  await using screen = new Screen(it.daemon, ['agents']);
  await screen.until(/NEEDS YOU/);
  screen.press(press.ctrlX, 'i');
  await screen.until(/Inbox +2 open/);
  screen.press(' ');
  await untilItTakesKeys(screen);
  const [first] = await open(it);
  using kim = await it.daemon.client({ label: 'kim' });
  await kim.request('decide', { approval: first!.approval, choice: 'no', key: 'k' });
  await screen.until(/Inbox +1 open/);
  screen.press('y');
  await screen.until(/› a\d+ +\d+s +two/);
  expect(await open(it)).toHaveLength(1);
});
