import { expect, test } from 'vitest';
import type { Item, ToolSpec } from '../../core/items.ts';
import { answerOf, ask, delay, providerOf, requestOf, shown, wires } from '../../test/ask-model.ts';
import { type FakeReply, fakeModel } from '../../test/fake-model.ts';
import type { ModelDelta } from './provider.ts';
import { responsesReader } from './responses.ts';
import { responsesBody } from './responses-request.ts';
import { runModel } from './retry.ts';

const tools: readonly ToolSpec[] = [
  {
    form: 'function',
    name: 'exec_command',
    description: 'Runs.',
    parameters: { type: 'object', properties: { cmd: { type: 'string' } } },
  },
  { form: 'custom', name: 'apply_patch', description: 'Patches.', grammar: 'start: /.+/' },
];

test('sends exactly the fields of an ordinary request', async () => {
  await using model = await fakeModel([{ text: 'ok' }]);
  await ask(
    model,
    'responses',
    requestOf({ tools, effort: 'low', summary: 'auto', verbosity: 'low', parallelCalls: false }),
  );
  expect(model.requests[0]!.body).toEqual({
    model: 'gpt-5.5',
    input: [
      { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'You are a coding agent.' }] },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] },
    ],
    tools: [
      {
        type: 'function',
        name: 'exec_command',
        description: 'Runs.',
        strict: false,
        parameters: { type: 'object', properties: { cmd: { type: 'string' } } },
      },
      {
        type: 'custom',
        name: 'apply_patch',
        description: 'Patches.',
        format: { type: 'grammar', syntax: 'lark', definition: 'start: /.+/' },
      },
    ],
    tool_choice: 'auto',
    parallel_tool_calls: false,
    reasoning: { effort: 'low', summary: 'auto' },
    store: false,
    stream: true,
    include: ['reasoning.encrypted_content'],
    prompt_cache_key: '0190a000-0000-7000-8000-000000000001',
    text: { verbosity: 'low' },
  });
});

test('without effort and summary there is no reasoning, and nothing is included', () => {
  for (const summary of ['none', undefined]) {
    const body = responsesBody(requestOf(summary === undefined ? {} : { summary }));
    expect(body).not.toHaveProperty('reasoning');
    expect(body).not.toHaveProperty('include');
    expect(body).not.toHaveProperty('text');
  }
});

test('only ordinary headers go out, and the provider’s own win', async () => {
  await using model = await fakeModel([{ text: 'ok' }]);
  await ask(model, 'responses', requestOf(), { headers: { 'X-Team': 'core', 'User-Agent': 'mine' } });
  const { headers } = model.requests[0]!;
  expect(headers).toMatchObject({
    authorization: 'Bearer sk-test',
    accept: 'text/event-stream',
    'x-team': 'core',
    'user-agent': 'mine',
  });
  expect(Object.keys(headers).filter((name) => name.startsWith('x-stainless') || name.startsWith('openai'))).toEqual(
    [],
  );
});

test('a provider without a key is asked without a credential', async () => {
  await using model = await fakeModel([{ text: 'ok' }]);
  const { key: _, ...provider } = providerOf(model, 'responses');
  const io = { signal: new AbortController().signal, emit: () => {} };
  await runModel(wires.responses, provider, requestOf(), io, { delay, random: () => 0 });
  expect(model.requests[0]!.headers).not.toHaveProperty('authorization');
});

/** What the session makes of an answer: the items of the next request. */
const remembered = (asked: Awaited<ReturnType<typeof ask>>): Item[] =>
  answerOf(asked).items.map((item, i) => {
    if (item.kind !== 'call') return item;
    const { ref: _, ...call } = item;
    return { ...call, id: `call-${i}` };
  });

test('reasoning goes back byte for byte, phases are kept, calls and outputs are paired by our id', async () => {
  const first: FakeReply = {
    reasoning: 'Thinking — "quoted" 🎈',
    text: 'I look.',
    phase: 'commentary',
    calls: [
      { name: 'exec_command', args: { cmd: 'ls' } },
      { name: 'apply_patch', form: 'custom', args: '*** Begin Patch\n*** End Patch' },
    ],
  };
  await using model = await fakeModel([first, { text: 'ok' }]);
  const asked = await ask(model, 'responses');
  const answered = remembered(asked);
  const outputs: Item[] = [
    { kind: 'output', id: 'call-2', form: 'function', text: 'a.txt' },
    { kind: 'output', id: 'call-3', form: 'custom', text: 'Success.' },
  ];
  await ask(model, 'responses', requestOf({ items: [...requestOf().items, ...answered, ...outputs] }));
  const raw = answerOf(asked).items[0];
  expect(model.requests[1]!.text).toContain(JSON.stringify(raw?.kind === 'reasoning' && raw.raw?.item));
  expect(model.requests[1]!.body.input.slice(3)).toEqual([
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'I look.' }], phase: 'commentary' },
    { type: 'function_call', call_id: 'call-2', name: 'exec_command', arguments: '{"cmd":"ls"}' },
    { type: 'custom_tool_call', call_id: 'call-3', name: 'apply_patch', input: '*** Begin Patch\n*** End Patch' },
    { type: 'function_call_output', call_id: 'call-2', output: 'a.txt' },
    { type: 'custom_tool_call_output', call_id: 'call-3', output: 'Success.' },
  ]);
});

test('another model, or another API, gets the words and not the reasoning', () => {
  const raw = { wire: 'responses', model: 'gpt-5.5', item: { type: 'reasoning', encrypted_content: 'x' } } as const;
  const items: Item[] = [
    { kind: 'reasoning', text: 'private', raw },
    { kind: 'reasoning', text: 'private', raw: { ...raw, wire: 'messages' } },
    { kind: 'assistant', text: 'public', raw },
  ];
  expect(responsesBody(requestOf({ items })).input.slice(1)).toEqual([
    raw.item,
    expect.objectContaining({ role: 'assistant' }),
  ]);
  expect(responsesBody(requestOf({ items, model: 'gpt-6-sol' })).input.slice(1)).toEqual([
    expect.objectContaining({ role: 'assistant' }),
  ]);
});

