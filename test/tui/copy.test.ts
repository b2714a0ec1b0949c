/** Copying: the list, and the mouse. */
import { expect } from 'vitest';
import { until } from '../daemon.ts';
import { press, Screen } from '../screen.ts';
import { verifies } from '../verifies.ts';
import { says, withModel } from './with-model.ts';

/** What the terminal was asked to put into its clipboard last. */
function copied(screen: Screen): string | undefined {
  const last = screen.raw.lastIndexOf('\u001b]52;c;');
  if (last < 0) return undefined;
  return Buffer.from(screen.raw.slice(last + 7, screen.raw.indexOf('\u0007', last)), 'base64').toString();
}

const ctrlO = '\u000f';
/** Counted from 1, as terminals do. */
const mouse = (button: number, x: number, y: number, end = 'M') => `\u001b[<${button};${x};${y}${end}`;

verifies('13.37', 'ctrl-o and /copy copy an answer or its code as it came; a drag copies what is marked', async () => {
  const answer =
    'Here it is, in words that are long enough to be wrapped at this width of the screen:\n\n```\nfirst();\nsecond();\n```';
  await using it = await withModel([says(answer)]);
  await using screen = new Screen(it.daemon, ['go'], {
    columns: 60,
    env: { SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' },
  });
  await screen.until('Worked for');
  screen.press(ctrlO);
  await screen.until(/› +answer +Here it is/);
  screen.press(press.enter);
  await screen.until('copied 6 lines');
  expect(copied(screen)).toBe(answer);
  screen.press('/copy', press.enter);
  await screen.until(/› +answer/);
  screen.press(press.down);
  await screen.until(/› +code +first\(\); second\(\);/);
  screen.press(press.enter);
  await screen.until('copied 2 lines');
  expect(copied(screen)).toBe('first();\nsecond();');
  const y = screen.rows().findIndex((row) => row.includes('first();')) + 1;
  screen.press(mouse(0, 4, y), mouse(32, 20, y), mouse(32, 12, y + 1), mouse(0, 12, y + 1, 'm'));
  await until(() => copied(screen) === 'first();\nsecond();' && screen.styles().some((row) => row.includes('reverse')));
  // A click marks nothing, and the next key takes the mark away.
  screen.press('x');
  await until(() => !screen.styles().some((row) => row.includes('reverse')), 'nothing marked');
});

verifies('13.37', 'tui.mouse = false leaves the mouse to the terminal', async () => {
  await using it = await withModel([says('hello')], { config: '[tui]\nmouse = false\n' });
  await using screen = new Screen(it.daemon, []);
  await screen.until('this starts a new session');
  expect(screen.raw).not.toContain('\u001b[?1002h');
});
