/** Sessions of a given length, written as their daemon would have; the daemon must not run meanwhile. */
import { randomBytes } from 'node:crypto';
import { step } from '../actors/drive.ts';
import { machines } from '../actors/machines.ts';
import { emptyTree } from '../actors/tree.ts';
import { type SessionId, sessionActor, sessionId, uuidv7 } from '../core/ids.ts';
import { foldMeta } from '../core/meta.ts';
import { draft, type Row } from '../core/rows.ts';
import { Log } from '../daemon/hosts/log.ts';
import { pack } from '../daemon/hosts/packed.ts';

const settings = {
  provider: 'bench',
  model: 'gpt-5.5',
  approval: 'never',
  sandbox: 'danger-full-access',
  tools: [],
} as const;
const rowsACommit = 50;
/** A session that long was summarised shortly before its end: no model takes all of it. */
const summarised = 100;

/** That many rows of talk; the last one is of the model. */
export async function writeLog(home: string, cwd: string, count: number): Promise<SessionId> {
  const session = sessionId(uuidv7(Date.now(), randomBytes(10)));
  const log = await Log.create(home, session);
  const born = step(machines, emptyTree(session), [
    {
      job: 'born',
      id: sessionActor(session),
      machine: 'session',
      input: { session, cwd, rules: { approval: 'never', sandbox: 'danger-full-access' }, tools: [] },
      at: Date.now(),
      rows: [draft('created', { cwd, source: 'client', settings })],
    },
  ]);
  await log.append({ commit: pack(born.commit, emptyTree(session)) });
  let meta = foldMeta(undefined, born.commit.rows);
  let tree = born.tree;
  while (tree.seq < count) {
    const rows = talk(tree.seq + 1, Math.min(count, tree.seq + rowsACommit), count);
    await log.append({ commit: { rows } });
    tree = { ...tree, seq: rows.at(-1)!.seq };
    meta = foldMeta(meta, rows);
    if (log.wantsCheckpoint) await log.append({ checkpoint: { tree, meta, places: log.places } });
  }
  await log.close();
  return session;
}

/** What the last row says: who sees it sees the end of the session. */
export const lastWords = (count: number) => `answer ${count}: it is in src/file${count % 97}.ts`;

function talk(from: number, to: number, count: number): Row[] {
  const at = Date.now();
  return Array.from({ length: to - from + 1 }, (_, n) => ({ seq: from + n, at, ...said(from + n, count) }) as Row);
}

function said(seq: number, count: number) {
  if (count > summarised && seq === count - 4)
    return draft('compaction', { to: count - 6, summary: 'What was said before, in short.' });
  return seq % 2 === 0
    ? draft('assistant', { turn: seq, step: 1, text: lastWords(seq) })
    : draft('user', { turn: seq, text: `question ${seq} about the code` });
}
