/** A tool turn of twenty steps over each of the three wires: what is asked, what is kept, what `exec --json` says of it. */
import { afterAll, beforeAll, expect } from 'vitest';
import { startDaemon, type TestHome } from '../daemon.ts';
import { type FakeRequest, type FakeWire, fakeModel } from '../fake-model.ts';
import { blocksOf, checkLegal } from '../legal-request.ts';
import { Driven } from '../session.ts';
import { conversationBytes, events, execArgs, steps, twentySteps } from '../twenty-steps.ts';
import { verifies } from '../verifies.ts';

let daemon: TestHome;
beforeAll(async () => {
  daemon = await startDaemon({ env: { FAKE_HEADER: 'from the environment' } });
});
afterAll(() => daemon?.[Symbol.asyncDispose]());

/** The fields of each wire's body, and no other. */
const fields: Readonly<Record<FakeWire, readonly string[]>> = {
  responses: [
    'include',
    'input',
    'model',
    'parallel_tool_calls',
    'prompt_cache_key',
    'reasoning',
    'store',
    'stream',
    'text',
    'tool_choice',
    'tools',
  ],
  messages: [
    'max_tokens',
    'messages',
    'model',
    'output_config',
    'stream',
    'system',
    'thinking',
    'tool_choice',
    'tools',
  ],
  chat: ['messages', 'model', 'parallel_tool_calls', 'stream', 'stream_options', 'tool_choice', 'tools'],
};

const execOutput = (n: number) =>
  new RegExp(
    `^Chunk ID: [0-9a-f]{6}\\nWall time: \\d+\\.\\d{4} seconds\\nProcess exited with code 0\\nOriginal token count: \\d+\\nOutput:\\nstep-${n}\\n$`,
  );

/** The output of step `n` as the request after it carries it. */
function outputOf({ wire, body }: FakeRequest, n: number): unknown {
  if (wire === 'responses') return body.input.filter(({ type }) => type === 'function_call_output')[n - 1]?.output;
  if (wire === 'chat') return body.messages.filter(({ role }) => role === 'tool')[n - 1]?.content;
  const results = body.messages
    .flatMap(({ content }) => blocksOf(content))
    .filter(({ type }) => type === 'tool_result');
  return results[n - 1]?.content;
}

const rowKinds = (rows: readonly { kind: string }[]) => rows.map(({ kind }) => kind).join(' ');

const wires = [
  ['responses', '2.01'],
  ['messages', '2.02'],
  ['chat', '13.17'],
] as const;
for (const [wire, row] of wires)
  verifies(
    row,
    `twenty steps over ${wire}: right requests, rows and events, each request a continuation of the last`,
    async () => {
      await using model = await fakeModel(twentySteps);
      const ran = await daemon.tcx([...execArgs(model, wire), 'do it']);
      expect(ran).toMatchObject({ code: 0, signal: null });
      expect(model.requests).toHaveLength(steps + 1);
      let before: readonly string[] = [];
      for (const request of model.requests) {
        checkLegal(request);
        expect(Object.keys(request.body).sort()).toEqual(fields[wire]);
        const bytes = conversationBytes(request);
        expect(bytes.slice(0, before.length)).toEqual(before);
        before = bytes;
        for (let n = 1; n < request.n; n++) expect(outputOf(request, n)).toMatch(execOutput(n));
      }
      checkFixed(model.requests.at(-1)!);

      const said = events(ran.stdout);
      const session = said[0] as unknown as { type: string; thread_id: string };
      expect(session.type).toBe('thread.started');
      const each = ['reasoning', 'agent_message', 'command_execution', 'command_execution'];
      expect(said.slice(2, -1).map(({ item }) => item?.type)).toEqual([
        ...Array.from({ length: steps }, () => each).flat(),
        'agent_message',
      ]);
      expect(said[1]).toEqual({ type: 'turn.started' });
      const [started, completed] = said.filter(({ item }) => item?.type === 'command_execution');
      expect(started).toEqual({
        type: 'item.started',
        item: {
          id: 'item_2',
          type: 'command_execution',
          command: "/bin/bash -c 'echo step-1'",
          aggregated_output: '',
          exit_code: null,
          status: 'in_progress',
        },
      });
      expect(completed).toEqual({
        type: 'item.completed',
        item: { ...started!.item, aggregated_output: 'step-1\n', exit_code: 0, status: 'completed' },
      });
      expect(said.at(-1)).toEqual({ type: 'turn.completed', usage: summed });

      using client = await daemon.client();
      using seen = await Driven.attach(client, session.thread_id);
      const step = 'reasoning assistant call usage output';
      expect(rowKinds(seen.rows)).toBe(
        `created turn.started context user ${Array.from({ length: steps }, () => step).join(' ')} assistant usage turn.ended`,
      );
      expect(seen.all('usage').map(({ step }) => step)).toEqual(Array.from({ length: steps + 1 }, (_, i) => i + 1));
      expect(seen.all('turn.ended')).toMatchObject([{ turn: 1, status: 'completed' }]);
    },
  );

