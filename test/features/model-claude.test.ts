/** Claude's own ways: results in one message, how a turn may stop, and the prompt cache. */
import { afterAll, beforeAll, expect } from 'vitest';
import { startDaemon, type TestHome, until } from '../daemon.ts';
import { type FakeRequest, fakeModel } from '../fake-model.ts';
import { blocksOf, checkLegal } from '../legal-request.ts';
import { Driven, fakeAt, yolo } from '../session.ts';
import { verifies } from '../verifies.ts';

let daemon: TestHome;
beforeAll(async () => {
  daemon = await startDaemon();
});
afterAll(() => daemon?.[Symbol.asyncDispose]());

verifies('2.02', 'all results of one answer come in the next single user message, before its text', async () => {
  await using model = await fakeModel([
    {
      calls: [
        { name: 'exec_command', args: { cmd: 'echo a' } },
        { name: 'exec_command', args: { cmd: 'echo b' } },
        { name: 'nonsense', args: {} },
      ],
    },
    { text: 'ok' },
  ]);
  using client = await daemon.client();
  const settings = { ...yolo, ...fakeAt(model, 'messages', { slug: 'claude-sonnet-5-5' }) };
  using session = await Driven.begin(client, daemon.work, settings, 'go');
  await session.ended();
  const { messages } = model.requests[1]!.body;
  expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
  expect(blocksOf(messages[2]!.content).map(({ tool_use_id }) => tool_use_id)).toEqual([
    'toolu_1_0',
    'toolu_1_1',
    'toolu_1_2',
  ]);
});

verifies(
  '2.02',
  'pause_turn asks again with the words unchanged, refusal fails the turn, max_tokens drops a cut call',
  async () => {
    await using model = await fakeModel([
      { reasoning: 'hm', text: 'half way', stop: 'pause_turn' },
      { text: 'whole' },
      { text: 'no', stop: 'refusal' },
      { text: 'long', calls: [{ name: 'exec_command', args: '{"cmd":"rm -rf' }], stop: 'max_tokens' },
    ]);
    using client = await daemon.client();
    const settings = { ...yolo, ...fakeAt(model, 'messages', { slug: 'claude-sonnet-5-5' }) };
    using session = await Driven.begin(client, daemon.work, settings, 'one');
    expect(await session.ended(1)).toMatchObject({ status: 'completed' });
    const { messages } = model.requests[1]!.body;
    expect(messages.at(-1)).toEqual({
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'hm', signature: expect.stringContaining('sig/1') },
        { type: 'text', text: 'half way' },
      ],
    });
    await session.say('two');
    expect(await session.ended(2)).toMatchObject({
      status: 'failed',
      error: { code: 'refusal', message: 'I will not do that. (cyber)' },
    });
    await session.say('three');
    expect(await session.ended(3)).toMatchObject({ status: 'completed' });
    expect(session.all('call')).toEqual([]);
    expect(session.all('note')).toMatchObject([{ level: 'warning', text: expect.stringContaining('cut off') }]);
    checkLegal(model.requests[3]!);
  },
);

/** Blocks in the order of the cache's prefix, each with whether it carries a mark. */
function cachePrefix({ body }: FakeRequest) {
  const blocks = [...body.tools, ...body.system, ...body.messages.flatMap(({ content }) => blocksOf(content))];
  return blocks.map((block) => {
    const { cache_control, ...rest } = block as Record<string, unknown>;
    return { bytes: JSON.stringify(rest), marked: cache_control !== undefined };
  });
}

/** A server with a prompt cache: what was marked once is read wherever it stands at the beginning again. */
function cachingServer() {
  const written = new Set<string>();
  return (request: FakeRequest) => {
    const blocks = cachePrefix(request);
    let prefix = '';
    let cached = 0;
    let written_ = 0;
    for (const { bytes, marked } of blocks) {
      prefix += bytes;
      if (!marked) continue;
      if (written.has(prefix)) cached = prefix.length;
      else written_ = prefix.length;
      written.add(prefix);
    }
    const input = blocks.reduce((sum, { bytes }) => sum + bytes.length, 0);
    return { input, cached, cacheWrite: Math.max(0, written_ - cached), output: 10, reasoning: 0 };
  };
}

verifies(
  '2.04 10.08',
  'three turns of twenty calls: four marks at most, and each request begins with what the last one wrote',
  async () => {
    const usageOf = cachingServer();
    const calls = 20;
    await using model = await fakeModel((request) => {
      const at = (request.n - 1) % (calls + 1);
      const usage = usageOf(request);
      if (at === calls) return { text: `turn ends at ${request.n}`, usage };
      return {
        reasoning: `t${request.n}`,
        calls: [{ name: 'exec_command', args: { cmd: 'pwd', login: false } }],
        usage,
      };
    });
    using client = await daemon.client();
    const settings = { ...yolo, ...fakeAt(model, 'messages', { slug: 'claude-sonnet-5-5' }) };
    using session = await Driven.begin(client, daemon.work, settings, 'turn 1');
    for (const turn of [1, 2, 3]) {
      await session.ended(turn);
      if (turn < 3) await session.say(`turn ${turn + 1}`);
    }
    expect(model.requests).toHaveLength(3 * (calls + 1));
    let before: string[] = [];
    for (const request of model.requests) {
      checkLegal(request);
      const blocks = cachePrefix(request);
      const marks = blocks.flatMap(({ marked }, at) => (marked ? [at] : []));
      const { tools, system, messages } = request.body;
      const users = messages.flatMap(({ role }, at) => (role === 'user' ? [at] : [])).slice(-2);
      const ends = messages.map(
        (_, at) => messages.slice(0, at + 1).flatMap(({ content }) => blocksOf(content)).length,
      );
      expect(marks).toEqual([
        tools.length - 1,
        tools.length + system.length - 1,
        ...users.map((at) => tools.length + system.length + ends[at]! - 1),
      ]);
      // Everything up to the newest mark of the request before stands here again, byte for byte.
      expect(blocks.slice(0, before.length).map(({ bytes }) => bytes)).toEqual(before);
      before = blocks.slice(0, marks.at(-1)! + 1).map(({ bytes }) => bytes);
    }
    const usages = session.all('usage').map(({ usage }) => usage);
    expect(usages).toHaveLength(model.requests.length);
    for (const { input, cached } of usages.slice(1)) expect(cached / input).toBeGreaterThanOrEqual(0.9);
    const sum = usages.reduce((a, b) => ({
      input: a.input + b.input,
      cached: a.cached + b.cached,
      cacheWrite: a.cacheWrite + b.cacheWrite,
      output: a.output + b.output,
      reasoning: a.reasoning + b.reasoning,
    }));
    // The view follows the rows it is computed from.
    await until(() => session.view.usage.output === sum.output, 'the view of the last row');
    expect(session.view.usage).toEqual(sum);
  },
);
