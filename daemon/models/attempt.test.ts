/** What holds on every wire: cuts, silence, interrupts, and that nothing shown is lost or doubled. */
import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { answerOf, ask, delay, providerOf, requestOf, shown, wires } from '../../test/ask-model.ts';
import { type FakeReply, fakeModel } from '../../test/fake-model.ts';
import { framesOf } from '../../test/fake-model-wires.ts';
import { runModel } from './retry.ts';

const all = ['responses', 'messages', 'chat'] as const;

const whole: FakeReply = {
  reasoning: 'Let me think — twice.',
  text: 'A café, a 🎈 and the rest of a sentence.',
  calls: [{ name: 'exec_command', args: { cmd: 'ls' } }],
  usage: { input: 40, output: 8 },
};

/** A fixed sequence of numbers from 0 up to 1, so that a failure can be repeated. */
function numbers(seed: number) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

test.each(all)('%s: a stream cut at any byte is asked for again, and the answer is whole', async (wire) => {
  const next = numbers(7);
  const length = Buffer.from(framesOf(wire, whole, { n: 1, model: 'gpt-5.5' }).join('')).length;
  for (let i = 0; i < 25; i++) {
    const cutAt = Math.floor(next() * length);
    // Both replies carry the same numbers, so that both answers are the same.
    await using model = await fakeModel(({ n }) => ({
      frames: framesOf(wire, whole, { n: 1, model: 'gpt-5.5' }),
      ...(n === 1 && { cutAt }),
    }));
    const asked = await ask(model, wire);
    const cut = `cut at ${cutAt} of ${length}`;
    expect(answerOf(asked).items, cut).toMatchObject([
      { kind: 'reasoning', text: whole.reasoning },
      { kind: 'assistant', text: whole.text },
      { kind: 'call', args: '{"cmd":"ls"}' },
    ]);
    expect(shown(asked.deltas), cut).toBe(whole.text);
    const retries = asked.deltas.filter(({ kind }) => kind === 'retry');
    expect(retries.length, cut).toBe(model.requests.length - 1);
    expect(model.requests.length, cut).toBeLessThanOrEqual(2);
  }
});

