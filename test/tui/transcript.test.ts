/** The transcript as lifelike scripts make it: cells, the side pane, what goes on. */
import { expect } from 'vitest';
import { press, Screen } from '../screen.ts';
import { failingTest } from '../scripts/failing-test.ts';
import { byProgress } from '../scripts/play.ts';
import { shop } from '../scripts/project.ts';
import { refactoring } from '../scripts/refactoring.ts';
import { quick } from '../scripts/words.ts';
import { verifies } from '../verifies.ts';
import { times, withModel } from './with-model.ts';

/** The plan is a tool that has to be wanted. */
const planning = '[tools.update_plan]\nenabled = true\n';
const esc = '\u001b';
const f4 = '\u001bOS';

verifies(
  '7.13 7.05',
  'a failing test mended at 140×40: plan, changed files and commands stand in the side pane, whose rows open and which goes on and off',
  async () => {
    await using it = await withModel(byProgress(failingTest(quick)), { config: planning });
    shop(it.daemon.work);
    await using screen = new Screen(it.daemon, ['--yolo', 'mend it'], { columns: 140, rows: 40 });
    const text = await screen.until('Worked for');
    expect(text).toMatch(/│ PLAN +4 of 4/);
    expect(text).toMatch(/│ ✓ run all tests/);
    expect(text).toMatch(/│ CHANGED HERE +1 file \+2 −2/);
    expect(text).toMatch(/│ M src\/auth\/session.mjs +\+2 −2/);
    // The command has the colours of a shell's words.
    expect(screen.raw).toMatch(new RegExp(`${esc}\\[38;5;\\d+mfor${esc}\\[39m`));
    screen.press(f4);
    await screen.until('enter opens');
    screen.press(press.enter);
    await screen.until(/Diff · src\/auth\/session.mjs · 1 file \+2 −2/);
    screen.press('q');
    await screen.until('│ PLAN');
    screen.press(press.ctrlX, 'z');
    await screen.untilGone('│ PLAN');
    screen.press(press.ctrlX, 'z');
    await screen.until('│ PLAN');
    screen.resize(80, 24);
    await screen.until((now) => now.includes('The test passes.') && !now.includes('CHANGED HERE'));
  },
);

verifies('7.01', 'a refactoring of 40 calls and more: every cell once, whatever the size does meanwhile', async () => {
  await using it = await withModel(byProgress(refactoring(quick)), { config: planning });
  shop(it.daemon.work);
  await using screen = new Screen(it.daemon, ['--yolo', '--no-alt-screen', 'round in one place']);
  for (let n = 0; n < 200; n++) screen.resize(60 + ((n * 37) % 60), 20 + ((n * 13) % 20));
  screen.resize(80, 24);
  await screen.until('Worked for');
  screen.press(press.ctrlD);
  await screen.exited;
  const all = screen.scrollback().join('\n');
  for (const name of ['invoices', 'rates', 'reports']) {
    expect(times(all, `Reading ${name}`), name).toBe(1);
    expect(times(all, `Edited src/billing/${name}.mjs`), name).toBe(1);
  }
  expect(times(all, 'All eight modules')).toBe(1);
});

verifies(
  '7.03',
  'inline, a long answer is in the scrollback while it still comes, and all of it once at its end',
  async () => {
    const items = Array.from({ length: 60 }, (_, n) => `${n + 1}. item number${n + 1}`).join('\n');
    const code = Array.from({ length: 60 }, (_, n) => `line${n + 1}();`).join('\n');
    const text = `Here is all of it:\n\n${items}\n\n\`\`\`js\n${code}\n\`\`\`\n\nThat was the end.`;
    await using it = await withModel([{ text, delayMs: 8 }]);
    await using screen = new Screen(it.daemon, ['--no-alt-screen', 'list it']);
    await screen.untilPrinted('number30');
    expect(screen.text()).toMatch(/Thinking/);
    const printed = screen.scrollback().join('\n');
    for (const n of [1, 9, 20]) expect(times(printed, `number${n}`), `number${n}`).toBe(1);
    screen.resize(60, 20);
    await screen.until('Worked for');
    screen.press(press.ctrlD);
    await screen.exited;
    const all = screen.scrollback().join('\n');
    for (let n = 1; n <= 60; n++) {
      expect(times(all, `number${n}`), `number${n}`).toBe(1);
      expect(times(all, `line${n}`), `line${n}`).toBe(1);
    }
    expect(times(all, 'That was the end')).toBe(1);
  },
);
