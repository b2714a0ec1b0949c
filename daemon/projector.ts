/** Keeps the index abreast of the logs: batches of what is committed, and at start whatever a dead daemon did not write. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { costOf } from '../core/cost.ts';
import { isSessionId, type SessionId } from '../core/ids.ts';
import { modelInfo } from '../core/models.ts';
import type { Row } from '../core/rows.ts';
import type { Committed, SessionState } from './hosts/host.ts';
import { readWhole, UnbornLog } from './hosts/log-read.ts';
import type { Index, Indexed } from './index-db.ts';
import { openQuestions } from './views.ts';

export interface ProjectorDeps {
  readonly home: string;
  readonly index: Index;
  readonly name: (session: SessionId) => string;
  /** Bytes of a loaded session's log. */
  readonly length: (session: SessionId) => number | undefined;
  readonly broken: (session: SessionId, error: Error) => void;
}

const batchMs = 2000;
/** Rows of a log read at a time while the index is rebuilt. */
const readRows = 5000;

export class Projector {
  readonly #deps: ProjectorDeps;
  readonly #waiting = new Map<SessionId, { state: SessionState; rows: Row[] }>();
  /** What logs came to that were closed since the last batch. */
  readonly #closed = new Map<SessionId, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: ProjectorDeps) {
    this.#deps = deps;
  }

  committed(commit: Committed) {
    const waiting = this.#waiting.get(commit.session);
    const rows = [...(waiting?.rows ?? []), ...commit.rows.filter(isIndexed)];
    this.#waiting.set(commit.session, { state: commit, rows });
    this.#timer ??= setTimeout(() => this.flush(), batchMs);
    this.#timer.unref();
    if (commit.rows.some(({ kind }) => listed.has(kind))) setImmediate(() => this.flush());
  }

  /** A log is closed with a checkpoint: nobody need read it on at the next start to learn that it says nothing new. */
  closed(session: SessionId, length: number) {
    this.#closed.set(session, length);
    this.#timer ??= setTimeout(() => this.flush(), batchMs);
    this.#timer.unref();
  }

  /** The index is only an index: a failure to write it costs a catch-up at the next start. */
  flush() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { index, length, broken } = this.#deps;
    const batch = [...this.#waiting.values()].map(({ state, rows }) => ({
      indexed: this.#indexed(state, length(state.session) ?? this.#closed.get(state.session) ?? 0),
      rows,
      spent: spentBy(rows, state),
    }));
    const grown = [...this.#closed].filter(([session]) => !this.#waiting.has(session));
    this.#waiting.clear();
    this.#closed.clear();
    try {
      index.write(batch);
      for (const [session, to] of grown) index.grew(session, length(session) ?? to);
    } catch (error) {
      for (const session of [...batch.map(({ indexed }) => indexed.session), ...grown.map(([id]) => id)])
        broken(session, error as Error);
    }
  }

  /**
   * Reads on every log that is longer than the index knows; `progress` is told how many of how many.
   * Answers the sessions whose logs cannot be read.
   */
  async catchUp(progress: (done: number, all: number) => void): Promise<readonly SessionId[]> {
    const known = this.#deps.index.lengths();
    const behind: SessionId[] = [];
    for await (const { session, size } of sessionLogs(this.#deps.home)) {
      const length = known.get(session);
      known.delete(session);
      if (length !== size) behind.push(session);
    }
    for (const gone of known.keys()) this.#deps.index.forget(gone as SessionId);
    const unreadable: SessionId[] = [];
    for (const [done, session] of behind.entries()) {
      progress(done, behind.length);
      await this.#read(session).catch((error: Error) => {
        // A session that nobody was told of is nobody's.
        if (error instanceof UnbornLog) return;
        unreadable.push(session);
        this.#deps.broken(session, error);
      });
    }
    if (behind.length > 0) progress(behind.length, behind.length);
    return unreadable;
  }

  /** Looks at a log without changing it: whoever opens it cuts off what is torn. */
  async #read(session: SessionId) {
    const { index, home } = this.#deps;
    const before = index.get(session)?.seq ?? 0;
    await readWhole(home, session, async ({ tree, meta, length }, read) => {
      const rows: Row[] = [];
      for (let after = before; after < tree.seq; ) {
        const some = await read(after, readRows);
        if (some.length === 0) break;
        for (const row of some) if (isIndexed(row)) rows.push(row);
        after = some.at(-1)!.seq;
      }
      const state = { session, tree, meta };
      index.write([{ indexed: this.#indexed(state, length), rows, spent: spentBy(rows, state) }]);
    });
  }

  #indexed({ session, tree, meta }: SessionState, length: number): Indexed {
    const busy =
      [tree.open, tree.deadlines, tree.outbox].some((record) => Object.keys(record).length > 0) ||
      // An ended command whose output was not read to its end keeps its spool.
      Object.values(tree.actors).some(({ machine }) => machine === 'command');
    return {
      session,
      name: this.#deps.name(session),
      meta,
      seq: tree.seq,
      length,
      open: busy || openQuestions(tree).length > 0,
    };
  }
}

/** Rows after which a list has to say something else at once. */
const listed: ReadonlySet<Row['kind']> = new Set(['created', 'turn.ended', 'archived', 'stopped']);
const isIndexed = ({ kind }: Row) => kind === 'user' || kind === 'assistant' || kind === 'usage';

/** The day of a time where the daemon lives, as 2026-03-01. */
export function dayOf(ms: number): string {
  const date = new Date(ms);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** What these rows cost, by day. Rows that a fork shares were paid for by its source. */
function spentBy(rows: readonly Row[], { meta }: SessionState): ReadonlyMap<string, number> {
  const spent = new Map<string, number>();
  for (const row of rows) {
    if (row.kind !== 'usage' || row.seq <= (meta.fork?.seq ?? 0)) continue;
    const { model, usage } = row.body;
    const usd = costOf(usage, modelInfo(model).prices ?? modelInfo(meta.settings.model).prices);
    if (usd !== undefined) spent.set(dayOf(row.at), (spent.get(dayOf(row.at)) ?? 0) + usd);
  }
  return spent;
}

/** Every log of a home and its size. */
export async function* sessionLogs(home: string): AsyncGenerator<{ session: SessionId; size: number }> {
  const top = join(home, 'sessions');
  for (const year of await names(top)) {
    for (const month of await names(join(top, year))) {
      for (const day of await names(join(top, year, month))) {
        const folder = join(top, year, month, day);
        for (const name of await names(folder)) {
          const session = name.slice(0, -'.jsonl'.length);
          if (!name.endsWith('.jsonl') || !isSessionId(session)) continue;
          const found = await stat(join(folder, name)).catch(() => undefined);
          if (found) yield { session, size: found.size };
        }
      }
    }
  }
}

const names = (folder: string) => readdir(folder).catch(() => [] as string[]);
