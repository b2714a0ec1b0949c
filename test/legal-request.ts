/** What the real APIs refuse, as far as it concerns the shape of a conversation; throws with the reason. */
import assert from 'node:assert/strict';
import type { FakeBody, FakeRequest } from './fake-model.ts';

type Block = Readonly<Record<string, unknown>>;

export function checkLegal({ wire, body }: Pick<FakeRequest, 'wire' | 'body'>): void {
  if (wire === 'messages') checkMessages(body);
  else if (wire === 'chat') checkChat(body);
  else checkResponses(body);
}

const name = /^[a-zA-Z0-9_-]{1,128}$/;

/** Every call is answered once, by what follows it, and nothing else is answered. */
function checkPairs(calls: readonly unknown[], outputs: readonly unknown[]): void {
  assert.equal(new Set(calls).size, calls.length, `call ids repeat: ${calls.join(' ')}`);
  assert.deepEqual([...outputs].sort(), [...calls].sort(), 'calls and outputs are not pairs');
}

function checkResponses({ input }: FakeBody): void {
  const of = (...types: string[]) => input.filter(({ type }) => types.includes(String(type)));
  const calls = of('function_call', 'custom_tool_call');
  const outputs = of('function_call_output', 'custom_tool_call_output');
  checkPairs(
    calls.map((call) => call.call_id),
    outputs.map((output) => output.call_id),
  );
  for (const output of outputs) {
    const call = calls.find(({ call_id }) => call_id === output.call_id)!;
    assert.equal(output.type, `${call.type}_output`);
    assert.ok(input.indexOf(output) > input.indexOf(call), 'an output stands before its call');
  }
  for (const call of calls) assert.match(String(call.name), name);
  for (const call of calls) assert.match(String(call.call_id), /^[a-zA-Z0-9_-]{1,64}$/);
  assert.equal(input[0]?.role, 'developer');
}

/** The content blocks of a message, with plain text as one of them. */
export const blocksOf = (content: unknown): readonly Block[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : (content as Block[]);

function checkMessages({ messages, system, tools = [], ...rest }: FakeBody): void {
  assert.equal(messages[0]?.role, 'user', 'the first message is not the user’s');
  for (const [i, { role, content }] of messages.entries()) {
    assert.ok(role === 'user' || role === 'assistant', `role ${role}`);
    const blocks = blocksOf(content);
    assert.ok(blocks.length > 0, `message ${i} is empty`);
    for (const block of blocks)
      if (block.type === 'text') assert.match(String(block.text), /\S/, `message ${i} has blank text`);
    if (role === 'assistant') {
      assert.ok(!String(blocks.at(-1)?.type).endsWith('thinking'), `message ${i} ends in thinking`);
      checkToolUses(blocks, messages[i + 1]);
    }
    if (role === 'user' && blocks.some(({ type }) => type === 'tool_result')) checkResults(blocks, messages[i - 1]);
  }
  const marked = [...tools, ...(system ?? []), ...messages.flatMap(({ content }) => blocksOf(content))].filter(
    ({ cache_control }) => cache_control !== undefined,
  );
  assert.ok(marked.length <= 4, `${marked.length} cache marks`);
  assert.ok(!marked.some(({ type }) => String(type).includes('thinking')), 'a cache mark on thinking');
  assert.ok(Number(rest.max_tokens) > 0, 'no max_tokens');
}

function checkToolUses(blocks: readonly Block[], next: FakeBody['messages'][number] | undefined): void {
  const uses = blocks.filter(({ type }) => type === 'tool_use');
  for (const use of uses) {
    assert.match(String(use.id), /^[a-zA-Z0-9_-]+$/);
    assert.match(String(use.name), name);
    assert.ok(typeof use.input === 'object' && use.input !== null && !Array.isArray(use.input), 'input is no object');
  }
  if (uses.length === 0) return;
  const results = blocksOf(next?.content ?? []).slice(0, uses.length);
  assert.ok(
    results.every(({ type }) => type === 'tool_result'),
    'tool results do not come first in the next message',
  );
  checkPairs(
    uses.map(({ id }) => id),
    results.map(({ tool_use_id }) => tool_use_id),
  );
}

function checkResults(blocks: readonly Block[], before: FakeBody['messages'][number] | undefined): void {
  const known = blocksOf(before?.content ?? []).flatMap(({ type, id }) => (type === 'tool_use' ? [id] : []));
  for (const { type, tool_use_id } of blocks)
    if (type === 'tool_result') assert.ok(known.includes(tool_use_id), `a result for nothing: ${String(tool_use_id)}`);
}

function checkChat({ messages }: FakeBody): void {
  assert.ok(!messages.slice(1).some(({ role }) => role === 'system'), 'a system message in the middle');
  let open: unknown[] = [];
  for (const [i, message] of messages.entries()) {
    const { role, tool_calls = [], tool_call_id } = message as Block & { role: string; tool_calls?: readonly Block[] };
    if (role === 'tool') {
      assert.ok(open.includes(tool_call_id), `message ${i} answers no call`);
      open = open.filter((id) => id !== tool_call_id);
      continue;
    }
    assert.deepEqual(open, [], `calls are not answered before message ${i}`);
    assert.notEqual(role, messages[i - 1]?.role, `two messages of ${role} in a row`);
    for (const call of tool_calls) JSON.parse(String((call.function as Block).arguments));
    open = tool_calls.map(({ id }) => id);
    assert.equal(new Set(open).size, open.length, 'call ids repeat');
  }
  assert.deepEqual(open, [], 'calls are left unanswered');
}
