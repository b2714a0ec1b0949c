/** 1,000 logs that no session would write: each session comes up, and whatever it sends a model is legal and the same twice. */
import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { sessionActor, sessionId, uuidv7 } from '../../core/ids.ts';
import { draft, type Row } from '../../core/rows.ts';
import type { Settings } from '../../core/settings.ts';
import { Log } from '../../daemon/hosts/log.ts';
import { startDaemon, until } from '../daemon.ts';
import { type FakeModel, type FakeRequest, type FakeWire, fakeModel } from '../fake-model.ts';
import { keptPicture, randomLog } from '../kernel/random-log.ts';
import { die } from '../kernel/walk.ts';
import { checkLegal } from '../legal-request.ts';
import { Driven, saidIn } from '../session.ts';
import { verifies } from '../verifies.ts';

const logs = 1000;
const wires: readonly FakeWire[] = ['responses', 'messages', 'chat'];
const seed = Math.floor(Math.random() * 2 ** 30);

/** The last one has no eyes. */
const models: Readonly<Record<FakeWire, string>> = {
  responses: 'gpt-5.5',
  messages: 'claude-opus-4-7',
  chat: 'demo',
};
const pictureData = Buffer.from('a picture').toString('base64');

const settingsOf = (model: FakeModel, wire: FakeWire): Settings => ({
  provider: 'fake',
  model: models[wire],
  approval: 'never',
  sandbox: 'danger-full-access',
  tools: [],
  overrides: {
    model_providers: { fake: { base_url: wire === 'messages' ? model.origin : model.v1, wire_api: wire } },
  },
});

/** A log of these rows whose snapshot is of no machine there is: the session is put together from the rows. */
async function write(home: string, cwd: string, settings: Settings, rows: readonly Row[]): Promise<string> {
  const session = sessionId(uuidv7(Date.now(), randomBytes(10)));
  const log = await Log.create(home, session);
  const created = { seq: 1, at: 1, ...draft('created', { cwd, source: 'client', settings }) } as Row;
  const moved = rows.map((row) => ({ ...row, seq: row.seq + 1, body: shifted(row) }) as Row);
  const snapshot = { machine: 'session' as const, version: 0, value: 'idle', context: {} };
  await log.append({ commit: { rows: [created, ...moved], actors: { '.': snapshot } } });
  await log.close();
  return sessionActor(session);
}
/** Rows that name others by seq go on naming the same. */
const shifted = ({ kind, body }: Row) =>
  kind === 'head' || kind === 'compaction' ? { ...body, to: body.to + 1 } : body;

/** The conversation of a request, without the marks that move along with its end. */
const messagesOf = ({ wire, body }: FakeRequest): readonly unknown[] =>
  JSON.parse(JSON.stringify(wire === 'responses' ? body.input : body.messages, unmarked)) as unknown[];
const unmarked = (key: string, value: unknown) => (key === 'cache_control' ? undefined : value);

verifies(
  '8.12 8.01',
  `from ${logs} random logs every request is legal, and the next one begins with the same (seed ${seed})`,
  async () => {
    await using home = await startDaemon({ cold: true });
    await using model = await fakeModel(() => ({ text: 'fine' }));
    const sessions: string[] = [];
    for (let n = 0; n < logs; n++)
      sessions.push(await write(home.home, home.work, settingsOf(model, wires[n % 3]!), randomLog(die(seed + n))));
    await home.start();
    using client = await home.client();
    const picture = { hash: keptPicture, offset: 0, bytes: Buffer.from('a picture'), last: true };
    await client.request('blob.put', picture);
    const wrong: string[] = [];
    for (const [n, session] of sessions.entries()) {
      const ask = async (text: string): Promise<FakeRequest> => {
        const before = model.requests.length;
        await client.request('say', { session, key: text, text, mode: 'steer' });
        await until(async () => {
          const { rows } = await client.request('rows', { session, limit: 3, before: 1_000_000 });
          return rows.at(-1)?.kind === 'turn.ended' && model.requests.length > before;
        }, `the turn of log ${n} to end`);
        return model.requests.at(-1)!;
      };
      try {
        const [first, second] = [await ask('one more thing'), await ask('and another')];
        for (const request of [first, second]) checkLegal(request);
        const begun = messagesOf(second).slice(0, messagesOf(first).length - 1);
        expect(begun).toEqual(messagesOf(first).slice(0, -1));
      } catch (error) {
        wrong.push(`seed ${seed + n}: ${(error as Error).message}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(model.requests.length).toBe(2 * logs);
    const shown = (wire: FakeWire) =>
      model.requests.some((each) => each.wire === wire && each.text.includes(pictureData));
    expect(wires.map(shown)).toEqual([true, true, false]);
    const said = (words: string) => model.requests.some(({ text }) => text.includes(words));
    expect([said('do not support image input'), said('image content is not kept any more')]).toEqual([true, true]);
  },
  300_000,
);

verifies(
  '8.01',
  'a turn that another build left open waits for a person: attaching does not go on with it, a word does',
  async () => {
    await using home = await startDaemon({ cold: true });
    await using model = await fakeModel(() => ({ text: 'fine' }));
    const rows = [draft('turn.started', { turn: 1 }), draft('user', { turn: 1, text: 'begin' })];
    const open = rows.map((row, index) => ({ seq: index + 1, at: 1, ...row }) as Row);
    const id = await write(home.home, home.work, settingsOf(model, 'responses'), open);
    await home.start();
    using client = await home.client();
    using session = await Driven.attach(client, id);
    expect(session.view).toMatchObject({ state: 'parked', what: 'interrupted: continue?' });
    // Whoever comes later, with whatever keys, finds it so.
    using other = await home.client({ label: 'other' });
    using again = await Driven.attach(other, id);
    expect(again.view).toMatchObject({ state: 'parked' });
    expect(model.requests).toHaveLength(0);
    await session.say('go on');
    expect(await session.ended(1)).toMatchObject({ status: 'completed' });
    expect(saidIn(model)).toEqual(['begin', 'go on']);
  },
);