/** What must not change from one request to the next. */
function checkFixed({ wire, path, headers, body }: FakeRequest) {
  if (wire === 'responses') {
    expect(path).toBe('/v1/responses');
    expect(body).toMatchObject({
      store: false,
      stream: true,
      tool_choice: 'auto',
      parallel_tool_calls: true,
      include: ['reasoning.encrypted_content'],
      prompt_cache_key: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(body.input[0]).toMatchObject({ type: 'message', role: 'developer' });
    expect(body.tools.map(({ type, name }) => `${type} ${name}`)).toEqual([
      'function exec_command',
      'function write_stdin',
      'custom apply_patch',
    ]);
    return;
  }
  if (wire === 'messages') {
    expect(path).toBe('/v1/messages');
    expect(headers).toMatchObject({ 'anthropic-version': '2023-06-01' });
    expect(body).toMatchObject({ stream: true, thinking: { type: 'adaptive' }, output_config: { effort: 'high' } });
    return;
  }
  expect(path).toBe('/v1/chat/completions');
  expect(body).toMatchObject({ stream: true, stream_options: { include_usage: true }, tool_choice: 'auto' });
}

/** The script's own counts, summed over the turn. */
const summed = {
  input_tokens: Array.from({ length: steps }, (_, i) => 1001 + i).reduce((sum, n) => sum + n, 2000),
  cached_input_tokens: steps * 900 + 1900,
  cache_write_input_tokens: 0,
  output_tokens: steps * 20 + 7,
  reasoning_output_tokens: steps * 5,
};

verifies('8.10', 'the usage of exec --json is the sum of what the model counted, cache writes included', async () => {
  const usage = [
    { input: 500, cached: 100, cacheWrite: 300, output: 40, reasoning: 11 },
    { input: 700, cached: 600, cacheWrite: 50, output: 3, reasoning: 0 },
  ];
  await using model = await fakeModel([
    { calls: [{ name: 'exec_command', args: { cmd: 'pwd' } }], usage: usage[0]! },
    { text: 'ok', usage: usage[1]! },
  ]);
  const { stdout } = await daemon.tcx([...execArgs(model, 'messages'), 'go']);
  expect(events(stdout).at(-1)).toEqual({
    type: 'turn.completed',
    usage: {
      input_tokens: 1200,
      cached_input_tokens: 700,
      cache_write_input_tokens: 350,
      output_tokens: 43,
      reasoning_output_tokens: 11,
    },
  });
});

verifies('13.17', 'a local server over Chat Completions does a tool turn, whatever fields it leaves out', async () => {
  await using model = await fakeModel([
    {
      reasoning: 'r',
      calls: [
        { name: 'exec_command', args: { cmd: 'echo one' } },
        { name: 'exec_command', args: { cmd: 'echo two' } },
      ],
      without: ['usage', 'done', 'ids'],
    },
    { calls: [{ name: 'exec_command', args: { cmd: 'echo three' } }], without: ['usage', 'ids', 'index'] },
    { text: 'local', without: ['usage', 'done'] },
  ]);
  const ran = await daemon.tcx([...execArgs(model, 'chat'), 'go']);
  expect(ran.code).toBe(0);
  for (const request of model.requests) checkLegal(request);
  const results = model.requests[2]!.body.messages.filter(({ role }) => role === 'tool').map(({ content }) => content);
  expect(results).toEqual([1, 2, 3].map(() => expect.stringContaining('Process exited with code 0')));
  expect(results.map((text) => String(text).trim().split('\n').at(-1))).toEqual(['one', 'two', 'three']);
});

verifies('13.17', 'headers, query, a token from a command that is made anew after a 401', async () => {
  const tokenFile = `${daemon.work}/token`;
  const command = `n=$(cat ${tokenFile} 2>/dev/null || echo 0); n=$((n+1)); echo $n > ${tokenFile}; echo token-$n`;
  await using model = await fakeModel(({ headers }) =>
    headers.authorization === 'Bearer token-2' ? { text: 'in' } : { status: 401, error: { message: 'stale' } },
  );
  using client = await daemon.client();
  const provider = `model_providers.fake={base_url="${model.v1}", wire_api="responses", query_params={api-version="7"}, http_headers={X-Static="yes"}, env_http_headers={X-Env="FAKE_HEADER", X-None="NOT_SET"}, auth={command="sh", args=["-c", ${JSON.stringify(command)}]}}`;
  using session = await Driven.begin(
    client,
    daemon.work,
    { provider: 'fake', model: 'gpt-5.5', overrides: [provider] },
    'hi',
  );
  expect(await session.ended()).toMatchObject({ status: 'completed' });
  expect(model.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
  expect(model.requests[1]).toMatchObject({
    path: '/v1/responses?api-version=7',
    headers: { 'x-static': 'yes', 'x-env': 'from the environment' },
  });
  expect(model.requests[1]!.headers).not.toHaveProperty('x-none');
});

verifies('2.01', 'with a key in the environment `tcx exec hi` asks OpenAI and prints the answer alone', async () => {
  await using model = await fakeModel([{ text: 'Hello there.' }]);
  const env = { OPENAI_API_KEY: 'sk-of-the-environment', OPENAI_BASE_URL: model.v1 };
  const ran = await daemon.tcx(['exec', 'hi'], { env });
  expect(ran).toMatchObject({ code: 0, stdout: 'Hello there.\n' });
  const [request] = model.requests;
  expect(request).toMatchObject({
    path: '/v1/responses',
    headers: { authorization: 'Bearer sk-of-the-environment', accept: 'text/event-stream' },
    body: { model: 'gpt-5.5' },
  });
  for (const never of ['temperature', 'top_p', 'instructions', 'max_output_tokens', 'truncation', 'metadata'])
    expect(request!.body).not.toHaveProperty(never);
});