test('streams text, a summary in sections, and calls with their names', async () => {
  await using model = await fakeModel([
    { reasoning: 'why and how', text: 'one two', calls: [{ name: 'apply_patch', form: 'custom', args: 'PATCH TEXT' }] },
  ]);
  const { deltas } = await ask(model, 'responses', requestOf({ tools }));
  expect(shown(deltas)).toBe('one two');
  expect(shown(deltas, 'reasoning')).toBe('why and how');
  const calls = deltas.filter((delta) => delta.kind === 'call');
  expect(calls.map(({ text }) => text).join('')).toBe('PATCH TEXT');
  expect(new Set(calls.map((call) => call.kind === 'call' && call.name))).toEqual(new Set(['apply_patch']));
});

/** Feeds events straight to the reader. */
function read(events: readonly object[], request: { rawReasoning?: boolean } = {}, headers = {}) {
  const deltas: ModelDelta[] = [];
  const reader = responsesReader({ model: 'gpt-5.5', ...request }, (delta) => deltas.push(delta), new Headers(headers));
  const answers = events.map((event) => reader.take(JSON.stringify(event)));
  return { answer: answers.find((answer) => answer !== undefined), deltas };
}
const completed = { type: 'response.completed', response: { model: 'gpt-5.5', usage: null } };
const done = (item: object) => ({ type: 'response.output_item.done', item });

test('a whole item counts, whatever its deltas said', () => {
  const { answer } = read([
    { type: 'response.output_text.delta', delta: 'wrng' },
    done({
      type: 'message',
      content: [
        { type: 'output_text', text: 'right' },
        { type: 'refusal', refusal: ', no' },
      ],
    }),
    completed,
  ]);
  expect(answer).toMatchObject({ answer: { items: [{ kind: 'assistant', text: 'right, no' }] } });
});

test('summary parts are sections; raw reasoning is shown only when asked for', () => {
  const events = [
    { type: 'response.reasoning_summary_part.added', summary_index: 0 },
    { type: 'response.reasoning_summary_text.delta', delta: 'a' },
    { type: 'response.reasoning_summary_part.added', summary_index: 1 },
    { type: 'response.reasoning_summary_text.delta', delta: 'b' },
    { type: 'response.reasoning_text.delta', delta: 'RAW' },
    done({
      type: 'reasoning',
      summary: [{ text: 'a' }, { text: 'b' }],
      content: [{ type: 'reasoning_text', text: 'RAW' }],
    }),
    completed,
  ];
  expect(shown(read(events).deltas, 'reasoning')).toBe('a\n\nb');
  expect(shown(read(events, { rawReasoning: true }).deltas, 'reasoning')).toBe('a\n\nbRAW');
  expect(read(events).answer).toMatchObject({ answer: { items: [{ text: 'a\n\nb', raw: { wire: 'responses' } }] } });
});

test('reasoning that is only an id is not sent back, since nothing is stored', () => {
  const { answer } = read([done({ type: 'reasoning', id: 'rs_1', summary: [{ text: 'a' }] }), completed]);
  expect(answer).toMatchObject({ answer: { items: [{ kind: 'reasoning', text: 'a' }] } });
  expect(JSON.stringify(answer)).not.toContain('rs_1');
});

test('items of hosted tools are kept for the API, unknown ones are left out', () => {
  const search = { type: 'web_search_call', id: 'ws_1', action: { query: 'x' } };
  const { answer } = read([done(search), done({ type: 'brand_new' }), completed]);
  expect(answer).toMatchObject({ answer: { items: [{ kind: 'reasoning', text: '', raw: { item: search } }] } });
});

test('a server that sends its items only at the end is understood', () => {
  const output = [{ type: 'message', content: [{ type: 'output_text', text: 'late' }] }];
  const { answer } = read([{ ...completed, response: { output } }]);
  expect(answer).toMatchObject({ answer: { items: [{ text: 'late' }], model: 'gpt-5.5' } });
});

test('counts tokens, and says when the server wants to be asked again', () => {
  const usage = {
    input_tokens: 90,
    input_tokens_details: { cached_tokens: 60, cache_write_tokens: 20 },
    output_tokens: 12,
    output_tokens_details: { reasoning_tokens: 5 },
  };
  expect(read([{ ...completed, response: { usage, end_turn: false } }]).answer).toMatchObject({
    answer: { usage: { input: 90, cached: 60, cacheWrite: 20, output: 12, reasoning: 5 }, endTurn: false },
  });
  expect(read([completed]).answer).toMatchObject({ answer: { usage: { input: 0, output: 0 }, endTurn: true } });
});

test('another model than the one asked is told, a dated name of it is not', () => {
  const notes = ['The provider answered with gpt-5-mini instead of gpt-5.5.'];
  expect(read([completed], {}, { 'openai-model': 'gpt-5-mini' }).answer).toMatchObject({ answer: { notes } });
  expect(read([completed], {}, { 'openai-model': 'gpt-5.5-2026-04-01' }).answer).not.toHaveProperty('answer.notes');
});

test('an error event with a status is treated as that status', () => {
  const error = { type: 'error', status: 400, error: { message: 'bad', code: 'cyber_policy' } };
  expect(read([error]).answer).toMatchObject({ failure: { code: 'policy' }, retry: 'no' });
  expect(read([{ type: 'error', code: 'server_error', message: 'oops' }]).answer).toMatchObject({ retry: 'stream' });
});
