import { expect, test } from 'vitest';
import type { Item, ToolSpec } from '../../core/items.ts';
import { answerOf, ask, requestOf, shown } from '../../test/ask-model.ts';
import { outputsFor, remember } from '../../test/conversation.ts';
import { type FakeReply, fakeModel } from '../../test/fake-model.ts';
import { blocksOf, checkLegal } from '../../test/legal-request.ts';
import { messagesReader } from './messages.ts';
import { messagesBody } from './messages-request.ts';
import type { ModelDelta, ModelRequest } from './provider.ts';

const patch: ToolSpec = { form: 'custom', name: 'apply_patch', description: 'Patches.', grammar: 'start: /.+/' };
const exec: ToolSpec = {
  form: 'function',
  name: 'exec_command',
  description: 'Runs.',
  parameters: { type: 'object', properties: { cmd: { type: 'string' } } },
};
const claude = (over: Partial<ModelRequest> = {}) =>
  requestOf({ model: 'claude-opus-4-6', tools: [exec, patch], ...over });

/** A server that refuses what the real one refuses. */
const strict = (replies: readonly FakeReply[]) =>
  fakeModel((request) => {
    checkLegal(request);
    return replies[request.n - 1]!;
  });

test('sends system and tools marked, effort as adaptive thinking, and freeform tools as functions', async () => {
  await using model = await strict([{ text: 'ok' }]);
  const items: Item[] = [
    { kind: 'developer', text: 'Sandbox: read-only.' },
    { kind: 'user', text: 'hi' },
  ];
  await ask(model, 'messages', claude({ items, effort: 'high', summary: 'auto', parallelCalls: false }));
  const mark = { cache_control: { type: 'ephemeral' } };
  expect(model.requests[0]!.body).toEqual({
    model: 'claude-opus-4-6',
    max_tokens: 64_000,
    system: [
      { type: 'text', text: 'You are a coding agent.' },
      { type: 'text', text: 'Sandbox: read-only.', ...mark },
    ],
    messages: [{ role: 'user', content: [{ type: 'text', text: 'hi', ...mark }] }],
    tools: [
      {
        name: 'exec_command',
        description: 'Runs.',
        input_schema: { type: 'object', properties: { cmd: { type: 'string' } } },
      },
      {
        name: 'apply_patch',
        description: 'Patches.\n\nThe input follows this Lark grammar:\nstart: /.+/',
        input_schema: expect.objectContaining({ type: 'object', required: ['input'] }),
        ...mark,
      },
    ],
    tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    thinking: { type: 'adaptive', display: 'summarized' },
    output_config: { effort: 'high' },
    stream: true,
  });
  expect(model.requests[0]!.path).toBe('/v1/messages');
  expect(model.requests[0]!.headers).toMatchObject({ 'x-api-key': 'sk-test', 'anthropic-version': '2023-06-01' });
  expect(model.requests[0]!.headers).not.toHaveProperty('authorization');
});

test.each([
  ['claude-opus-4-6', 'medium', { thinking: { type: 'adaptive' }, output_config: { effort: 'medium' } }],
  ['claude-opus-4-6', 'ultra', { thinking: { type: 'adaptive' }, output_config: { effort: 'max' } }],
  ['claude-opus-4-6', 'none', { thinking: { type: 'disabled' } }],
  ['claude-opus-4-6', 'minimal', { thinking: { type: 'disabled' } }],
  ['claude-haiku-4-5', 'low', { thinking: { type: 'enabled', budget_tokens: 4_096 } }],
  ['claude-haiku-4-5', 'max', { thinking: { type: 'enabled', budget_tokens: 31_999 } }],
  ['somebody-elses-model', 'high', { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } }],
])('%s with effort %s', (model, effort, expected) => {
  const { thinking, output_config } = messagesBody(claude({ model, effort }));
  expect({ thinking, ...(output_config && { output_config }) }).toEqual(expected);
});

test('without an effort nothing is said about thinking', () => {
  const body = messagesBody(claude());
  expect(body).not.toHaveProperty('thinking');
  expect(body).not.toHaveProperty('output_config');
});

