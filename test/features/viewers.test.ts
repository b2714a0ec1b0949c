/** Many screens on one session: large rows, late, slow and watching ones, and a daemon that goes away under them. */
import { afterAll, beforeAll, expect } from 'vitest';
import type { Client } from '../../ipc/client.ts';
import { startDaemon, type TestHome, until } from '../daemon.ts';
import { fakeModel } from '../fake-model.ts';
import { Peer } from '../peer.ts';
import { Driven, fakeAt, yolo } from '../session.ts';
import { call } from '../toolbox.ts';
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

const begin = (model: Awaited<ReturnType<typeof fakeModel>>, text?: string) =>
  Driven.begin(client, daemon.work, { ...yolo, ...fakeAt(model, 'responses') }, text);

verifies('12.08 10.04', 'prompts of 5 MB are said, seen, asked, queued, and attached to again', async () => {
  const gate = Promise.withResolvers<void>();
  await using model = await fakeModel(async ({ n }) => {
    if (n === 1) await gate.promise;
    return { text: `answer ${n}` };
  });
  const large = (n: number) => `${n} ${'ü'.repeat(2_500_000)}`;
  using session = await begin(model, large(1));
  for (const n of [2, 3, 4, 5]) await session.say(large(n), 'queue');
  await until(() => session.view.pending.length === 4);
  gate.resolve();
  await session.ended(5);
  expect(session.all('user').map(({ text }) => text)).toEqual([1, 2, 3, 4, 5].map(large));
  expect(model.requests[4]!.bytes).toBeGreaterThan(25_000_000);
  using whole = await Driven.attach(client, session.id);
  await whole.ended(5);
  expect(whole.rows).toEqual(session.rows);
  const tail = await client.request('attach', { session: session.id });
  expect(tail.more).toBe(true);
  const { rows } = await client.request('rows', { session: session.id, before: tail.rows[0]!.seq, limit: 100 });
  expect(rows.at(-1)!.seq).toBe(tail.rows[0]!.seq - 1);
  const listed = await daemon.tcx(['log', session.id, '--json']);
  expect((JSON.parse(listed.stdout) as unknown[]).length).toBe(session.rows.length);
});

verifies('12.08', 'a text too large for a message is refused in a sentence, and the connection lives on', async () => {
  await using model = await fakeModel(() => ({ text: 'ok' }));
  using session = await begin(model);
  await expect(session.say('x'.repeat(12 * 1024 * 1024 + 1))).rejects.toMatchObject({ code: 'bad-request' });
  const largest = 'ü'.repeat(7 * 1024 * 1024);
  await session.say(largest);
  await session.ended();
  expect(session.all('user')).toMatchObject([{ text: largest }]);
  expect(await client.request('ping', {})).toMatchObject({ t: 'ok' });
});

/** One answer of many calls that nobody knows: two rows each, cheap and of any size. */
const manyRows = (calls: number, size = 1) => ({
  calls: Array.from({ length: calls }, (_, i) => call('nobody', { i, text: 'x'.repeat(size) })),
});

verifies('10.04 11.05', 'a thousand rows missed come by attach {after}, exactly those, in order', async () => {
  await using model = await fakeModel(({ n }) => (n < 8 ? manyRows(300) : { text: 'end' }));
  using session = await begin(model, 'go');
  await session.ended();
  expect(session.rows.length).toBeGreaterThan(4000);
  const from = session.rows[6]!.seq;
  using late = await daemon.client();
  using seen = await Driven.attach(late, session.id, from);
  await seen.ended();
  expect(seen.rows).toEqual(session.rows.filter(({ seq }) => seq > from));
  using none = await Driven.attach(late, session.id, session.rows.at(-1)!.seq);
  expect(none.rows).toEqual([]);
});

