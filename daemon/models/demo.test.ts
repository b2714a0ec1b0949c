import { expect, test } from 'vitest';
import type { Item } from '../../core/items.ts';
import { requestOf, shown } from '../../test/ask-model.ts';
import { remember } from '../../test/conversation.ts';
import { createDemo, words } from './demo.ts';
import type { ModelDelta, Provider } from './provider.ts';
import { parseScript, type ScriptedAnswer } from './script.ts';

const provider: Provider = {
  id: 'demo',
  name: 'Demo',
  wire: 'demo',
  baseUrl: '',
  headers: {},
  query: {},
  requestMaxRetries: 0,
  streamMaxRetries: 0,
  streamIdleMs: 1,
};

async function ask(
  items: readonly Item[],
  script?: readonly ScriptedAnswer[],
  stop = new AbortController(),
  stopAfter = Number.POSITIVE_INFINITY,
) {
  const deltas: ModelDelta[] = [];
  const waits: number[] = [];
  const demo = createDemo({ delay: async (ms) => void waits.push(ms), ...(script && { script }) });
  const emit = (delta: ModelDelta) => {
    if (deltas.push(delta) >= stopAfter) stop.abort();
  };
  const result = await demo(provider, requestOf({ model: 'demo', items }), { signal: stop.signal, emit });
  return { result, deltas, waits };
}
const says = (text: string): Item[] => [{ kind: 'user', text }];

test('streams word by word, as slowly as it was asked to, and reports usage', async () => {
  const fast = await ask(says('count to 5'));
  const slow = await ask(says('count to 5 slowly'));
  expect(slow.deltas.length).toBeGreaterThan(10);
  expect(slow.waits).toHaveLength(slow.deltas.length);
  expect(slow.waits[0]).toBeGreaterThan(fast.waits[0]! * 10);
  expect(slow.result).toMatchObject({
    kind: 'done',
    answer: { items: [{ kind: 'assistant', text: shown(slow.deltas) }], endTurn: true },
  });
  if (slow.result.kind !== 'done') throw new Error('no answer');
  expect(slow.result.answer.usage.input).toBeGreaterThan(0);
  expect(slow.result.answer.usage.output).toBeGreaterThan(0);
  expect(slow.result.answer.usage).toEqual(
    (fast.result.kind === 'done' && { ...fast.result.answer.usage, input: slow.result.answer.usage.input }) ||
      undefined,
  );
});

test('the same conversation has the same answer', async () => {
  expect((await ask(says('what can you do?'))).result).toEqual((await ask(says('what can you do?'))).result);
});

test('an interrupt ends it at once', async () => {
  const { result, deltas } = await ask(says('count to 900 slowly'), undefined, new AbortController(), 4);
  expect(result).toEqual({ kind: 'interrupted' });
  expect(deltas).toHaveLength(4);
});

test('a script is played by its place in the conversation, and ends', async () => {
  const parsed = parseScript(
    [
      '{"reasoning":"hm","text":"first","calls":[{"name":"exec_command","args":{"cmd":"ls"}}],"usage":{"input":9}}',
      '',
      '{"text":"second"}',
      '{"error":{"message":"broken on purpose"}}',
    ].join('\n'),
  );
  if (!parsed.ok) throw new Error(parsed.why);
  let items = says('go');
  const first = await ask(items, parsed.answers);
  expect(first.deltas).toEqual([
    { kind: 'reasoning', text: 'hm' },
    { kind: 'text', text: 'first' },
    { kind: 'call', name: 'exec_command', text: '{"cmd":"ls"}' },
  ]);
  if (first.result.kind !== 'done') throw new Error('no answer');
  expect(first.result.answer).toMatchObject({ usage: { input: 9 }, model: 'demo' });
  items = [...items, ...remember(first.result.answer), { kind: 'output', id: 'call_0', form: 'function', text: 'x' }];
  expect((await ask(items, parsed.answers)).result).toMatchObject({ answer: { items: [{ text: 'second' }] } });
  items = [...items, { kind: 'assistant', text: 'second' }, ...says('more')];
  expect((await ask(items, parsed.answers)).result).toMatchObject({
    kind: 'failed',
    failure: { message: 'broken on purpose' },
  });
  items = [...items, { kind: 'assistant', text: 'third' }, ...says('more')];
  expect((await ask(items, parsed.answers)).result).toMatchObject({
    failure: { message: expect.stringContaining('3 answers') },
  });
});

test('words joined are the text', () => {
  for (const text of ['', ' a  b\n\nc ', '🎈 é', 'one']) expect(words(text).join('')).toBe(text);
});

test.each([
  ['{"text":1}', /^line 1: .*text/],
  ['{"text":"ok"}\n{"txet":"typo"}', /^line 2: .*txet/],
  ['{', /^line 1: no JSON/],
])('a mistake in a script is named with its line: %s', (source, why) => {
  expect(parseScript(source)).toEqual({ ok: false, why: expect.stringMatching(why) });
});