const cuts: readonly [NonNullable<FakeReply['cut']>, RegExp][] = [
  ['before completed', /^Reconnecting\.\.\. 1\/5 \(stream disconnected before completion: stream closed before /],
  ['half frame', /^Reconnecting\.\.\. 1\/5 \(stream disconnected before completion: /],
  ['reset', /^Reconnecting\.\.\. 1\/5 \(stream disconnected before completion: /],
  ['silent', /^Reconnecting\.\.\. 1\/5 \(stream disconnected before completion: idle timeout waiting for SSE\)$/],
];
test.each(all.flatMap((wire) => cuts.map(([cut, text]) => [wire, cut, text] as const)))(
  '%s: a stream that ends %s is asked for again',
  async (wire, cut, text) => {
    await using model = await fakeModel(({ n }) => (n === 1 ? { ...whole, cut } : whole));
    const asked = await ask(model, wire, requestOf(), cut === 'silent' ? { streamIdleMs: 150 } : {});
    expect(shown(asked.deltas)).toBe(whole.text);
    expect(asked.deltas.find(({ kind }) => kind === 'retry')?.text).toMatch(text);
    expect(model.requests.length).toBeGreaterThan(1);
    expect(new Set(model.requests.map((request) => request.text)).size).toBe(1);
  },
);

test.each(all)('%s: a server that never answers at all is as good as silent', async (wire) => {
  await using model = await fakeModel(({ n }) => (n === 1 ? { waitMs: 60_000 } : whole));
  const asked = await ask(model, wire, requestOf(), { streamIdleMs: 150 });
  expect(answerOf(asked).items).toHaveLength(3);
  await model.requests[0]!.closed;
});

test.each(all)('%s: 20,000 deltas arrive whole and in order', async (wire) => {
  const deltas = 20_000;
  await using model = await fakeModel([{ deltas }]);
  const asked = await ask(model, wire);
  expect(shown(asked.deltas)).toBe(Array.from({ length: deltas }, (_, n) => ` w${n}`).join(''));
  expect(answerOf(asked).items).toMatchObject([{ text: shown(asked.deltas) }]);
});

test('events keep a slow stream alive for longer than the idle timeout', async () => {
  await using model = await fakeModel([{ deltas: 10, delayMs: 200 }]);
  const asked = await ask(model, 'responses', requestOf(), { streamIdleMs: 1_500 });
  expect(shown(asked.deltas)).toBe(' w0 w1 w2 w3 w4 w5 w6 w7 w8 w9');
  expect(model.requests).toHaveLength(1);
});

test.each(all)('%s: an interrupt in mid-stream returns at once and closes the connection', async (wire) => {
  await using model = await fakeModel([{ text: 'word '.repeat(200), delayMs: 50 }]);
  const stop = new AbortController();
  const asked = await ask(model, wire, requestOf(), {
    signal: stop.signal,
    onDelta: ({ kind }) => kind === 'text' && stop.abort(),
  });
  expect(asked.result).toEqual({ kind: 'interrupted' });
  expect(asked.deltas.filter(({ kind }) => kind === 'text').length).toBeLessThan(5);
  await model.requests[0]!.closed;
  expect(model.requests).toHaveLength(1);
});

test.each(all)('%s: an interrupt before the first byte, and one before the request', async (wire) => {
  await using model = await fakeModel([{ waitMs: 60_000 }]);
  const stop = new AbortController();
  const asked = ask(model, wire, requestOf(), { signal: stop.signal });
  const request = await model.request(1);
  stop.abort();
  expect((await asked).result).toEqual({ kind: 'interrupted' });
  await request.closed;
  expect((await ask(model, wire, requestOf(), { signal: stop.signal })).result).toEqual({ kind: 'interrupted' });
  expect(model.requests).toHaveLength(1);
});

test('an interrupt while it waits to try again is not waited out', async () => {
  await using model = await fakeModel([{ status: 500 }]);
  const stop = new AbortController();
  const io = { signal: stop.signal, emit: () => {} };
  const never = { random: () => 0.5, delay: (_ms: number, signal: AbortSignal) => delay(3_600_000, signal) };
  const running = runModel(wires.responses, providerOf(model, 'responses'), requestOf(), io, never);
  await (await model.request(1)).closed;
  stop.abort();
  expect(await running).toEqual({ kind: 'interrupted' });
});

test('a hundred answers leave no listener on a long-lived signal', async () => {
  await using model = await fakeModel(() => ({ text: 'ok' }));
  const { signal } = new AbortController();
  for (let i = 0; i < 100; i++) await ask(model, 'responses', requestOf(), { signal });
  expect(getEventListeners(signal, 'abort').length).toBeLessThan(5);
});

test('an answered connection is used again', async () => {
  const ports = new Set<unknown>();
  await using model = await fakeModel(() => ({ text: 'ok' }));
  for (let i = 0; i < 5; i++) await ask(model, 'responses');
  for (const request of model.requests) ports.add(request.port);
  expect(ports.has(undefined)).toBe(false);
  expect(ports.size).toBeLessThan(5);
});

test.each(all)('%s: unknown events, broken JSON and foreign fields are passed over', async (wire) => {
  const frames = framesOf(wire, whole, { n: 1, model: 'gpt-5.5' });
  const noise = [
    'event: x\ndata: {"type":"response.brand_new","x":[1]}\n\n',
    'data: {"type":\n\n',
    'data: 7\n\n',
    ': hm\n\n',
  ];
  await using model = await fakeModel([{ frames: frames.flatMap((frame) => [...noise, frame]) }]);
  const asked = await ask(model, wire);
  expect(shown(asked.deltas)).toBe(whole.text);
  expect(answerOf(asked).items).toHaveLength(3);
});