test('thinking goes back byte for byte, before its calls; all results come first in one message', async () => {
  const first: FakeReply = {
    reasoning: 'Let me see — "both" 🎈',
    redacted: 'EncryptedThought==',
    text: 'I look.',
    calls: [
      { name: 'exec_command', args: { cmd: 'ls' } },
      { name: 'exec_command', args: { cmd: 'pwd' } },
    ],
  };
  await using model = await strict([first, { text: 'done' }]);
  const asked = await ask(model, 'messages', claude());
  const answered = remember(answerOf(asked));
  const steer: Item = { kind: 'user', text: 'faster please' };
  const [one, two] = outputsFor(answered);
  await ask(model, 'messages', claude({ items: [...claude().items, ...answered, one!, steer, two!] }));
  const [, assistant, user] = model.requests[1]!.body.messages;
  expect(blocksOf(assistant!.content).map(({ type }) => type)).toEqual([
    'redacted_thinking',
    'thinking',
    'text',
    'tool_use',
    'tool_use',
  ]);
  expect(model.requests[1]!.text).toContain('{"type":"redacted_thinking","data":"EncryptedThought=="}');
  expect(model.requests[1]!.text).toContain(
    `{"type":"thinking","thinking":"Let me see — \\"both\\" 🎈","signature":"sig/1+${'y'.repeat(40)}=="}`,
  );
  expect(blocksOf(user!.content).map(({ type, text }) => text ?? type)).toEqual([
    'tool_result',
    'tool_result',
    'faster please',
  ]);
});

test('thinking of another model or API stays at home', () => {
  const raw = {
    wire: 'messages',
    model: 'claude-opus-4-6',
    item: { type: 'thinking', thinking: 'x', signature: 's' },
  } as const;
  const items: Item[] = [
    { kind: 'user', text: 'hi' },
    { kind: 'reasoning', text: 'x', raw },
    { kind: 'reasoning', text: 'x', raw: { ...raw, wire: 'responses' } },
    { kind: 'assistant', text: 'hello' },
  ];
  expect(messagesBody(claude({ items })).messages[1]!.content).toHaveLength(2);
  expect(messagesBody(claude({ items, model: 'claude-sonnet-4-6' })).messages[1]!.content).toEqual([
    { type: 'text', text: 'hello' },
  ]);
});

test('over 3 turns of 20 calls the cached prefix of each request is that of the one before, byte for byte', async () => {
  let n = 0;
  const reply = (last: boolean): FakeReply =>
    last
      ? { text: 'Done.', reasoning: 'fine' }
      : { reasoning: `step ${n}`, calls: [{ name: 'exec_command', args: { cmd: `echo ${n++}` } }] };
  await using model = await fakeModel((request) => {
    checkLegal(request);
    return reply(request.n % 21 === 0);
  });
  let items: Item[] = [{ kind: 'developer', text: 'Rules.' }];
  for (let turn = 1; turn <= 3; turn++) {
    items = [...items, { kind: 'user', text: `turn ${turn}` }];
    for (let step = 1; step <= 21; step++) {
      const answered = remember(answerOf(await ask(model, 'messages', claude({ items, effort: 'high' }))));
      items = [...items, ...answered, ...outputsFor(answered)];
    }
  }
  expect(model.requests).toHaveLength(63);
  const prefixes = model.requests.map(({ body }) => markedPrefixes(body));
  for (const [i, prefix] of prefixes.entries()) {
    expect(prefix.length, `request ${i}`).toBeLessThanOrEqual(4);
    // The newest mark of the request before is a mark of this one, after the same bytes: that is what a cache finds.
    if (i > 0) expect(prefix, `request ${i}`).toContain(prefixes[i - 1]!.at(-1));
  }
});

/** For each cache mark the bytes before and with it, in the order the server caches them, without the marks themselves. */
function markedPrefixes({
  tools,
  system,
  messages,
}: {
  tools: unknown;
  system: unknown;
  messages: readonly { role: string; content: unknown }[];
}): string[] {
  const blocks = [
    ...(tools as Record<string, unknown>[]),
    ...(system as Record<string, unknown>[]),
    ...messages.flatMap(({ role, content }) => blocksOf(content).map((block) => ({ role, ...block }))),
  ] as Record<string, unknown>[];
  let bytes = '';
  return blocks.flatMap(({ cache_control, ...block }) => {
    bytes += JSON.stringify(block);
    return cache_control ? [bytes] : [];
  });
}

