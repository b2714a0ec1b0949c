/** For a screen reader: the same session as words in their order. */
import { expect } from 'vitest';
import { press, Screen } from '../screen.ts';
import { byProgress } from '../scripts/play.ts';
import { questions } from '../scripts/questions.ts';
import { quick } from '../scripts/words.ts';
import { verifies } from '../verifies.ts';
import { times, withModel } from './with-model.ts';

verifies(
  '13.38',
  '--screen-reader: every text once and in order, questions as numbered lines, nothing that moves or stands beside',
  async () => {
    await using it = await withModel(byProgress(questions(quick)), { config: 'approval_policy = "on-request"\n' });
    await using screen = new Screen(it.daemon, ['--screen-reader', 'mock it'], { rows: 40 });
    for (const approval of ['a1', 'a2', 'a3']) {
      await screen.until(`Answer ${approval} with a number, 1 to 4:`);
      screen.press('1');
    }
    await screen.untilPrinted('nothing of the mock is left');
    await screen.untilPrinted('Worked for');
    screen.press(press.ctrlD);
    await screen.exited;
    const all = screen.scrollback().join('\n');
    expect(times(all, 'You approved')).toBe(3);
    for (const text of [
      'The test needs a mock agent',
      'Both are there',
      'nothing of the mock is left',
      'May it run: touch test/mock.mjs',
    ])
      expect(times(screen.raw, text), text).toBe(1);
    expect(all).toMatch(
      /asks, a1[\s\S]*1\. Yes, this once[\s\S]*4\. No[\s\S]*asks, a2[\s\S]*asks, a3[\s\S]*nothing of the mock is left/,
    );
    // No box, no rule, no sign that is not said as a word or a letter; no alternate screen, and no title that turns.
    expect(screen.raw.slice(0, screen.raw.indexOf('To come back'))).not.toMatch(/[─━│◐◓◑◒▸‖•›]/);
    expect(screen.raw).not.toContain('\u001b[?1049h');
  },
);
