/** A turn's life: interrupted in a stream, a tool and a question; steered, queued, held; parked for a key; one start, one end. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Client } from '../../ipc/client.ts';
import { connect } from '../../ipc/start.ts';
import { holderPids, startDaemon, type TestHome, until } from '../daemon.ts';
import { type FakeModel, fakeModel } from '../fake-model.ts';
import { asking, Driven, fakeAt, saidIn, yolo } from '../session.ts';
import { call, exec, patchCall, readExec, toolbox } from '../toolbox.ts';
import { verifies } from '../verifies.ts';

let daemon: TestHome;
let client: Client;
beforeAll(async () => {
  daemon = await startDaemon();
  client = await daemon.client();
});
afterAll(async () => {
  client?.close();
  await daemon?.[Symbol.asyncDispose]();
});
const begin = (model: FakeModel, text?: string) =>
  Driven.begin(client, daemon.work, { ...yolo, ...fakeAt(model, 'responses') }, text);
const interrupt = (session: Driven, turn?: number) =>
  client.request('interrupt', { session: session.id, ...(turn !== undefined && { turn }) });
const aborted = /^<turn_aborted>[\s\S]*<\/turn_aborted>$/;

verifies(
  '8.02',
  'interrupted in a stream: idle at once, half a word is nobody’s, the next request says it was aborted',
  async () => {
    await using model = await fakeModel([{ text: 'half of an answer', cut: 'silent' }, { text: 'anew' }]);
    using session = await begin(model, 'one');
    await until(() => session.shown !== '');
    expect(await interrupt(session)).toMatchObject({ interrupted: true });
    expect(await session.ended(1)).toMatchObject({ status: 'interrupted', by: 'test' });
    await model.requests[0]!.closed;
    expect(session.all('assistant')).toEqual([]);
    await session.say('two');
    await session.ended(2);
    expect(saidIn(model)).toEqual(['one', expect.stringMatching(aborted), 'two']);
    expect(model.requests[1]!.text).not.toContain('half of');
  },
);

verifies('8.02', 'interrupted in a tool: its words end, its process lives on and can be ended later', async () => {
  await using tools = await toolbox(client, daemon.work);
  await tools.begin(
    exec('echo before; exec sleep 300'),
    patchCall('*** Begin Patch\n*** Add File: never\n+x\n*** End Patch'),
  );
  await until(() => tools.session.live.some(({ kind, text }) => kind === 'output' && text.includes('before')));
  await interrupt(tools.session);
  expect(await tools.session.ended(1)).toMatchObject({ status: 'interrupted' });
  expect(tools.session.all('output')).toEqual([
    expect.objectContaining({ call: 2, status: 'interrupted', text: 'aborted' }),
    expect.objectContaining({
      call: 1,
      status: 'interrupted',
      text: expect.stringMatching(/^Wall time: \d+\.\d seconds\naborted by user$/),
    }),
  ]);
  const [left] = await until(() => tools.session.view.commands.length === 1 && tools.session.view.commands);
  expect(left).toMatchObject({ n: 1, cmd: 'echo before; exec sleep 300' });
  const [ended] = await tools.run(call('write_stdin', { session_id: 1001, chars: '\u0003' }));
  expect(readExec(ended!)).toMatchObject({ code: 130 });
  await until(() => tools.session.view.commands.length === 0);
});

verifies('8.02', 'interrupted in a question: it is open no more, and nothing ran', async () => {
  await using tools = await toolbox(client, daemon.work, { settings: asking });
  await tools.begin(exec('touch asked'));
  const { approval } = await tools.session.question();
  await interrupt(tools.session);
  await tools.session.ended(1);
  expect(tools.session.all('output')).toMatchObject([
    { status: 'interrupted', text: expect.stringContaining('aborted by user') },
  ]);
  await until(() => tools.session.view.questions.length === 0);
  await expect(tools.session.decide(approval, 'once')).rejects.toMatchObject({ code: 'not-open' });
});

verifies('8.02', 'an interrupt names the turn it means: another one is left alone', async () => {
  await using model = await fakeModel([{ text: 'one' }, { text: 'two', cut: 'silent' }]);
  using session = await begin(model, 'one');
  await session.ended(1);
  expect(await interrupt(session, 1)).toMatchObject({ interrupted: false });
  await session.say('two');
  await model.request(2);
  expect(await interrupt(session, 1)).toMatchObject({ interrupted: false });
  expect(await interrupt(session, 2)).toMatchObject({ interrupted: true });
  await session.ended(2);
});

verifies(
  '8.02',
  'words that were not delivered go back to who said them, or into the draft; the queue is held',
  async () => {
    await using model = await fakeModel(({ n }) =>
      n === 1 ? { calls: [exec('sleep 300')] } : { text: `answer ${n}` },
    );
    using session = await begin(model, 'one');
    await session.row('call');
    await session.state('acting');
    await session.say('mine');
    using gone = await daemon.client({ label: 'gone' });
    await gone.request('say', { session: session.id, key: 'gone says', text: 'theirs', mode: 'steer' });
    gone.close();
    await session.say('queued', 'queue');
    const { pending } = await until(() => session.view.pending.length === 3 && session.view);
    expect(pending.map(({ mode, text }) => `${mode} ${text}`)).toEqual(['steer mine', 'steer theirs', 'queue queued']);
    await interrupt(session);
    await session.ended(1);
    await until(() => session.returned.length > 0);
    expect(session.returned).toEqual(['mine']);
    const view = await until(() => session.view.held && session.view);
    expect(view.pending.map(({ text }) => text)).toEqual(['queued']);
    using again = await Driven.attach(client, session.id);
    expect(again.attached.draft).toBe('theirs');
    expect(model.requests).toHaveLength(1);
    await client.request('release', { session: session.id });
    await session.ended(2);
    expect(saidIn(model)).toEqual(['one', expect.stringMatching(aborted), 'queued']);
  },
);

verifies('8.11', 'a steer cuts the request and goes into the same turn; in a tool it follows the outputs', async () => {
  const go = join(daemon.work, 'steer-go');
  await using model = await fakeModel([
    { text: 'wrong way', cut: 'silent' },
    { calls: [exec(`until [ -e ${go} ]; do sleep 0.02; done`)] },
    { text: 'done' },
  ]);
  using session = await begin(model, 'one');
  await until(() => session.shown !== '');
  await session.say('two');
  await model.request(2);
  expect(saidIn(model, 2)).toEqual(['one', 'two']);
  await session.row('call');
  await session.say('three');
  writeFileSync(go, '');
  await session.ended(1);
  expect(saidIn(model, 3)).toEqual(['one', 'two', 'three']);
  const types = model.requests[2]!.body.input.slice(-3).map(({ type, role }) => role ?? type);
  expect(types).toEqual(['function_call', 'function_call_output', 'user']);
  expect(session.all('user').map(({ turn, text }) => `${turn} ${text}`)).toEqual(['1 one', '1 two', '1 three']);
  expect(session.all('assistant').map(({ text }) => text)).toEqual(['done']);
});

verifies(
  '8.11',
  'in 100 runs with random timing each text arrives once, in order',
  async () => {
    await using model = await fakeModel(({ n, body }) =>
      body.input.at(-1)?.role === 'user'
        ? { text: 'some words to stream', delayMs: 3, ...(n % 3 === 0 && { calls: [exec('sleep 0.01')] }) }
        : { text: 'and an answer', delayMs: 2 },
    );
    const texts = ['s0', 's1', 's2', 's3'];
    const one = async () => {
      using session = await begin(model, texts[0]);
      for (const text of texts.slice(1)) {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
        await session.say(text);
      }
      await until(() => {
        const said = session.all('user');
        return said.length === texts.length && session.all('turn.ended').at(-1)?.turn === said.at(-1)!.turn;
      });
      const ended = session.all('turn.ended');
      expect(ended.map(({ turn, status }) => `${turn} ${status}`)).toEqual(ended.map((_, i) => `${i + 1} completed`));
      expect(session.all('user').map(({ text }) => text)).toEqual(texts);
      return session.id;
    };
    const runs = 100;
    const together = 10;
    for (let done = 0; done < runs; done += together) {
      const ids = await Promise.all(Array.from({ length: together }, one));
      for (const id of ids) {
        const mine = model.requests.filter(({ body }) => body.prompt_cache_key === id);
        const last = mine
          .at(-1)!
          .body.input.flatMap(({ role, content }) =>
            role === 'user' ? (content as { text: string }[]).map(({ text }) => text) : [],
          );
        expect(last.slice(1)).toEqual(texts);
      }
    }
  },
  120_000,
);

verifies('8.11', 'what is queued becomes a turn each, in order; one that is taken back is never said', async () => {
  await using model = await fakeModel(async ({ n }) => {
    if (n === 1) await queued.promise;
    return { text: `answer ${n}` };
  });
  const queued = Promise.withResolvers<void>();
  using session = await begin(model, 'one');
  for (const text of ['two', 'not this', 'three']) await session.say(text, 'queue');
  const wrong = await until(() => session.view.pending.find(({ text }) => text === 'not this'));
  await client.request('unqueue', { session: session.id, n: wrong.n });
  queued.resolve();
  await session.ended(3);
  expect(session.all('user').map(({ turn, text }) => `${turn} ${text}`)).toEqual(['1 one', '2 two', '3 three']);
  expect(session.all('unqueued')).toMatchObject([{ why: 'deleted', text: 'not this' }]);
  expect(model.requests).toHaveLength(3);
});

verifies('8.11', 'the same key says it once, whoever sends it again', async () => {
  await using model = await fakeModel(() => ({ text: 'ok' }));
  using session = await begin(model);
  const first = await session.say('once', 'steer', 'the key');
  await session.ended(1);
  using other = await daemon.client();
  const again = await other.request('say', { session: session.id, key: 'the key', text: 'once', mode: 'steer' });
  expect([first.repeated, again]).toEqual([false, expect.objectContaining({ seq: first.seq, repeated: true })]);
  expect(session.all('user')).toHaveLength(1);
});

verifies(
  '8.02 8.11',
  'a turn without its key is parked, and the same turn goes on when a client brings the key',
  async () => {
    await using model = await fakeModel([{ text: 'one' }, { text: 'two' }]);
    const config = `[model_providers.keyed]\nbase_url = "${model.v1}"\nenv_key = "THE_KEY"\nenv_key_instructions = "Ask Ann."\n`;
    await using own = await startDaemon({ config, env: { THE_KEY: 'sk-secret-value' } });
    const without = { ...own.env, THE_KEY: '' };
    const plain = () =>
      connect({ home: own.home, build: 'test', kind: 'client', cwd: own.work, env: without, start: false });
    let first: Driven;
    {
      using with1 = await own.client();
      first = await Driven.begin(with1, own.work, { provider: 'keyed', model: 'gpt-5.5' }, 'one');
      await first.ended(1);
    }
    await own.kill();
    for (const holder of holderPids(own.home)) process.kill(holder, 'SIGKILL');
    await own.start();
    using bare = await plain();
    using session = await Driven.attach(bare, first.id);
    await session.say('two');
    expect(await session.row('turn.parked')).toEqual({
      turn: 2,
      why: 'keyed needs a key, and THE_KEY is not set. Ask Ann.',
      fix: 'attach from a terminal that has THE_KEY',
    });
    expect((await session.state('parked')).fix).toContain('THE_KEY');
    expect(model.requests).toHaveLength(1);
    using _bringing = await own.client();
    await session.ended(2);
    expect(session.all('turn.resumed')).toEqual([{ turn: 2 }]);
    expect(saidIn(model)).toEqual(['one', 'two']);
    expect(model.requests[1]!.headers.authorization).toBe('Bearer sk-secret-value');
  },
);

verifies(
  '8.04',
  'every turn of every session here has one start and exactly one end, with its time, after SIGKILL too',
  async () => {
    await using model = await fakeModel([{ text: 'cut by a kill', cut: 'silent' }, { text: 'said after it' }]);
    using session = await begin(model, 'killed');
    await until(() => session.shown !== '');
    await daemon.kill();
    await daemon.start();
    client = await daemon.client();
    using again = await Driven.attach(client, session.id);
    expect(await again.ended(1)).toMatchObject({ status: 'completed' });
    const { sessions } = await client.request('list', { what: 'sessions' });
    expect(sessions.length).toBeGreaterThan(100);
    for (const { id } of sessions) {
      const { rows } = await client.request('rows', { session: id, after: 0, limit: 1000 });
      const begun = rows.flatMap((row) => (row.kind === 'turn.started' ? [row.body.turn] : []));
      const ended = rows.flatMap((row) => (row.kind === 'turn.ended' ? [row.body] : []));
      expect(begun).toEqual(begun.map((_, i) => i + 1));
      expect(ended.map(({ turn }) => turn)).toEqual(begun);
      for (const { tookMs, status } of ended) {
        expect(tookMs).toBeGreaterThanOrEqual(0);
        expect(['completed', 'interrupted', 'failed']).toContain(status);
      }
    }
  },
);
