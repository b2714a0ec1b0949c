/** How long is waited and for what; what an error must not say. */
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { ask, requestOf, wires } from '../../test/ask-model.ts';
import { status } from '../../test/error-rows.ts';
import { fakeModel } from '../../test/fake-model.ts';
import { askedDelay, longestWaitMs, unreachable, wait } from './errors.ts';
import type { ModelDelta } from './provider.ts';
import { runModel } from './retry.ts';

test('a usage limit says when it is over, and so does a rate limit that nobody waits for', async () => {
  await using model = await fakeModel([
    status(429, { type: 'usage_limit_reached', resets_at: 1_800_000_600 }),
    status(429, {}, { 'retry-after': '7200' }),
  ]);
  expect((await ask(model, 'responses')).result).toMatchObject({ failure: { resetsAt: 1_800_000_600_000 } });
  expect((await ask(model, 'responses')).result).toMatchObject({
    failure: { resetsAt: 1_800_000_000_000 + 7_200_000 },
  });
});

test('a failure that passes is not the end', async () => {
  await using model = await fakeModel(({ n }) => (n < 8 ? { status: 500 } : { text: 'back' }));
  const asked = await ask(model, 'responses');
  expect(asked.result.kind).toBe('done');
  expect(model.requests).toHaveLength(8);
});

test('a provider’s own limits are kept', async () => {
  await using model = await fakeModel(() => ({ status: 500 }));
  await ask(model, 'responses', requestOf(), { requestMaxRetries: 1, streamMaxRetries: 2 });
  expect(model.requests).toHaveLength(6);
});

/** A port that nothing listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

test.each(['responses', 'messages', 'chat'] as const)(
  '%s: a network that is away is waited for, for ever',
  async (wire) => {
    const port = await freePort();
    const away = `http://127.0.0.1:${port}${wire === 'messages' ? '' : '/v1'}`;
    await using later = {
      model: undefined as Awaited<ReturnType<typeof fakeModel>> | undefined,
      [Symbol.asyncDispose]: async () => later.model?.[Symbol.asyncDispose](),
    };
    const deltas: ModelDelta[] = [];
    const waits: number[] = [];
    const provider = {
      id: 'x',
      name: 'X',
      wire,
      baseUrl: away,
      headers: {},
      query: {},
      requestMaxRetries: 0,
      streamMaxRetries: 0,
      streamIdleMs: 10_000,
    };
    const delay = async (ms: number) => {
      waits.push(ms);
      if (waits.length === 12) later.model = await fakeModel([{ text: 'here again' }], { port });
    };
    const io = { signal: new AbortController().signal, emit: (delta: ModelDelta) => void deltas.push(delta) };
    const result = await runModel(wires[wire], provider, requestOf(), io, { delay, random: () => 0.5 });
    expect(result.kind).toBe('done');
    expect(waits).toEqual([200, 400, 800, 1600, 3200, 6400, ...Array(6).fill(10_000)]);
    expect(deltas[0]).toEqual({
      kind: 'retry',
      text: `Reconnecting... waiting for network (connect ECONNREFUSED 127.0.0.1:${port})`,
    });
  },
);

const thrown = (code: string) =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(`said ${code}`), { code }) });
test.each([
  ['ENOTFOUND', 'network', 'network'],
  ['UND_ERR_CONNECT_TIMEOUT', 'network', 'network'],
  ['ECONNRESET', 'request then stream', 'network'],
  ['UND_ERR_SOCKET', 'request then stream', 'network'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'no', 'network'],
  ['CERT_HAS_EXPIRED', 'no', 'network'],
  ['ERR_INVALID_URL', 'no', 'bad_request'],
])('a request that dies of %s: retry %s', (code, retry, failure) => {
  expect(unreachable(thrown(code))).toMatchObject({
    retry,
    failure: { code: failure, message: expect.stringContaining(code) },
  });
});

test.each([
  ['Please try again in 11.054s. Visit', 11_054],
  ['try again in 250ms', 250],
  ['Try again in 3 seconds', 3_000],
  ['try again in 1 second', 1_000],
  ['try again in 99999 s', longestWaitMs],
  ['try again later', undefined],
])('reads the wait of "%s"', (message, ms) => {
  expect(askedDelay(message)).toBe(ms);
});

test.each([
  [{ 'retry-after': '2' }, { delayMs: 2_000 }],
  [{ 'retry-after': '0.5' }, { delayMs: 500 }],
  [{ 'retry-after': 'Fri, 15 Jan 2027 08:00:30 GMT' }, { delayMs: 30_000 }],
  [{ 'retry-after': 'Fri, 15 Jan 2027 07:00:00 GMT' }, { delayMs: 0 }],
  [{ 'retry-after': '3600' }, { resetsAt: 1_800_003_600_000 }],
  [{ 'retry-after-ms': '12', 'retry-after': '99' }, { delayMs: 12 }],
  [{ 'retry-after': 'soon' }, {}],
  [{}, {}],
])('reads %o', (headers, expected) => {
  expect(wait(new Headers(headers), 1_800_000_000_000)).toEqual(expected);
});

test('a secret with a line end is named, not shown', async () => {
  await using model = await fakeModel([]);
  const { result } = await ask(model, 'responses', requestOf(), { key: 'sk-secret\n1' });
  expect(result).toEqual({
    kind: 'failed',
    failure: {
      code: 'bad_request',
      message: 'The header authorization of provider Fake holds characters that HTTP does not allow.',
    },
  });
  expect(model.requests).toHaveLength(0);
});

test('a query, where gateways have their keys, is no part of a message', async () => {
  await using model = await fakeModel(() => status(404));
  const { result } = await ask(model, 'responses', requestOf(), {
    query: { 'api-version': '1', key: 'secret' },
    streamMaxRetries: 0,
  });
  expect(model.requests[0]!.path).toBe('/v1/responses?api-version=1&key=secret');
  expect(JSON.stringify(result)).not.toContain('secret');
});