test('forty parallel calls in a step do not hide the mark of the request before', () => {
  const calls: Item[] = Array.from({ length: 40 }, (_, i) => ({
    kind: 'call',
    id: `c${i}`,
    name: 'exec_command',
    form: 'function',
    args: '{}',
  }));
  const before = claude();
  const after = claude({ items: [...before.items, ...calls, ...outputsFor(calls)] });
  const tail = markedPrefixes(JSON.parse(JSON.stringify(messagesBody(before)))).at(-1);
  expect(markedPrefixes(JSON.parse(JSON.stringify(messagesBody(after))))).toContain(tail);
});

test('a freeform call comes back as its text, goes out as one argument, and broken arguments stay readable', async () => {
  const calls = [
    { name: 'apply_patch', form: 'custom' as const, args: '*** Begin Patch\n"x"\n*** End Patch' },
    { name: 'exec_command', args: '{"cmd": "ls' },
    { name: 'exec_command', args: '' },
    { name: 'made up!', args: { a: 1 } },
  ];
  await using model = await strict([{ calls }, { text: 'ok' }]);
  const answer = answerOf(await ask(model, 'messages', claude()));
  expect(answer.items).toMatchObject([
    { form: 'custom', name: 'apply_patch', args: calls[0]!.args },
    { form: 'function', args: '{"cmd": "ls' },
    { form: 'function', args: '{}' },
    { form: 'function', name: 'made up!' },
  ]);
  const answered = remember(answer, '0190a000/c');
  await ask(model, 'messages', claude({ items: [...claude().items, ...answered, ...outputsFor(answered)] }));
  expect(blocksOf(model.requests[1]!.body.messages[1]!.content)).toMatchObject([
    { input: { input: calls[0]!.args } },
    { input: { unparsed_arguments: '{"cmd": "ls' } },
    { input: {} },
    { name: 'made_up_', input: { a: 1 } },
  ]);
});

test('later developer words keep their place and are marked as such; blank text is not sent', () => {
  const items: Item[] = [
    { kind: 'user', text: 'hi' },
    { kind: 'assistant', text: ' \n' },
    { kind: 'developer', text: 'The model was switched.' },
    { kind: 'user', text: '  ' },
    { kind: 'user', text: 'go on' },
  ];
  const body = messagesBody(claude({ items, tools: [] }));
  expect(body.messages.map(({ role }) => role)).toEqual(['user']);
  expect(blocksOf(body.messages[0]!.content).map(({ text }) => text)).toEqual([
    'hi',
    '<developer>\nThe model was switched.\n</developer>',
    'go on',
  ]);
  expect(body).not.toHaveProperty('tool_choice');
});

test('a pause is sent back unchanged, with its server tools, and without a user message', async () => {
  const search = { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search' };
  const found = { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [{ encrypted_content: 'E' }] };
  const event = (fields: object) => `data: ${JSON.stringify(fields)}\n\n`;
  const frames = [
    event({ type: 'message_start', message: { model: 'claude-opus-4-6', usage: { input_tokens: 5 } } }),
    event({ type: 'content_block_start', index: 0, content_block: { ...search, input: {} } }),
    event({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'input_json_delta', partial_json: '{"query":"x"}' },
    }),
    event({ type: 'content_block_stop', index: 0 }),
    event({ type: 'content_block_start', index: 1, content_block: found }),
    event({ type: 'content_block_stop', index: 1 }),
    event({ type: 'message_delta', delta: { stop_reason: 'pause_turn' }, usage: { output_tokens: 3 } }),
    event({ type: 'message_stop' }),
  ];
  await using model = await strict([{ frames }, { text: 'found it' }]);
  const answer = answerOf(await ask(model, 'messages', claude()));
  expect(answer.endTurn).toBe(false);
  await ask(model, 'messages', claude({ items: [...claude().items, ...remember(answer)] }));
  expect(model.requests[1]!.body.messages.at(-1)).toEqual({
    role: 'assistant',
    content: [{ ...search, input: { query: 'x' } }, found],
  });
});

