/** What may be said next, dim in the composer after a turn. */
import { expect } from 'vitest';
import { startDaemon, until } from '../daemon.ts';
import { fakeModel } from '../fake-model.ts';
import { press, Screen } from '../screen.ts';
import { verifies } from '../verifies.ts';
import { says } from './with-model.ts';

verifies(
  '2.21 7.14',
  'after a turn a side request fills the ghost text; Tab takes it, other keys remove it, Enter never sends it',
  async () => {
    const answers = ['done one', '"run the tests"', 'done two', 'NONE', 'done three', 'look at the log', 'done four'];
    await using model = await fakeModel(
      // Slow enough for the screen to be there when the turn ends.
      answers.map((text) => ({ text, delayMs: 60 })),
    );
    await using daemon = await startDaemon({
      config: `model = "gpt-5"\nmodel_provider = "openai"\nopenai_base_url = "${model.v1}"\n`,
      env: { OPENAI_API_KEY: 'key' },
    });
    await using screen = new Screen(daemon, []);
    await screen.until('this starts a new session');
    screen.press('first', press.enter);
    await screen.until('› run the tests');
    expect(model.requests[1]!.body).toMatchObject({ model: 'gpt-4o-mini', temperature: 0.3, max_output_tokens: 50 });
    expect(JSON.stringify(model.requests[1]!.body.input)).toContain('User: first\\nAssistant: done one');
    // Enter alone does not send it.
    screen.press(press.enter);
    await screen.until('› Ask for anything');
    expect(model.requests).toHaveLength(2);
    screen.press('second', press.enter);
    await screen.until('done two');
    await until(() => model.requests.length === 4, 'the side request');
    screen.press('third', press.enter);
    await screen.until('› look at the log');
    expect(await screen.until('tab takes it')).not.toContain('NONE');
    screen.press(press.tab, ' again', press.enter);
    await screen.until('done four');
    expect(JSON.stringify(model.requests[6]!.body.input.at(-1))).toContain('look at the log again');
  },
);

verifies('2.21', 'disable_suggestions sends no request', async () => {
  await using model = await fakeModel([says('done one'), says('done two')]);
  await using daemon = await startDaemon({
    config: `disable_suggestions = true\nmodel = "gpt-5"\nmodel_provider = "openai"\nopenai_base_url = "${model.v1}"\n`,
    env: { OPENAI_API_KEY: 'key' },
  });
  await using screen = new Screen(daemon, []);
  await screen.until('this starts a new session');
  screen.press('first', press.enter);
  await screen.until('done one');
  screen.press('second', press.enter);
  await screen.until('done two');
  expect(model.requests.map(({ body }) => body.model)).toEqual(['gpt-5', 'gpt-5']);
});
