/** The screens before a session: the first start, what is already here, and that looking leaves nothing behind. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { startDaemon } from '../daemon.ts';
import { press, Screen } from '../screen.ts';
import { verifies } from '../verifies.ts';
import { byWords } from './agents-model.ts';
import { says, slowly, withModel } from './with-model.ts';

verifies(
  '7.01 12.01 13.42',
  'tcx opened and left ten times leaves nothing; with sessions here it shows them, and ↑ Enter attaches',
  async () => {
    await using it = await withModel([says('the first answer'), slowly(100)]);
    using client = await it.daemon.client();
    const all = async () => (await client.request('list', { what: 'sessions' })).total;
    for (let n = 0; n < 10; n++) {
      await using screen = new Screen(it.daemon, []);
      await screen.until('this starts a new session');
      screen.press(n % 2 === 0 ? press.ctrlD : press.ctrlC);
      expect(await screen.exited).toMatchObject({ code: 0 });
    }
    expect(await all()).toBe(0);
    await using made = new Screen(it.daemon, ['say something']);
    await made.until('the first answer');
    made.press(press.ctrlD);
    await made.exited;
    await using screen = new Screen(it.daemon, []);
    await screen.until(/Here\n +✓ say-something +done \d+s/);
    screen.press(press.up);
    await screen.until('› ✓ say-something');
    screen.press(press.esc);
    await screen.untilGone('› ✓ say-something');
    screen.press(press.up, press.enter);
    await screen.until('the first answer');
    // A new one beside it; the old one stays.
    screen.press(press.ctrlX, 'c');
    await screen.until('this starts a new session');
    screen.press('and another', press.enter);
    await screen.until('word3');
    screen.press(press.ctrlX, 'l');
    await screen.until('the first answer');
  },
);

verifies('12.01', 'tcx agents lists sessions by urgency, opens one with Enter, and q leaves', async () => {
  await using it = await withModel([says('done one'), slowly(300)]);
  await it.daemon.tcx(['new', '-d', '-n', 'quick', 'be quick']);
  await it.model.request(1);
  await using screen = new Screen(it.daemon, ['agents']);
  await screen.until(/DONE\n.*✓ quick/);
  await it.daemon.tcx(['new', '-d', '-n', 'slow', 'be slow']);
  const text = await screen.until(/WORKING\n.*◐ slow/);
  expect(text.indexOf('slow')).toBeLessThan(text.indexOf('quick'));
  screen.press(press.enter);
  await screen.until('word2');
  screen.press(press.left);
  await screen.until('WORKING');
  screen.press('q');
  await screen.until('word9');
  screen.press(press.ctrlD);
  expect(await screen.exited).toMatchObject({ code: 0 });
});

verifies(
  '7.01 12.01',
  'without a terminal, inside a session, and for fingers that know tmux: a sentence each',
  async () => {
    await using daemon = await startDaemon({ cold: true });
    const piped = await daemon.tcx([]);
    expect(piped).toMatchObject({ code: 1 });
    expect(piped.stderr).toContain('Error: stdin is not a terminal');
    expect(piped.stderr).toContain('tcx exec');
    const named = await daemon.tcx(['new', '-s', 'work']);
    expect(named).toMatchObject({ code: 2 });
    expect(named.stderr).toContain('-s is the sandbox mode; a name is -n');
    await using nested = new Screen(daemon, ['attach'], {
      env: { TCX_SESSION_ID: '01a213d1-6412-74ae-be7c-04f2d902c7d1' },
    });
    expect(await nested.exited).toMatchObject({ code: 1 });
    await nested.untilPrinted('You are inside session 01a213d1. Use --nest to open tcx here anyway.');
    const detached = await daemon.tcx(['new', '-d', '--demo', 'run pwd']);
    expect(detached.stdout).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}\n$/);
    const forked = await daemon.tcx(['fork', '-d', detached.stdout.trim()]);
    expect(forked).toMatchObject({ code: 0 });
    expect(forked.stdout).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}\n$/);
  },
);

verifies(
  '13.42',
  'a second worker in one tree is asked about once; ↑ joins the first with the words; start = says what opens',
  async () => {
    await using it = await withModel(byWords);
    const { daemon } = it;
    await daemon.tcx(['new', '-d', '-n', 'docs', 'slowly please']);
    await it.model.request(1);
    writeFileSync(join(daemon.work, 'new.txt'), 'new');
    await using screen = new Screen(daemon, []);
    await screen.until(/Here\n +◐ docs/);
    screen.press('and hello', press.enter);
    await screen.until('docs is editing this tree: ↵ go on · ↑ join docs');
    expect((await daemon.tcx(['ls', '--json'])).stdout.match(/"name"/g)).toHaveLength(1);
    // Another word, and it is not asked again.
    screen.press('!');
    await screen.untilGone('is editing this tree');
    screen.press(press.backspace);
    await screen.until('is editing this tree');
    screen.press(press.up);
    await screen.until(/word\d[\s\S]*› and hello/);
    screen.press(press.ctrlC);
    await screen.untilGone('› and hello');
    screen.press(press.ctrlX, 'c');
    await screen.until('this starts a new session');
    screen.press('hello', press.enter);
    await screen.until('docs is editing this tree');
    screen.press(press.enter);
    await screen.until('all is well');
    screen.press(press.ctrlD);
    await screen.exited;
    await using attached = new Screen(daemon, ['-c', 'start="attach"']);
    await attached.until(/· docs /);
    await using agents = new Screen(daemon, ['-c', 'start="agents"']);
    await agents.until(/WORKING\n.*docs/);
    await using nested = new Screen(daemon, ['agents'], {
      env: { TCX_SESSION_ID: '01a213d1-6412-74ae-be7c-04f2d902c7d1' },
    });
    expect(await nested.exited).toMatchObject({ code: 1 });
    await nested.untilPrinted('Use --nest to open tcx here anyway.');
    await using nest = new Screen(daemon, ['agents', '--nest'], {
      env: { TCX_SESSION_ID: '01a213d1-6412-74ae-be7c-04f2d902c7d1' },
    });
    await nest.until(/WORKING\n.*docs/);
  },
);
