/** One conversation over several providers: each request is legal for its API and holds all that was said (row 10.07). */
import { expect, test } from 'vitest';
import type { Item, ToolSpec } from '../../core/items.ts';
import { answerOf, ask, requestOf } from '../../test/ask-model.ts';
import { outputsFor, remember } from '../../test/conversation.ts';
import { type FakeReply, type FakeWire, fakeModel } from '../../test/fake-model.ts';
import { checkLegal } from '../../test/legal-request.ts';

const tools: readonly ToolSpec[] = [
  { form: 'function', name: 'exec_command', description: 'Runs.', parameters: { type: 'object' } },
  { form: 'custom', name: 'apply_patch', description: 'Patches.', grammar: 'start: /.+/' },
];
const models = { responses: 'gpt-5.5', messages: 'claude-opus-4-6', chat: 'qwen3' } as const;
const order: readonly FakeWire[] = ['responses', 'messages', 'responses', 'chat', 'messages', 'chat', 'responses'];

test('tool turns on OpenAI, Claude and a local model, back and forth', async () => {
  await using model = await fakeModel((request): FakeReply => {
    checkLegal(request);
    const step = request.n;
    if (step % 2 === 0) return { text: `answer ${step}` };
    return {
      reasoning: `thought ${step}`,
      text: `text ${step}`,
      calls: [
        { name: 'exec_command', args: { cmd: `echo ${step}` }, id: 'call_0' },
        { name: 'apply_patch', form: 'custom', args: `patch ${step}`, id: 'call_1' },
      ],
    };
  });
  let items: Item[] = [];
  for (const [turn, wire] of order.entries()) {
    items = [...items, { kind: 'user', text: `question ${turn}` }];
    for (const step of [1, 2]) {
      const asked = await ask(model, wire, requestOf({ model: models[wire], items, tools, effort: 'low' }));
      const answered = remember(answerOf(asked), `${turn}.${step}/`);
      items = [...items, ...answered, ...outputsFor(answered)];
    }
    const { text } = model.requests.at(-1)!;
    for (let earlier = 0; earlier <= turn; earlier++) {
      for (const said of [
        `question ${earlier}`,
        `text ${2 * earlier + 1}`,
        `echo ${2 * earlier + 1}`,
        `patch ${2 * earlier + 1}`,
      ])
        expect(text, `turn ${turn} on ${wire}`).toContain(said);
      // What was thought elsewhere stays there; one's own comes back.
      const own = order[earlier] === wire && wire !== 'chat';
      expect(text.includes(`thought ${2 * earlier + 1}`), `thought of turn ${earlier} in turn ${turn}`).toBe(own);
    }
  }
  expect(model.requests).toHaveLength(14);
});
