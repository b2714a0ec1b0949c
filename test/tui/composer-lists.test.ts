/** The lists over the composer: files after `@`, commands after `/`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { press, Screen } from '../screen.ts';
import { verifies } from '../verifies.ts';
import { says, slowly, withModel } from './with-model.ts';

function fill(work: string) {
  for (let folder = 0; folder < 100; folder++) {
    const path = join(work, 'packages', `part${folder}`, 'src');
    mkdirSync(path, { recursive: true });
    for (let file = 0; file < 500; file++) writeFileSync(join(path, `unit-${file}.ts`), '');
  }
  mkdirSync(join(work, 'ignored'), { recursive: true });
  writeFileSync(join(work, '.gitignore'), 'ignored/\n');
  writeFileSync(join(work, 'ignored', 'main.ts'), '');
  writeFileSync(join(work, 'packages', 'part7', 'src', 'main.ts'), '');
  writeFileSync(join(work, 'my mainland.md'), '');
}

verifies(
  '7.06',
  '@mai in 50,000 files lists what is meant while keys go on echoing, and Enter puts it in',
  async () => {
    await using it = await withModel([says('read it')]);
    fill(it.daemon.work);
    await using screen = new Screen(it.daemon, []);
    await screen.until('this starts a new session');
    screen.press('look at @mai');
    await screen.until('› look at @mai');
    const list = await screen.until('packages/part7/src/main.ts');
    expect(list).not.toContain('ignored');
    expect(list).toContain('my mainland.md');
    screen.press(press.esc);
    await screen.untilGone('packages/part7/src/main.ts');
    screen.press('n and');
    await screen.until('› look at @main and');
    expect(screen.text()).not.toContain('part7/src');
    // A new file is found, one with blanks is quoted.
    writeFileSync(join(it.daemon.work, 'zebra crossing.txt'), '');
    screen.press(' @zebra');
    await screen.until('zebra crossing.txt');
    screen.press(press.tab, '@main');
    await screen.until(/packages\/part7\/src\/main\.ts\s*\n/);
    screen.press(press.enter, 'now', press.enter);
    await screen.until('read it');
    const said = JSON.stringify(it.model.requests[0]!.body.input.at(-1));
    expect(said).toContain('look at @main and \\"zebra crossing.txt\\" packages/part7/src/main.ts now');
  },
);

verifies(
  '7.18',
  'commands are found by beginning and by letters, completed, run, refused in a turn, and kept when unknown',
  async () => {
    await using it = await withModel([says('hello'), slowly(300, 40)]);
    await using screen = new Screen(it.daemon, [], { rows: 30 });
    await screen.until('this starts a new session');
    screen.press('hi', press.enter);
    await screen.until('hello');
    screen.press('/');
    await screen.until('› /model');
    expect(screen.rows().filter((row) => /^ [ ›] \/[a-z]/.test(row))).toHaveLength(8);
    screen.press('dbc');
    await screen.until(/› \/debug-config/);
    screen.press(press.backspace, press.backspace, press.backspace, 'rena', press.tab);
    await screen.until(/› \/rename\s*\n/);
    screen.press('fresh name', press.enter);
    await screen.until(/· fresh-name\s/);
    screen.press('/stat', press.enter);
    await screen.until(/permissions\s+approval/);
    screen.press('/nothing here', press.enter);
    await screen.until("Unrecognized command '/nothing'");
    expect(screen.text()).toContain('› /nothing here');
    screen.press('\u0015', 'count', press.enter);
    await screen.until('word2');
    screen.press('/fork', press.enter);
    await screen.until("'/fork' is disabled while a task is in progress.");
    screen.press(press.ctrlC);
    await screen.until((text) => !text.includes('› /fork'));
    screen.press('/sto');
    await screen.until('› /stop');
    // Esc closes the list, not the turn.
    screen.press(press.esc);
    await screen.until((text) => text.includes('› /sto') && !text.includes('› /stop'));
    expect(screen.text()).not.toContain('interrupted');
    screen.press(press.esc);
    await screen.until('■ interrupted');
  },
);
