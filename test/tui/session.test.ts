/** A session on a screen: what is streamed, steered, queued and interrupted, with a real daemon and a scripted model. */
import { expect } from 'vitest';
import { startDaemon } from '../daemon.ts';
import { type FakeReply, fakeModel } from '../fake-model.ts';
import { press, Screen } from '../screen.ts';
import { verifies } from '../verifies.ts';

const configFor = (v1: string) => `model = "gpt-5"
model_provider = "fake"
[model_providers.fake]
base_url = "${v1}"
wire_api = "responses"
`;
const words = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `word${from + n}`).join(' ');

/** A daemon that talks to a model which plays these replies. */
async function withModel(replies: readonly FakeReply[]) {
  const model = await fakeModel(replies);
  const daemon = await startDaemon({ config: configFor(model.v1) });
  return {
    model,
    daemon,
    [Symbol.asyncDispose]: async () => {
      await daemon[Symbol.asyncDispose]();
      await model[Symbol.asyncDispose]();
    },
  };
}

verifies('7.01 7.03', 'tcx in a terminal: say something, see it answered word by word, leave', async () => {
  await using it = await withModel([{ text: words(0, 60), delayMs: 30 }]);
  await using screen = new Screen(it.daemon, []);
  await screen.until('this starts a new session');
  screen.press('tell me', press.enter);
  await screen.until('word3');
  expect(screen.text()).not.toContain('word59');
  expect(screen.text()).toMatch(/Thinking \d+s · .* tokens · esc interrupts/);
  await screen.until('word59');
  await screen.until('Worked for');
  const shown = screen.text();
  for (const n of [0, 31, 59]) expect(shown.split(new RegExp(`\\bword${n}\\b`)).length - 1).toBe(1);
  screen.press(press.ctrlD);
  expect(await screen.exited).toMatchObject({ code: 0 });
  await screen.untilPrinted('Token usage');
  const left = screen.scrollback().join('\n');
  expect(left).toContain('tell-me is idle.');
  expect(left).toContain('To come back:  tcx attach tell-me');
  expect(left).toMatch(/Token usage: total=\d+ input=\d+ output=\d+/);
});

verifies('8.11', 'enter steers the running turn, tab queues the next one, shift-left takes it back', async () => {
  await using it = await withModel([
    { text: words(0, 200), delayMs: 50 },
    { text: 'steered', deltas: 1 },
    { text: 'and the queued one', deltas: 1 },
  ]);
  await using screen = new Screen(it.daemon, []);
  await screen.until('this starts a new session');
  screen.press('begin', press.enter);
  await screen.until('word2');
  screen.press('later please', press.tab);
  await screen.until('next: later please');
  screen.press(press.shiftLeft);
  await screen.until((text) => !text.includes('next: later') && text.includes('› later please'));
  screen.press(press.tab);
  await screen.until('next: later please');
  screen.press('now this', press.enter);
  await screen.until('› now this');
  await screen.until('and the queued one');
  await it.model.request(3);
  const asked = JSON.stringify(it.model.requests[1]!.body.input);
  expect(asked).toContain('now this');
  expect(asked).not.toContain('later please');
});

verifies('8.02', 'esc interrupts at once, whatever is typed; the draft stays, the queue is held', async () => {
  await using it = await withModel([
    { text: words(0, 400), delayMs: 50 },
    { text: 'after', deltas: 1 },
    { text: 'the held one', deltas: 1 },
  ]);
  await using screen = new Screen(it.daemon, []);
  await screen.until('this starts a new session');
  screen.press('go', press.enter);
  await screen.until('word2');
  screen.press('queued words', press.tab);
  await screen.until('next: queued words');
  screen.press('a draft', press.esc);
  await screen.until('■ interrupted');
  const text = await screen.until('held: queued words');
  expect(text).toContain('› a draft');
  // What had been said stays to be read.
  expect(text).toContain('word2');
  expect(it.model.requests).toHaveLength(1);
  screen.press(press.enter);
  await screen.until('the held one');
  await it.model.request(3);
  expect(JSON.stringify(it.model.requests[1]!.body.input)).toContain('turn_aborted');
});
