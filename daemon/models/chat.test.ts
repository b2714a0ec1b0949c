import { expect, test } from 'vitest';
import type { Item, ToolSpec } from '../../core/items.ts';
import { answerOf, ask, requestOf, shown } from '../../test/ask-model.ts';
import { outputsFor, remember } from '../../test/conversation.ts';
import { type FakeReply, fakeModel } from '../../test/fake-model.ts';
import { checkLegal } from '../../test/legal-request.ts';
import { chatReader } from './chat.ts';
import type { Attempt, ModelDelta, ModelRequest } from './provider.ts';

const patch: ToolSpec = { form: 'custom', name: 'apply_patch', description: 'Patches.', grammar: 'start: /.+/' };
const exec: ToolSpec = { form: 'function', name: 'exec_command', description: 'Runs.', parameters: { type: 'object' } };
const local = (over: Partial<ModelRequest> = {}) => requestOf({ model: 'qwen3', tools: [exec, patch], ...over });

/** A server whose template refuses what strict templates refuse. */
const strict = (replies: readonly FakeReply[]) =>
  fakeModel((request) => {
    checkLegal(request);
    return replies[request.n - 1]!;
  });

test('sends one system message, functions only, and wants the usage', async () => {
  await using model = await strict([{ text: 'ok' }]);
  const items: Item[] = [
    { kind: 'developer', text: 'Sandbox: read-only.' },
    { kind: 'user', text: '<environment_context>' },
    { kind: 'user', text: 'hi' },
  ];
  await ask(model, 'chat', local({ items, effort: 'low' }));
  expect(model.requests[0]!.path).toBe('/v1/chat/completions');
  expect(model.requests[0]!.body).toEqual({
    model: 'qwen3',
    messages: [
      { role: 'system', content: 'You are a coding agent.\n\nSandbox: read-only.' },
      { role: 'user', content: '<environment_context>\n\nhi' },
    ],
    tools: [
      { type: 'function', function: { name: 'exec_command', description: 'Runs.', parameters: { type: 'object' } } },
      {
        type: 'function',
        function: expect.objectContaining({ name: 'apply_patch', description: expect.stringContaining('Lark') }),
      },
    ],
    tool_choice: 'auto',
    parallel_tool_calls: true,
    reasoning_effort: 'low',
    stream: true,
    stream_options: { include_usage: true },
  });
});

test('a tool turn: calls with text in one message, every output after it, a steer last', async () => {
  const first: FakeReply = {
    reasoning: 'hmm',
    text: 'I look.',
    calls: [
      { name: 'exec_command', args: { cmd: 'ls' } },
      { name: 'apply_patch', form: 'custom', args: 'PATCH' },
      { name: 'exec_command', args: '{broken' },
    ],
    usage: { input: 30, cached: 10, output: 5, reasoning: 2 },
  };
  await using model = await strict([first, { text: 'done' }]);
  const asked = await ask(model, 'chat', local());
  const answer = answerOf(asked);
  expect(answer).toMatchObject({
    items: [
      { kind: 'reasoning', text: 'hmm' },
      { kind: 'assistant', text: 'I look.' },
      { kind: 'call', form: 'function', args: '{"cmd":"ls"}', ref: 'call_1_0' },
      { kind: 'call', form: 'custom', args: 'PATCH', ref: 'call_1_1' },
      { kind: 'call', form: 'function', args: '{broken' },
    ],
    usage: { input: 30, cached: 10, cacheWrite: 0, output: 5, reasoning: 2 },
  });
  expect(shown(asked.deltas, 'reasoning')).toBe('hmm');
  const answered = remember(answer);
  const items: Item[] = [...local().items, ...answered, { kind: 'user', text: 'faster' }, ...outputsFor(answered)];
  await ask(model, 'chat', local({ items }));
  expect(model.requests[1]!.body.messages.slice(2)).toEqual([
    {
      role: 'assistant',
      content: 'I look.',
      tool_calls: [
        { type: 'function', id: 'call_1_0', function: { name: 'exec_command', arguments: '{"cmd":"ls"}' } },
        { type: 'function', id: 'call_1_1', function: { name: 'apply_patch', arguments: '{"input":"PATCH"}' } },
        {
          type: 'function',
          id: 'call_1_2',
          function: { name: 'exec_command', arguments: '{"unparsed_arguments":"{broken"}' },
        },
      ],
    },
    { role: 'tool', tool_call_id: 'call_1_0', content: 'output of call_1_0' },
    { role: 'tool', tool_call_id: 'call_1_1', content: 'output of call_1_1' },
    { role: 'tool', tool_call_id: 'call_1_2', content: 'output of call_1_2' },
    { role: 'user', content: 'faster' },
  ]);
});

