/** The leader's keys that go from session to session: beside, nth, by name, back and forth; a rename; the next need. */
import { expect } from 'vitest';
import { until } from '../daemon.ts';
import { press, Screen } from '../screen.ts';
import { verifies } from '../verifies.ts';
import { byWords } from './agents-model.ts';
import { withModel } from './with-model.ts';

verifies('12.01 7.15', 'ctrl-x ( ) 1 s l n , from session to session', async () => {
  await using it = await withModel(byWords);
  const { tcx } = it.daemon;
  for (const name of ['one', 'two', 'three']) {
    await tcx(['new', '-d', '-n', name, '-a', 'on-request', 'hello']);
    await tcx(['wait', name]);
  }
  await using screen = new Screen(it.daemon, ['attach', 'one']);
  const at = (name: string) => screen.until(new RegExp(`· ${name} +\\d+% left`), 6000);
  const leader = (key: string) => screen.press(press.ctrlX, key);
  await at('one');
  leader(')');
  await at('two');
  leader(')');
  await at('three');
  leader('(');
  await at('two');
  leader('l');
  await at('three');
  leader('s');
  await screen.until('Switch session');
  screen.press('one');
  await screen.until(/1 \/ 1 ·/);
  screen.press(press.enter);
  await at('one');
  leader(',');
  await screen.until('new name: one');
  screen.press('\u0015', 'first', press.enter);
  await at('first');
  await tcx(['say', 'two', 'touch it']);
  await screen.until(/! two a\d+/, 6000);
  leader('n');
  await at('two');
  await screen.until('! Approve?');
  leader('1');
  await until(() => screen.text().includes('· two'), 'the first row is the one that asks');
  leader('9');
  await screen.until('there are 3 sessions', 6000);
  screen.press(press.ctrlD);
  expect(await screen.exited).toMatchObject({ code: 0 });
});