test('a refusal is told with its reason and nothing of it is kept', async () => {
  await using model = await strict([{ text: 'Well', stop: 'refusal' }]);
  const { result } = await ask(model, 'messages', claude());
  expect(result).toEqual({ kind: 'failed', failure: { code: 'refusal', message: 'I will not do that. (cyber)' } });
  expect(model.requests).toHaveLength(1);
});

test('an answer cut at its limit keeps what is whole and says so', async () => {
  const cut = { name: 'exec_command', args: '{"cmd":"ec' };
  await using model = await strict([
    { text: 'So far', calls: [{ name: 'exec_command', args: { cmd: 'ls' } }, cut], stop: 'max_tokens' },
  ]);
  const answer = answerOf(await ask(model, 'messages', claude()));
  expect(answer.items).toMatchObject([{ text: 'So far' }, { kind: 'call', args: '{"cmd":"ls"}' }]);
  expect(answer.notes).toEqual(["The answer was cut off at the model's limit of 64000 tokens."]);
});

test('a full context window is a failure that can be compacted away', async () => {
  await using model = await strict([{ text: 'x', stop: 'model_context_window_exceeded' }]);
  expect((await ask(model, 'messages', claude())).result).toMatchObject({
    failure: { code: 'context_window_exceeded' },
  });
});

test('input is all there was, cached or not; later counts replace earlier ones', async () => {
  const usage = { input: 1000, cached: 900, cacheWrite: 60, output: 25, reasoning: 7 };
  await using model = await strict([{ text: 'ok', usage }]);
  expect(answerOf(await ask(model, 'messages', claude())).usage).toEqual(usage);
});

test('streams text, thinking and arguments', async () => {
  await using model = await strict([
    { text: 'one two', reasoning: 'why', calls: [{ name: 'exec_command', args: { cmd: 'ls' } }] },
  ]);
  const { deltas } = await ask(model, 'messages', claude());
  expect(shown(deltas)).toBe('one two');
  expect(shown(deltas, 'reasoning')).toBe('why');
  expect(deltas.flatMap((delta) => (delta.kind === 'call' ? [delta.text] : [])).join('')).toBe('{"cmd":"ls"}');
});

test('a compatible server that leaves things out is understood', () => {
  const deltas: ModelDelta[] = [];
  const reader = messagesReader({ model: 'm', tools: [] }, 10, (delta) => deltas.push(delta));
  const events = [
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: 'Hel' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'lo' } },
    { type: 'content_block_start', index: 1, content_block: { type: 'tool_use', id: 't', name: 'x', input: { a: 1 } } },
    { type: 'content_block_stop', index: 1 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
  ];
  for (const event of events) expect(reader.take(JSON.stringify(event))).toBeUndefined();
  expect(reader.end()).toMatchObject({
    answer: { items: [{ text: 'Hello' }, { kind: 'call', args: '{"a":1}' }], model: 'm' },
  });
  expect(shown(deltas)).toBe('Hello');
});

test('thinking that nothing follows is not sent back: a message that ends in it is refused', () => {
  const thought = (signature: string): Item => ({
    kind: 'reasoning',
    text: 't',
    raw: { wire: 'messages', model: 'claude-sonnet-5-5', item: { type: 'thinking', thinking: 't', signature } },
  });
  const items: Item[] = [
    { kind: 'user', text: 'one' },
    thought('a'),
    { kind: 'assistant', text: 'said' },
    thought('b'),
    { kind: 'user', text: 'two' },
    thought('c'),
    { kind: 'user', text: 'three' },
  ];
  const { messages } = messagesBody(requestOf({ items, model: 'claude-sonnet-5-5' }));
  expect(messages.map(({ role, content }) => [role, ...blocksOf(content).map(({ type }) => type)])).toEqual([
    ['user', 'text'],
    ['assistant', 'thinking', 'text'],
    ['user', 'text'],
    ['user', 'text'],
  ]);
});