verifies(
  '11.05 12.08',
  'a viewer that never reads loses live text and states between, no row, and holds up nobody',
  async () => {
    const turns = 4;
    await using model = await fakeModel(({ n }) =>
      n % 2 ? manyRows(200, 20_000) : { text: `the end of ${n / 2}`, delayMs: 30 },
    );
    using session = await begin(model);
    using stuck = new Peer(daemon);
    await stuck.send(stuck.hello());
    await stuck.send({ t: 'attach', id: 2, session: session.id });
    const first = (await stuck.answer(2)) as unknown as { rows: { seq: number }[] };
    stuck.socket.pause();
    // 4 × 200 calls of 20 kB: four times what may wait for a reader.
    for (let turn = 1; turn <= turns; turn++) {
      await session.say(`turn ${turn}`);
      await session.ended(turn);
    }
    const newest = session.rows.at(-1)!.seq;
    stuck.socket.resume();
    const pushed = <Kind extends string>(kind: Kind) => stuck.heard.filter(({ t }) => t === kind);
    const rows = () => [first, ...(pushed('rows') as unknown as (typeof first)[])].flatMap((push) => push.rows);
    await until(() => rows().at(-1)?.seq === newest, 'the newest row');
    expect(rows().map(({ seq }) => seq)).toEqual(session.rows.map(({ seq }) => seq));
    await until(
      () => (pushed('state').at(-1)?.view as { head?: number } | undefined)?.head === newest,
      'the newest state',
    );
    expect(pushed('state').length).toBeLessThan(session.views.length / 2);
    const words = pushed('delta')
      .flatMap(({ live }) => (live as { text: string }[]).map(({ text }) => text))
      .join('');
    expect(words).not.toContain(`of ${turns}`);
    expect(session.shown).toContain(`of ${turns}`);
    expect((await client.request('daemon.status', {})).rss).toBeLessThan(700 * 1024 * 1024);
  },
);

verifies('11.05 10.04', 'whoever attaches in the middle of a stream sees each word once', async () => {
  const words = Array.from({ length: 60 }, (_, i) => `w${i}`).join(' ');
  await using model = await fakeModel([{ text: words, delayMs: 5 }]);
  using session = await begin(model, 'go');
  const seen: Driven[] = [];
  await until(() => session.shown !== '');
  while (session.all('turn.ended').length === 0 && seen.length < 40)
    seen.push(await Driven.attach(await daemon.client(), session.id));
  await session.ended();
  expect(seen.length).toBeGreaterThan(3);
  const streamed = session.shown;
  expect(streamed).toBe(words);
  for (const viewer of seen) {
    await viewer.ended();
    if (viewer.attached.live.length > 0) expect(viewer.shown).toBe(words);
    expect(viewer.rows).toEqual(session.rows);
    viewer.client.close();
  }
});

verifies('12.05', 'an answer of more calls than are run has an output for each, and breaks nothing', async () => {
  await using model = await fakeModel([manyRows(1100), { text: 'survived' }]);
  using session = await begin(model, 'go');
  const ended = await until(() => session.view.state === 'quarantined' || session.all('turn.ended')[0]);
  expect(ended).toMatchObject({ status: 'completed' });
  const outputs = model.requests[1]!.body.input.filter(({ type }) => type === 'function_call_output');
  expect(outputs.map(({ output }) => String(output).replace(/: .*/, ''))).toEqual([
    ...Array.from({ length: 128 }, () => 'unsupported call'),
    ...Array.from({ length: 1100 - 128 }, () => 'not run'),
  ]);
});

