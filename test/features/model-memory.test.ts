/** What a provider sent comes back to it byte for byte: over tool calls, turns, clients, a killed daemon, and a change of provider. */
import { afterAll, beforeAll, expect } from 'vitest';
import { startDaemon, type TestHome } from '../daemon.ts';
import { type FakeReply, type FakeRequest, fakeModel } from '../fake-model.ts';
import { checkLegal } from '../legal-request.ts';
import { Driven, fakeAt, providerAt, yolo } from '../session.ts';
import { conversationBytes, slugs, steps, twentySteps } from '../twenty-steps.ts';
import { verifies } from '../verifies.ts';

let daemon: TestHome;
beforeAll(async () => {
  daemon = await startDaemon();
});
afterAll(() => daemon?.[Symbol.asyncDispose]());

/** What a provider sent and wants back unchanged, as the bytes it came in. */
function opaqueSent({ wire, n }: Pick<FakeRequest, 'wire' | 'n'>): string {
  const { reasoning } = twentySteps({ n });
  if (wire === 'messages')
    return JSON.stringify({ type: 'thinking', thinking: reasoning, signature: `sig/${n}+${'y'.repeat(40)}==` });
  return JSON.stringify({
    id: `rs_${n}`,
    type: 'reasoning',
    summary: [{ type: 'summary_text', text: reasoning }],
    encrypted_content: `enc/${n}+${'x'.repeat(40)}==`,
  });
}

for (const [wire, rows] of [
  ['responses', '2.01 8.01'],
  ['messages', '2.02 8.01'],
] as const)
  verifies(
    rows,
    `reasoning over ${wire} goes back byte for byte, also after SIGKILL in the middle of a request`,
    async () => {
      const killedAt = 4;
      const gate = Promise.withResolvers<void>();
      await using own = await startDaemon();
      // The request that was cut is asked again: from there on the script is one behind.
      const step = (n: number) => (n > killedAt ? n - 1 : n);
      await using model = await fakeModel(async ({ n }) => {
        if (n === killedAt) await gate.promise;
        const { text, calls, reasoning } = twentySteps({ n: step(n) > 7 ? steps + 1 : n });
        return { ...(text && { text }), ...(calls && { calls }), ...(reasoning && { reasoning }) };
      });
      using client = await own.client();
      using session = await Driven.begin(
        client,
        own.work,
        { ...yolo, ...fakeAt(model, wire, { slug: slugs[wire] }) },
        'go',
      );
      const cut = await model.request(killedAt);
      await own.kill();
      await own.start();
      gate.resolve();
      const again = await model.request(killedAt + 1);
      expect(again.text).toBe(cut.text);
      using later = await own.client();
      using seen = await Driven.attach(later, session.id);
      await seen.ended();
      const last = model.requests.at(-1)!;
      expect(last.n).toBe(9);
      checkLegal(last);
      for (const n of [1, 2, 3, 5, 6, 7, 8]) expect(last.text).toContain(opaqueSent({ wire, n }));
      expect(seen.all('turn.ended')).toMatchObject([{ status: 'completed' }]);
    },
  );

verifies(
  '8.01',
  'the third turn holds all settled items with the same bytes, after another client and after SIGKILL',
  async () => {
    await using own = await startDaemon();
    await using model = await fakeModel(({ n }) =>
      n % 2 === 1
        ? {
            reasoning: `r${n}`,
            text: `look ${n}`,
            calls: [{ name: 'exec_command', args: { cmd: `echo ${n}; echo err >&2` } }],
          }
        : { text: `answer ${n}` },
    );
    let client = await own.client();
    let session = await Driven.begin(client, own.work, { ...yolo, ...fakeAt(model, 'responses') }, 'one');
    await session.ended(1);
    session[Symbol.dispose]();
    client.close();

    client = await own.client({ label: 'another' });
    session = await Driven.attach(client, session.id);
    await session.say('two');
    await session.ended(2);
    client.close();
    await own.kill();
    await own.start();

    client = await own.client();
    using last = await Driven.attach(client, session.id);
    await last.say('three');
    await last.ended(3);
    expect(model.requests).toHaveLength(6);
    const inputs = model.requests.map(conversationBytes);
    for (let n = 1; n < inputs.length; n++) expect(inputs[n]!.slice(0, inputs[n - 1]!.length)).toEqual(inputs[n - 1]);
    const words = last.all('user').map(({ text }) => text);
    expect(words).toEqual(['one', 'two', 'three']);
    const third = JSON.stringify(model.requests[4]!.body.input);
    for (const text of ['one', 'look 1', 'answer 2', 'two', 'look 3', 'answer 4', 'three'])
      expect(third).toContain(text);
    client.close();
  },
);

verifies(
  '10.07',
  'one session: a tool turn on OpenAI, one on Claude, and back, each request legal and whole',
  async () => {
    const script = ({ n }: FakeRequest): FakeReply =>
      n % 2 === 1
        ? {
            reasoning: `private ${n}`,
            text: `say ${n}`,
            calls: [
              { name: 'exec_command', args: { cmd: `echo out-${n}` } },
              n === 1
                ? {
                    name: 'apply_patch',
                    form: 'custom',
                    args: '*** Begin Patch\n*** Add File: x.txt\n+x\n*** End Patch',
                  }
                : { name: 'exec_command', args: { cmd: 'pwd' } },
            ],
          }
        : { text: `answer ${n}` };
    await using openai = await fakeModel(script);
    await using claude = await fakeModel(script);
    using client = await daemon.client();
    const settings = {
      ...yolo,
      ...fakeAt(openai, 'responses', { more: providerAt(claude, 'messages', {}, 'claude') }),
    };
    using session = await Driven.begin(client, daemon.work, settings, 'first on openai');
    await session.ended(1);
    const switched = await client.request('settings', {
      session: session.id,
      settings: { provider: 'claude', model: 'claude-sonnet-5-5' },
    });
    expect(switched.settings).toMatchObject({ provider: 'claude', model: 'claude-sonnet-5-5', effort: 'high' });
    await session.say('second on claude');
    await session.ended(2);
    await client.request('settings', { session: session.id, settings: { provider: 'fake', model: 'gpt-5.5' } });
    await session.say('third on openai');
    await session.ended(3);
    expect([openai.requests.length, claude.requests.length]).toEqual([4, 2]);
    for (const request of [...openai.requests, ...claude.requests]) checkLegal(request);

    const atClaude = claude.requests[0]!;
    for (const text of ['first on openai', 'say 1', 'out-1', 'A x.txt', 'answer 2', 'second on claude'])
      expect(atClaude.text).toContain(text);
    expect(atClaude.text).not.toContain('private 1');
    expect(atClaude.text).not.toContain('encrypted_content');
    expect(claude.requests[1]!.text).toContain('"signature":"sig/1');

    const back = openai.requests[2]!;
    for (const text of ['first on openai', 'answer 2', 'second on claude', 'say 1', 'out-1', 'third on openai'])
      expect(back.text).toContain(text);
    expect(back.text).toContain('"encrypted_content":"enc/1');
    expect(back.text).not.toContain('signature');
    expect(session.all('usage').map(({ model }) => model)).toEqual([
      ...['gpt-5.5', 'gpt-5.5', 'claude-sonnet-5-5', 'claude-sonnet-5-5', 'gpt-5.5', 'gpt-5.5'],
    ]);
  },
);
