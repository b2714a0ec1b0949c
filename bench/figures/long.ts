/** A turn in a session of 100,000 rows against one of ten: the past costs nothing. */
import { randomBytes } from 'node:crypto';
import { step } from '../../actors/drive.ts';
import { machines } from '../../actors/machines.ts';
import { emptyTree } from '../../actors/tree.ts';
import { sessionActor, sessionId, uuidv7 } from '../../core/ids.ts';
import { foldMeta } from '../../core/meta.ts';
import { draft, type Row } from '../../core/rows.ts';
import { Log } from '../../daemon/hosts/log.ts';
import { pack } from '../../daemon/hosts/packed.ts';
import type { Figure } from '../figure.ts';
import { bench } from '../home.ts';
import { median } from '../measure.ts';

const rowsOfLong = 100_000;
const turns = 15;

/** A log of that many rows of talk, summarised shortly before its end, as a session of that length would be. */
async function writeLog(home: string, cwd: string, count: number): Promise<string> {
  const session = sessionId(uuidv7(Date.now(), randomBytes(10)));
  const log = await Log.create(home, session);
  const settings = {
    provider: 'bench',
    model: 'gpt-5.5',
    approval: 'never',
    sandbox: 'danger-full-access',
    tools: [],
  } as const;
  const born = step(machines, emptyTree(session), [
    {
      job: 'born',
      id: sessionActor(session),
      machine: 'session',
      input: { session, cwd, rules: { approval: 'never', sandbox: 'danger-full-access' } },
      at: Date.now(),
      rows: [draft('created', { cwd, source: 'client', settings })],
    },
  ]);
  await log.append({ commit: pack(born.commit, emptyTree(session)) });
  let meta = foldMeta(undefined, born.commit.rows);
  let tree = born.tree;
  for (let seq = 2; seq <= count; ) {
    const rows: Row[] = [];
    for (let n = 0; n < 50 && seq <= count; n++, seq++) {
      const body =
        seq % 2 === 0
          ? draft('user', { turn: seq, text: `question ${seq} about the code` })
          : draft('assistant', { turn: seq, step: 1, text: `answer ${seq}: it is in src/file${seq % 97}.ts` });
      const summary =
        seq === count - 4 && count > 100
          ? draft('compaction', { to: count - 6, summary: 'What was said before, in short.' })
          : body;
      rows.push({ seq, at: Date.now(), ...summary } as Row);
    }
    await log.append({ commit: { rows } });
    tree = { ...tree, seq: rows.at(-1)!.seq };
    meta = foldMeta(meta, rows);
    if (log.wantsCheckpoint) await log.append({ checkpoint: { tree, meta, places: log.places } });
  }
  await log.close();
  return session;
}

export const longSession: Figure = {
  id: 'long-session',
  what: `a turn in a session of ${rowsOfLong} rows, against one of 10`,
  unit: '×',
  take: async () => {
    await using place = await bench(() => ({ text: 'hello' }));
    await place.home.kill('SIGTERM');
    const [short, long] = [
      await writeLog(place.home.home, place.home.work, 10),
      await writeLog(place.home.home, place.home.work, rowsOfLong),
    ];
    await place.home.start();
    using client = await place.home.client();
    const took = { [short]: [] as number[], [long]: [] as number[] };
    for (const session of [short, long]) await client.request('attach', { session });
    for (let n = 0; n < turns + 2; n++) {
      for (const session of [short, long]) {
        const ended = Promise.withResolvers<void>();
        using _push = client.onPush((push) => {
          if (push.t === 'rows' && push.session === session && push.rows.some(({ kind }) => kind === 'turn.ended'))
            ended.resolve();
        });
        const started = performance.now();
        await client.request('say', { session, key: `${session} ${n}`, text: 'and now?', mode: 'steer' });
        await ended.promise;
        if (n >= 2) took[session]!.push(performance.now() - started);
      }
    }
    const [a, b] = [median(took[short]!), median(took[long]!)];
    return { value: b / a, detail: `${b.toFixed(1)} ms to ${a.toFixed(1)} ms` };
  },
};