verifies(
  '11.05 12.02',
  'clients see the same rows and who else looks, types and drives; a watcher cannot change anything',
  async () => {
    await using model = await fakeModel(({ n }) => ({ text: `answer ${n}` }));
    using session = await begin(model);
    using alice = await daemon.client({ label: 'alice' });
    using bob = await daemon.client({ label: 'bob' });
    using one = await Driven.attach(alice, session.id);
    await bob.request('attach', { session: session.id, role: 'watch' });
    await Promise.all([one.say('from alice'), session.say('from test')]);
    await until(() => session.all('user').length === 2 && session.view.state.startsWith('done'));
    await until(() => one.rows.length === session.rows.length);
    expect(one.rows).toEqual(session.rows);

    const changes = [
      bob.request('say', { session: session.id, key: 'bob says', text: 'no', mode: 'steer' }),
      bob.request('interrupt', { session: session.id }),
      bob.request('stop', { session: session.id, key: 'bob stops' }),
      bob.request('decide', { approval: `${session.id}/c1?`, choice: 'once', key: 'bob decides' }),
      bob.request('settings', { session: session.id, settings: { effort: 'low' } }),
    ];
    for (const change of changes) await expect(change).rejects.toMatchObject({ code: 'watching' });

    const presence = async () => (await client.request('attach', { session: session.id })).presence;
    await alice.request('presence', { session: session.id, typing: true });
    const labels = await until(async () => {
      const viewers = await presence();
      return viewers.find(({ label }) => label === 'alice')?.typing && viewers;
    });
    expect(labels.map(({ label, role, typing }) => `${label} ${role} ${typing}`).sort()).toEqual([
      'alice drive true',
      'bob watch false',
      'test drive false',
    ]);
    await alice.request('attach', { session: session.id, take: true });
    await expect(session.say('not any more')).rejects.toMatchObject({ code: 'watching' });
    await until(() => session.notices.includes('alice took this session; the others watch'));
    expect(await alice.request('detach', { session: session.id })).toMatchObject({ detached: 2 });
    bob.close();
  },
);

verifies(
  '12.10',
  'a daemon that stands still is away within two seconds; a killed one is found again, no row lost or doubled',
  async () => {
    await using own = await startDaemon();
    await using model = await fakeModel(({ n }) => ({ text: `answer ${n}` }));
    using steady = await own.client({ reconnect: true, heartbeatMs: 500 });
    const states: string[] = [];
    steady.onState(({ state }) => states.push(state));
    using session = await Driven.begin(steady, own.work, { ...yolo, ...fakeAt(model, 'responses') }, 'one');
    await session.ended(1);
    const pid = own.pid()!;
    process.kill(pid, 'SIGSTOP');
    const stopped = performance.now();
    await until(() => states.includes('away'));
    expect(performance.now() - stopped).toBeLessThan(2000);
    process.kill(pid, 'SIGCONT');
    await until(() => states.at(-1) === 'connected');
    await own.kill();
    await until(() => states.at(-1) === 'away');
    await own.start();
    using other = await own.client();
    await other.request('say', { session: session.id, key: 'meanwhile', text: 'two', mode: 'steer' });
    await session.ended(2);
    await until(() => session.rows.at(-1)?.kind === 'turn.ended');
    expect(session.rows.map(({ seq }) => seq)).toEqual(session.rows.map((_, i) => i + 1));
    expect(session.all('user').map(({ text }) => text)).toEqual(['one', 'two']);
  },
);

verifies(
  '10.04',
  'an idle session costs a viewer that looks at it nothing but the answers to its own questions',
  async () => {
    await using model = await fakeModel(() => ({ text: 'ok' }));
    using session = await begin(model, 'go');
    await session.ended();
    using idle = new Peer(daemon);
    await idle.send(idle.hello());
    await idle.send({ t: 'attach', id: 2, session: session.id, after: session.rows.at(-1)!.seq });
    await idle.answer(2);
    const pings = 200;
    for (let n = 0; n < pings; n++) {
      await idle.send({ t: 'ping', id: 3 + n });
      await idle.answer(3 + n);
    }
    expect(idle.heard.filter(({ t }) => t === 'rows' || t === 'delta' || t === 'state')).toEqual([]);
    expect(idle.heard.filter(({ t }) => t === 'presence').length).toBeLessThanOrEqual(1);
    expect(idle.heard.filter(({ t }) => t === 'ok')).toHaveLength(pings + 2);
  },
);
