/** What is pasted into the composer: in terminals that mark pastes and in those that do not. */
import { expect } from 'vitest';
import { until } from '../daemon.ts';
import { press, Screen } from '../screen.ts';
import { verifies } from '../verifies.ts';
import { says, withModel } from './with-model.ts';

const said = (body: { input: readonly unknown[] }) => JSON.stringify(body.input.at(-1));

verifies(
  '7.12',
  'a paste that nobody marks is one text: its newlines do not send, nor does an Enter right after',
  async () => {
    await using it = await withModel([says('got it'), says('and that')]);
    await using screen = new Screen(it.daemon, [], { plain: true });
    await screen.until('this starts a new session');
    const pasted = Date.now();
    screen.press(`one two three\rfour five six\r?seven eight nine ten\r`);
    await screen.until('?seven eight nine ten');
    expect(it.model.requests).toHaveLength(0);
    // Longer after it than an Enter can belong to it.
    await until(() => Date.now() - pasted > 400, 'the end of the burst');
    screen.press(press.enter);
    await screen.until('got it');
    expect(said(it.model.requests[0]!.body)).toContain('one two three\\nfour five six\\n?seven eight nine ten');
    // More than 1,000 characters are a placeholder, and are sent whole.
    const again = Date.now();
    screen.press(`${'abcdefgh\r'.repeat(200)}the end`);
    await screen.until('[Pasted Content 1807 chars]');
    await until(() => Date.now() - again > 400, 'the end of the burst');
    screen.press(press.enter);
    await screen.until('and that');
    expect(said(it.model.requests[1]!.body)).toContain(`${'abcdefgh\\n'.repeat(200)}the end`);
  },
);

verifies(
  '7.12',
  'two marked pastes of one length are told apart, go whole with one backspace, and are sent whole',
  async () => {
    await using it = await withModel([says('got it')]);
    await using screen = new Screen(it.daemon, []);
    await screen.until('this starts a new session');
    const [a, b] = ['a'.repeat(1500), 'b'.repeat(1500)];
    screen.press(press.paste(a!), ' and ', press.paste(b!));
    await screen.until('[Pasted Content 1500 chars] and [Pasted Content 1500 chars] #2');
    screen.press(press.backspace);
    await screen.untilGone('#2');
    screen.press(press.paste('c'.repeat(1001)), press.paste('short\r\nlines'), press.enter);
    await screen.until('got it');
    expect(said(it.model.requests[0]!.body)).toContain(`"${a} and ${'c'.repeat(1001)}short\\nlines"`);
  },
);
