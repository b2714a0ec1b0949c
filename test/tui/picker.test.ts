/** The session picker over 10,000 sessions, and the ways to one from a shell and from a screen. */
import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { until } from '../daemon.ts';
import { copySessions } from '../many-sessions.ts';
import { press, Screen } from '../screen.ts';
import { verifies } from '../verifies.ts';
import { says, withModel } from './with-model.ts';

const day = 86_400_000;
const many = 10_000;

verifies(
  '7.15 7.17',
  'tcx resume over 10,000 sessions: by pages, found by typing, folders, archived, sorted, previewed, opened',
  async () => {
    await using it = await withModel([says('the only answer'), says('and another')]);
    const { daemon } = it;
    const elsewhere = join(daemon.work, '..', 'api');
    mkdirSync(join(elsewhere, '.git'), { recursive: true });
    const made = await daemon.tcx(['new', '-d', 'the original words']);
    await daemon.tcx(['wait', made.stdout.trim()]);
    await daemon.tcx(['daemon', 'stop']);
    await until(() => daemon.pid() === undefined);
    const places = { here: realpathSync(daemon.work), there: realpathSync(elsewhere) };
    copySessions(daemon, made.stdout.trim(), many, (n) => ({
      name: `task-${n}`,
      title: n === 7777 ? 'needle in hay' : `work number ${n}`,
      cwd: n % 4 === 1 ? places.there : places.here,
      archived: n % 100 === 99,
      // The oldest was changed last.
      createdAgo: day + n * 1000,
      updatedAgo: day + (many - n) * 1000,
    }));
    await using screen = new Screen(daemon, ['resume']);
    const here = await screen.until(/Resume a session +1 \/ 7,401 · this folder · active · by updated/, 120_000);
    expect(here).toMatch(/› ✓ +\d+s ago original-words.*\n +✓ +1d ago task-9998 /);
    screen.press(press.ctrlS);
    await screen.until(/by created[\s\S]*original-words.*\n.* task-0 .*\n.* task-2 /);
    screen.press(press.ctrlS);
    await screen.until(/by updated[\s\S]*original-words.*\n.* task-9998 /);
    // Pages come as the mark goes down.
    await until(() => {
      if (!/2\d\d \/ 7,401/.test(screen.text())) screen.press(press.pageDown);
      return /2\d\d \/ 7,401/.test(screen.text());
    }, 'the third page');
    expect(screen.text()).toMatch(/\n › ✓/);
    screen.press(press.tab);
    await screen.until(/1 \/ 9,901 · all folders/);
    screen.press(press.ctrlA);
    await screen.until(/1 \/ 100 · all folders · archived/);
    screen.press(press.enter);
    await screen.until('archived: tcx unarchive task-');
    screen.press(press.ctrlA);
    await screen.until(/1 \/ 9,901/);
    screen.press('needle');
    await screen.until(/1 \/ 1 · all folders/);
    const found = await screen.until('needle in hay');
    expect(found).toContain('task-7777');
    screen.press(press.ctrlT);
    await screen.until(/› needle[\s\S]*the only answer/);
    // Its folder is another one: asked, and left.
    screen.press(press.enter);
    await screen.until('task-7777 worked in another folder');
    screen.press('f');
    await screen.until(/the only answer[\s\S]*~\/w · task-7777-fork/);
    screen.press('go on', press.enter);
    await screen.until('and another');
    screen.press(press.ctrlX, 's');
    await screen.until(/Switch session/);
    screen.press('task-77 ', 'number 775');
    await screen.until(/1 \/ 1/);
    screen.press(press.enter);
    await screen.until(/· task-7775 /);
    screen.press(press.ctrlX, 'l');
    await screen.until('task-7777-fork');
    screen.press(press.ctrlD);
    expect(await screen.exited).toMatchObject({ code: 0 });
  },
  240_000,
);
