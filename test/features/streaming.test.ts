/** Streams and their troubles: words seen as they come, and every way a request can fail, as `exec --json` tells of it. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, beforeAll, expect } from 'vitest';
import { startDaemon, type TestHome, until } from '../daemon.ts';
import { type FakeReply, type FakeWire, fakeModel, type Script } from '../fake-model.ts';
import { Driven, fakeAt, type ProviderFields, providerAt, yolo } from '../session.ts';
import { verifies } from '../verifies.ts';

let daemon: TestHome;
beforeAll(async () => {
  daemon = await startDaemon();
});
afterAll(() => daemon?.[Symbol.asyncDispose]());

verifies('2.05', 'an attached client sees the first word before the model has sent the last', async () => {
  const gate = Promise.withResolvers<void>();
  const sse = (event: object) => `data: ${JSON.stringify(event)}\n\n`;
  const delta = (text: string) => sse({ type: 'response.output_text.delta', delta: text });
  // A server of its own: the last words are sent only once the first ones were seen.
  const server = createServer(async (req, res) => {
    req.resume();
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write(delta('first '));
    await gate.promise;
    res.write(delta('last'));
    res.write(sse({ type: 'response.output_item.done', item: { type: 'message', content: [{ text: 'first last' }] } }));
    res.end(sse({ type: 'response.completed', response: {} }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  using client = await daemon.client();
  const overrides = [`model_providers.fake={base_url="http://127.0.0.1:${port}/v1"}`];
  using session = await Driven.begin(client, daemon.work, { provider: 'fake', model: 'gpt-5.5', overrides }, 'go');
  await until(() => session.shown === 'first ', 'the first word');
  expect(session.all('assistant')).toEqual([]);
  gate.resolve();
  await session.ended();
  expect(session.answer).toBe('first last');
  server.close();
});

const words = Array.from({ length: 40 }, (_, i) => `word-${i}`).join(' ');
for (const wire of ['responses', 'messages', 'chat'] as const)
  for (const cut of ['before completed', 'half frame', 'reset'] as const)
    verifies(
      '2.05 2.16',
      `a ${wire} stream cut (${cut}) says Reconnecting... 1/5, and no word is lost or doubled`,
      async () => {
        await using model = await fakeModel([{ text: words, cut }, { text: words }]);
        using client = await daemon.client();
        using session = await Driven.begin(client, daemon.work, { ...yolo, ...fakeAt(model, wire) });
        await session.say('go');
        expect(await session.ended()).toMatchObject({ status: 'completed' });
        expect(session.all('assistant').map(({ text }) => text)).toEqual([words]);
        expect(session.shown).toBe(words);
        expect(model.requests.map(({ text }) => text)).toEqual([model.requests[0]!.text, model.requests[0]!.text]);
        const told = session.live.filter(({ clear }) => clear).map(({ text }) => text);
        expect(told).toEqual([
          expect.stringMatching(/^Reconnecting\.\.\. 1\/5 \(stream disconnected before completion: /),
        ]);
      },
    );

interface Trouble {
  readonly what: string;
  readonly script: Script;
  readonly requests: number;
  readonly message: string | RegExp;
  readonly wire?: FakeWire;
  readonly fields?: ProviderFields;
  /** How many retries are told, of how many. */
  readonly told?: readonly [number, number];
}

/** Waits of the real clock: two tries of each loop instead of four and five, where the full number says no more. */
const short: ProviderFields = { request_max_retries: 1, stream_max_retries: 2 };
const always = (reply: FakeReply) => () => reply;
const failedWith = (code: string, message = 'because') => always({ error: { code, message } });

const unexpected = (status: string) =>
  new RegExp(`^unexpected status ${status}: said so, url: http://127.*/v1/responses$`);

