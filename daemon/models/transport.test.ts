import { expect, test } from 'vitest';
import { answerOf, ask, shown } from '../../test/ask-model.ts';
import { fakeModel } from '../../test/fake-model.ts';
import { framesOf } from '../../test/fake-model-wires.ts';

/** Where Node keeps the dispatcher of its fetch. */
const dispatcher = Symbol.for('undici.globalDispatcher.1');
type Agent = { constructor: new (limits: object) => Agent; close: () => Promise<void> };

/** Node's own limits of five minutes, shortened for the time of a test. */
async function impatientFetch() {
  await (await fetch('data:,')).text();
  const places = globalThis as unknown as Record<symbol, Agent>;
  const before = places[dispatcher]!;
  const impatient = new before.constructor({ headersTimeout: 100, bodyTimeout: 100 });
  places[dispatcher] = impatient;
  return {
    [Symbol.asyncDispose]: async () => {
      places[dispatcher] = before;
      await impatient.close();
    },
  };
}

test('only the idle timeout of the provider limits a silence, before the first byte and after it', async () => {
  const frames = framesOf('chat', { text: 'slow' }, { n: 1, model: 'gpt-5.5' });
  // Node looks at its limits about once a second.
  const halves = [frames.slice(0, 2).join(''), frames.slice(2).join('')];
  await using model = await fakeModel(() => ({ waitMs: 1_800, frames: halves, delayMs: 1_100 }));
  await using _ = await impatientFetch();
  const plain = fetch(`${model.v1}/responses`, { method: 'POST', body: '{}' });
  const asked = ask(model, 'chat');
  await expect(plain).rejects.toMatchObject({ cause: { code: 'UND_ERR_HEADERS_TIMEOUT' } });
  expect(answerOf(await asked).items).toMatchObject([{ text: 'slow' }]);
  expect(shown((await asked).deltas)).toBe('slow');
  expect(model.requests).toHaveLength(2);
}, 30_000);

test('a refusal of any size is read only so far', async () => {
  await using model = await fakeModel(() => ({ status: 400, body: 'x'.repeat(5_000_000) }));
  const { result } = await ask(model, 'responses');
  expect(result.kind === 'failed' && result.failure.message.length).toBe(64 * 1024);
});
