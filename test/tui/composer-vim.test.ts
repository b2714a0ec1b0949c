/** Vim's keys in the composer. */
import { expect } from 'vitest';
import { press, Screen } from '../screen.ts';
import { verifies } from '../verifies.ts';
import { says, slowly, withModel } from './with-model.ts';

verifies(
  '13.19',
  '/vim and vim_mode_default: a script of keys gives the text; Esc leaves a turn alone, popups and Enter work',
  async () => {
    await using it = await withModel([says('got one'), slowly(300), says('after')], {
      config: '[tui]\nvim_mode_default = true\n',
    });
    await using screen = new Screen(it.daemon, []);
    await screen.until('this starts a new session');
    const normal = async () => {
      await screen.until((text) => !text.includes('NORMAL'));
      screen.press(press.esc);
      await screen.until('NORMAL');
    };
    screen.press('hello cruel world');
    await normal();
    screen.press('0wdw');
    await screen.until('› hello world');
    screen.press('A again');
    await normal();
    screen.press('0cwgoodbye');
    await normal();
    screen.press('u', '\u0012', '/again', press.enter, 'x');
    await screen.until('› goodbye world gain');
    screen.press('ggdd');
    await screen.until('this starts a new session');
    screen.press('ithe words');
    await normal();
    screen.press(press.enter);
    await screen.until('got one');
    expect(JSON.stringify(it.model.requests[0]!.body.input.at(-1))).toContain('"the words"');
    screen.press('/sta');
    await screen.until('› /status');
    screen.press('\u0015', 'go', press.enter);
    await screen.until('word2');
    // Esc ends inserting first, and only then the turn.
    screen.press('a draft');
    await normal();
    expect(screen.text()).not.toContain('■ interrupted');
    screen.press(press.esc);
    await screen.until('■ interrupted');
    screen.press('dd');
    await screen.until('› Ask for anything');
    screen.press('i/vim', press.enter);
    await screen.until('vim keys are off');
  },
);