const troubles: readonly Trouble[] = [
  { what: '400', script: always({ status: 400, body: 'bad body' }), requests: 1, message: 'bad body' },
  ...([401, 403, 404] as const).map(
    (status): Trouble => ({
      what: String(status),
      script: always({ status, error: { message: 'said so' } }),
      requests: 6,
      told: [5, 5],
      message: unexpected({ 401: '401 Unauthorized', 403: '403 Forbidden', 404: '404 Not Found' }[status]),
    }),
  ),
  {
    what: '429 without Retry-After',
    script: always({ status: 429, error: { message: 'slow' } }),
    requests: 1,
    message: 'exceeded retry limit, last status: 429 Too Many Requests',
  },
  {
    what: '429 with Retry-After',
    script: always({ status: 429, headers: { 'retry-after': '0' }, error: { message: 'slow' } }),
    requests: 6,
    told: [5, 5],
    message: 'exceeded retry limit, last status: 429 Too Many Requests',
  },
  {
    what: '429 usage_limit_reached',
    script: always({ status: 429, body: { error: { type: 'usage_limit_reached', resets_at: 1_800_000_000 } } }),
    requests: 1,
    message: /usage limit.*2027-01-15 08:00 UTC/,
  },
  {
    what: '500',
    script: always({ status: 500 }),
    fields: short,
    requests: 6,
    told: [2, 2],
    message: /high demand or trouble \(500 Internal Server Error\)/,
  },
  {
    what: '503 overloaded',
    script: always({ status: 503, error: { code: 'server_is_overloaded', message: 'x' } }),
    fields: short,
    requests: 2,
    message: /at capacity/,
  },
  {
    what: 'a silent stream',
    script: always({ text: words, cut: 'silent' }),
    fields: { ...short, stream_idle_timeout_ms: 1500 },
    requests: 3,
    told: [2, 2],
    message: 'stream disconnected before completion: idle timeout waiting for SSE',
  },
  {
    what: 'a server that never begins',
    script: always({ waitMs: 60_000 }),
    fields: { ...short, stream_idle_timeout_ms: 1500 },
    requests: 3,
    told: [2, 2],
    message: 'stream disconnected before completion: idle timeout waiting for SSE',
  },
  {
    what: 'half a frame',
    script: always({ text: 'x', cut: 'half frame' }),
    fields: short,
    requests: 3,
    told: [2, 2],
    message: /^stream disconnected before completion: /,
  },
  {
    what: 'failed, unknown code',
    script: failedWith('server_error', 'it broke'),
    fields: short,
    requests: 3,
    told: [2, 2],
    message: 'stream disconnected before completion: it broke',
  },
  {
    what: 'failed context_length_exceeded',
    script: failedWith('context_length_exceeded'),
    requests: 1,
    message: /no longer fits into the context window/,
  },
  { what: 'failed insufficient_quota', script: failedWith('insufficient_quota'), requests: 1, message: /quota/i },
  {
    what: '400 cyber_policy',
    script: always({ status: 400, error: { code: 'cyber_policy', message: 'not that' } }),
    requests: 1,
    message: 'not that',
  },
  {
    what: '400 for an image',
    script: always({
      status: 400,
      error: { code: 'invalid_value', message: 'bad' },
      body: { error: { code: 'invalid_value', param: 'input[1].image_url', message: 'bad' } },
    }),
    requests: 1,
    message: /Remove the image and try again/,
  },
  {
    what: '429 usage_not_included',
    script: always({ status: 429, body: { error: { type: 'usage_not_included' } } }),
    requests: 1,
    message: /plan does not include this model/,
  },
  {
    what: 'failed slow_down',
    script: failedWith('slow_down'),
    fields: short,
    requests: 3,
    told: [2, 2],
    message: 'rate limit exceeded: because',
  },
  { what: 'failed cyber_policy', script: failedWith('cyber_policy'), requests: 1, message: 'because' },
  { what: 'failed invalid_prompt', script: failedWith('invalid_prompt'), requests: 1, message: 'because' },
  {
    what: 'failed server_is_overloaded',
    script: failedWith('server_is_overloaded'),
    requests: 1,
    message: /at capacity/,
  },
  {
    what: 'failed rate_limit_exceeded with a time',
    script: failedWith('rate_limit_exceeded', 'try again in 20ms'),
    requests: 6,
    told: [5, 5],
    message: 'rate limit exceeded: try again in 20ms',
  },
  {
    what: 'incomplete',
    script: always({ text: 'x', stop: 'max_output_tokens' }),
    requests: 1,
    message: 'Incomplete response returned, reason: max_output_tokens',
  },
  {
    what: 'Messages: 401',
    wire: 'messages',
    script: always({
      status: 401,
      body: { type: 'error', error: { type: 'authentication_error', message: 'invalid x-api-key' } },
    }),
    requests: 1,
    message: /invalid x-api-key/,
  },
  {
    what: 'Messages: overloaded in the stream',
    wire: 'messages',
    script: always({ error: { code: 'overloaded_error', message: 'Overloaded' } }),
    fields: short,
    requests: 3,
    told: [2, 2],
    message: 'Overloaded',
  },
];