const two = [
  { name: 'exec_command', args: { cmd: 'one' } },
  { name: 'exec_command', args: { cmd: 'two' } },
];
test.each<[string, FakeReply, string[]]>([
  ['without ids', { calls: two, without: ['ids'] }, ['call_0', 'call_1']],
  ['without indexes', { calls: two, without: ['index'] }, ['call_1_0', 'call_1_1']],
  ['without either', { calls: two, without: ['index', 'ids'] }, ['call_0', 'call_1']],
  ['with the same id twice', { calls: two.map((call) => ({ ...call, id: 'call_0' })) }, ['call_0', 'call_0']],
  ['without usage and [DONE]', { calls: two, without: ['usage', 'done'] }, ['call_1_0', 'call_1_1']],
])('understands a server %s', async (_name, reply, refs) => {
  await using model = await strict([reply]);
  const { items } = answerOf(await ask(model, 'chat', local()));
  expect(items).toMatchObject([
    { args: '{"cmd":"one"}', ref: refs[0] },
    { args: '{"cmd":"two"}', ref: refs[1] },
  ]);
});

/** Feeds chunks straight to the reader. */
function read(chunks: readonly (object | string)[]): { ended: Attempt; deltas: ModelDelta[] } {
  const deltas: ModelDelta[] = [];
  const reader = chatReader({ model: 'm', tools: [] }, (delta) => deltas.push(delta));
  for (const chunk of chunks) {
    const ended = reader.take(typeof chunk === 'string' ? chunk : JSON.stringify(chunk));
    if (ended) return { ended, deltas };
  }
  return { ended: reader.end(), deltas };
}
const delta = (fields: object, finish_reason: string | null = null) => ({
  choices: [{ delta: fields, finish_reason }],
});
const call = (fields: object) => delta({ tool_calls: [fields] });

test('index 0 for every call, told apart by their ids', () => {
  const { ended } = read([
    call({ index: 0, id: 'a', function: { name: 'x', arguments: '{"n":' } }),
    call({ index: 0, function: { arguments: '1}' } }),
    call({ index: 0, id: 'b', function: { name: 'x', arguments: '{"n":2}' } }),
    delta({}, 'tool_calls'),
  ]);
  expect(ended).toMatchObject({
    answer: {
      items: [
        { args: '{"n":1}', ref: 'a' },
        { args: '{"n":2}', ref: 'b' },
      ],
    },
  });
});

test('arguments as an object, a name that is repeated, an id that comes late', () => {
  const { ended } = read([
    call({ index: 0, function: { name: 'x', arguments: { n: 1 } } }),
    call({ index: 0, id: 'late', function: { name: 'x', arguments: '' } }),
    delta({}, 'tool_calls'),
  ]);
  expect(ended).toMatchObject({ answer: { items: [{ name: 'x', args: '{"n":1}', ref: 'late' }] } });
});

test('reasoning under either name; usage in any chunk; the served model by its own name', () => {
  const { ended, deltas } = read([
    { model: 'm-2', ...delta({ reasoning_content: 'a' }), usage: { prompt_tokens: 1, completion_tokens: 0 } },
    delta({ reasoning: 'b' }),
    { ...delta({ content: 'c' }, 'stop'), usage: { prompt_tokens: 1, completion_tokens: 3 } },
  ]);
  expect(ended).toMatchObject({
    answer: { model: 'm-2', usage: { input: 1, output: 3 }, items: [{ text: 'ab' }, { text: 'c' }] },
  });
  expect(shown(deltas, 'reasoning')).toBe('ab');
});

test('[DONE] without a reason ends an answer, an end without either does not', () => {
  expect(read([delta({ content: 'x' }), '[DONE]']).ended).toMatchObject({ kind: 'done' });
  expect(read(['[DONE]']).ended).toMatchObject({ kind: 'failed', retry: 'stream' });
  expect(read([delta({ content: 'x' })]).ended).toMatchObject({ kind: 'failed', retry: 'stream' });
});

test('an answer cut at its length loses only the call that is not whole', () => {
  const cut = call({ index: 0, id: 'a', function: { name: 'x', arguments: '{"n":' } });
  expect(read([delta({ content: 'said' }), cut, delta({}, 'length')]).ended).toMatchObject({
    answer: { items: [{ text: 'said' }], notes: [expect.stringContaining('cut off')] },
  });
});
