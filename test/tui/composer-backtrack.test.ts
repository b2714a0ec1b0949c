/** Going back to an earlier message, and on from there. */
import { expect } from 'vitest';
import { press, Screen } from '../screen.ts';
import { verifies } from '../verifies.ts';
import { says, slowly, withModel } from './with-model.ts';

verifies(
  '13.23',
  'Esc Esc steps through own messages; Enter goes on from before the chosen one, whose words are back',
  async () => {
    await using it = await withModel([
      says('answer A'),
      says('answer B'),
      says('answer C'),
      says('answer D'),
      slowly(300),
    ]);
    await using screen = new Screen(it.daemon, []);
    await screen.until('this starts a new session');
    for (const [prompt, answer] of [
      ['first question', 'answer A'],
      ['second question', 'answer B'],
      ['third question', 'answer C'],
    ] as const) {
      screen.press(prompt, press.enter);
      await screen.until(answer);
    }
    await screen.until('› Ask for anything');
    screen.press(press.esc);
    await screen.until('esc again to edit previous message');
    screen.press(press.esc);
    await screen.until(/1 of 3 · enter goes on from before it/);
    screen.press(press.esc);
    await screen.until(/2 of 3/);
    // Leaving it changes nothing.
    screen.press('q');
    await screen.until((text) => text.includes('› Ask for anything') && text.includes('answer C'));
    screen.press(press.esc, press.esc);
    await screen.until(/1 of 3/);
    screen.press(press.left, press.enter);
    const back = await screen.until((text) => text.includes('went back') && text.includes('› second question'));
    expect(back).not.toContain('answer B');
    expect(back).not.toContain('answer C');
    screen.press(' instead', press.enter);
    await screen.until('answer D');
    const asked = JSON.stringify(it.model.requests[3]!.body.input);
    expect(asked).toContain('first question');
    expect(asked).toContain('second question instead');
    expect(asked).not.toContain('third question');
    expect(asked).not.toContain('answer B');
    // Another screen sees the same, also after the daemon was killed.
    await it.daemon.kill('SIGKILL');
    await using other = new Screen(it.daemon, ['attach']);
    const seen = await other.until('answer D');
    expect(seen).not.toContain('answer C');
    expect(seen).toContain('went back');
    // In a turn Esc interrupts, and is no step back.
    screen.press('go', press.enter);
    await screen.until('word2');
    screen.press(press.esc);
    await screen.until('■ interrupted');
    expect(screen.text()).not.toContain('esc again');
  },
);