/** All at once: they wait, each for itself, and the daemon must keep them apart. */
verifies(
  '2.16',
  'each way a request can fail has its number of requests and its words in exec --json, and exit code 1',
  async () => {
    const seen = await Promise.all(troubles.map(runTrouble));
    expect(seen).toEqual(troubles.map(expectation));
  },
  120_000,
);

async function runTrouble({ what, script, wire = 'responses', fields = {} }: Trouble) {
  // Retries are told to those who look, so nothing is answered before the client does.
  const watched = Promise.withResolvers<void>();
  await using model = await fakeModel(async (request) => {
    await watched.promise;
    return typeof script === 'function' ? script(request) : script[request.n - 1]!;
  });
  const config = [...providerAt(model, wire, fields), 'model_provider="fake"'];
  const child = daemon.spawnTcx(['exec', '--json', '-m', 'gpt-5.5', ...config.flatMap((each) => ['-c', each]), 'go']);
  let stdout = '';
  child.stdout!.on('data', (chunk) => {
    stdout += String(chunk);
    watched.resolve();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; message?: string; error?: { message: string } });
  const said = events.slice(2);
  return {
    what,
    code,
    requests: model.requests.length,
    begin: events.slice(0, 2).map(({ type }) => type),
    told: said.slice(0, -2).map(({ type, message }) => `${type} ${message?.split(' (')[0]}`),
    error: said.at(-2),
    failed: said.at(-1),
  };
}

function expectation({ what, requests, message, told: [count, of] = [0, 0] }: Trouble) {
  const text = typeof message === 'string' ? message : expect.stringMatching(message);
  return {
    what,
    code: 1,
    requests,
    begin: ['thread.started', 'turn.started'],
    told: Array.from({ length: count }, (_, i) => `error Reconnecting... ${i + 1}/${of}`),
    error: { type: 'error', message: text },
    failed: { type: 'turn.failed', error: { message: text } },
  };
}

verifies('2.16', 'a network that is away is waited for, told, and the turn goes on when it is back', async () => {
  const port = await freePort();
  using client = await daemon.client();
  const overrides = [`model_providers.fake={base_url="http://127.0.0.1:${port}/v1"}`];
  using session = await Driven.begin(client, daemon.work, { provider: 'fake', model: 'gpt-5.5', overrides }, 'go');
  await until(() => session.live.find(({ text }) => text.startsWith('Reconnecting... waiting for network')));
  await using model = await fakeModel([{ text: 'back' }], { port });
  expect(await session.ended()).toMatchObject({ status: 'completed' });
  expect(model.requests).toHaveLength(1);
});

/** A port nobody listens on. */
async function freePort(): Promise<number> {
  await using model = await fakeModel([]);
  return Number(new URL(model.origin).port);
}
