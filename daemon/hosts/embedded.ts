/** The default host: one append-only log a session, no server, no set-up. An idle session is a file and nothing else. */
import { emptyTree, type Job, type JobResult, type Mail } from '../../actors/drive.ts';
import { isCurrent, restoredTree } from '../../actors/restore.ts';
import { type SessionId, sessionActor, sessionOf } from '../../core/ids.ts';
import { foldMeta } from '../../core/meta.ts';
import { type Draft, draft } from '../../core/rows.ts';
import { type Clock, Deadlines } from './deadlines.ts';
import {
  type Committed,
  type EffectRunner,
  type Host,
  HostError,
  type HostListener,
  type NewSession,
  type Send,
  type Sent,
  type SessionState,
} from './host.ts';
import type { ForkedFrom } from './line.ts';
import { Loaded, type LoadedDeps } from './loaded.ts';
import { DamagedLog, Log, type OpenedLog, readLog } from './log.ts';
import { SyncRound } from './sync-round.ts';

export interface EmbeddedOptions {
  readonly home: string;
  readonly effects: EffectRunner;
  readonly clock: Clock;
  /** Load sessions without going on with what is open in them, until `resume` is called for each. */
  readonly held?: boolean;
  /** How long a full disk is left alone before it is tried again; 5 s unless a test is in a hurry. */
  readonly retryMs?: number;
}

const diskRetryMs = 5000;

export class EmbeddedHost implements Host {
  readonly kind = 'embedded';
  readonly #options: EmbeddedOptions;
  readonly #deadlines: Deadlines;
  readonly #syncs = new SyncRound(() => {});
  readonly #sessions = new Map<SessionId, Promise<Loaded>>();
  readonly #ready = new Map<SessionId, Loaded>();
  readonly #closing = new Map<SessionId, Promise<void>>();
  readonly #listeners = new Set<HostListener>();
  readonly #deps: LoadedDeps;
  readonly #unresumed = new Set<SessionId>();
  #held: boolean;
  #stopping = false;

  constructor(options: EmbeddedOptions) {
    this.#options = options;
    this.#held = options.held ?? false;
    this.#deadlines = new Deadlines(options.clock);
    this.#deps = {
      effects: options.effects,
      deadlines: this.#deadlines,
      now: options.clock.wall,
      syncSoon: this.#syncs.soon,
      committed: (commit, outbox) => this.#committed(commit, outbox),
      live: (session, key, delta) => this.#each((listener) => listener.live?.(session, key, delta)),
      trouble: (state) => this.#each((listener) => listener.trouble?.(state)),
      retryMs: options.retryMs ?? diskRetryMs,
    };
  }

  async create(session: SessionId, born: NewSession): Promise<Sent> {
    if (this.#stopping) throw stopping();
    if (this.#sessions.has(session)) throw exists(session);
    const at = this.#options.clock.wall();
    const loading = born.fork ? this.#forked(session, born, born.fork) : this.#born(session, born, at);
    this.#sessions.set(
      session,
      loading.then(({ loaded }) => loaded),
    );
    const { loaded, jobs } = await loading.catch((error) => {
      this.#sessions.delete(session);
      throw error;
    });
    this.#ready.set(session, loaded);
    return sent(await loaded.put(born.first ? [...jobs, eventJob(born.first, at)] : jobs, true));
  }

  async send(session: SessionId, send: Send): Promise<Sent> {
    const loaded = await this.#load(session);
    // A person's word goes on with a session that was left alone at the start.
    if (send.durable) this.resume(session);
    return sent(await loaded.put([eventJob(send, this.#options.clock.wall())], send.durable ?? false));
  }

  async rows(session: SessionId, after: number, limit: number) {
    const loaded = await this.#sessions.get(session)?.catch(() => undefined);
    if (loaded) return loaded.rows(after, limit);
    return readLog(this.#options.home, session, undefined, after, limit).catch((error) => {
      throw readable(session, error);
    });
  }

  state = async (session: SessionId): Promise<SessionState> => (await this.#load(session)).state;

  list = () => [...this.#ready.values()].map(({ state }) => state);

  /** The rows a session's conversation is computed from. */
  window = async (session: SessionId) => (await this.#load(session)).window();

  /** Goes on with what is open in a session that was loaded while the host was held. */
  resume(session: SessionId) {
    if (this.#unresumed.delete(session)) this.#ready.get(session)?.resume();
  }
  /** From now on sessions go on as soon as they are loaded; those that are loaded wait for `resume`. */
  release() {
    this.#held = false;
  }

  /** Bytes of a loaded session's log. */
  length = (session: SessionId) => this.#ready.get(session)?.length;

  /** What nobody is looking at need not be in memory while the session rests. */
  forgetWindow = (session: SessionId) => this.#ready.get(session)?.forgetWindow();

  watch(listener: HostListener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  async unload(session: SessionId): Promise<boolean> {
    const loaded = this.#ready.get(session);
    if (!loaded?.resting) return false;
    this.#ready.delete(session);
    this.#sessions.delete(session);
    const closed = loaded.close();
    this.#closing.set(session, closed);
    await closed;
    this.#closing.delete(session);
    this.#each((listener) => listener.unloaded?.(session));
    return true;
  }

  async stop() {
    this.#stopping = true;
    this.#deadlines.stop();
    this.#syncs.stop();
    const loaded = await Promise.allSettled(this.#sessions.values());
    await Promise.all(loaded.map((result) => (result.status === 'fulfilled' ? result.value.close() : undefined)));
  }

  async #born(session: SessionId, { input, rows }: NewSession, at: number) {
    const log = await this.#create(session);
    const loaded = new Loaded({ log, tree: emptyTree(session), meta: foldMeta(undefined, []) }, this.#deps);
    return { loaded, jobs: [{ job: 'born', id: sessionActor(session), machine: 'session', input, at, rows }] as Job[] };
  }

  /** A fork's log begins with the state its source had at that row; the rows before are read from the source. */
  async #forked(session: SessionId, { rows }: NewSession, { session: from, seq }: NonNullable<NewSession['fork']>) {
    const source = await this.#load(from);
    const past = await source.rows(0, seq);
    const log = await this.#create(session, { session: from, bytes: source.length, seq });
    const { tree, rows: lost } = restoredTree(session, past);
    const meta = foldMeta(undefined, past);
    await log.append({ checkpoint: { tree, meta, places: [] } });
    return {
      loaded: new Loaded({ log, tree, meta }, this.#deps),
      jobs: restoring(session, [...rows, ...lost], this.#options.clock.wall()),
    };
  }

  #create(session: SessionId, fork?: ForkedFrom): Promise<Log> {
    return Log.create(this.#options.home, session, fork).catch((error) => {
      throw error.code === 'EEXIST' ? exists(session) : error;
    });
  }

  #load(session: SessionId): Promise<Loaded> {
    if (this.#stopping) return Promise.reject(stopping());
    const known = this.#sessions.get(session);
    if (known) return known;
    const loading = this.#open(session).catch((error) => {
      this.#sessions.delete(session);
      throw readable(session, error);
    });
    this.#sessions.set(session, loading);
    return loading;
  }

  async #open(session: SessionId): Promise<Loaded> {
    await this.#closing.get(session);
    const opened = await Log.open(this.#options.home, session);
    const loaded = isCurrent(opened.tree) ? new Loaded(opened, this.#deps) : await this.#rebuilt(opened);
    this.#ready.set(session, loaded);
    if (this.#held) this.#unresumed.add(session);
    else loaded.resume();
    return loaded;
  }

  /** Snapshots of other machines are not restored: the rows say all that counts. */
  async #rebuilt(opened: OpenedLog): Promise<Loaded> {
    const { log } = opened;
    const { tree, rows } = restoredTree(log.session, await log.rows(0, Number.MAX_SAFE_INTEGER));
    await log.append({
      checkpoint: { tree: { ...tree, said: opened.tree.said }, meta: opened.meta, places: log.places },
    });
    const loaded = new Loaded({ ...opened, tree }, this.#deps);
    const why = draft('restored', { why: 'this build has other state machines than the one that wrote the log' });
    void loaded.put(restoring(log.session, [why, ...rows], this.#options.clock.wall()), false);
    return loaded;
  }

  #committed(commit: Committed, outbox: readonly Mail[]) {
    this.#each((listener) => listener.committed?.(commit));
    for (const mail of outbox) void this.#deliver(commit.session, mail);
  }

  /** At least once, and applied once: the receiver counts what it has from whom. */
  async #deliver(from: SessionId, { to, event, n }: Mail) {
    const receiver = sessionOf(to);
    const at = this.#options.clock.wall();
    try {
      const loaded = await this.#load(receiver);
      await loaded.put([{ job: 'event', to, event: { ...event, at }, mail: { from, n } }], false);
      await (await this.#load(from)).put([{ job: 'mailed', n }], false);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      // A receiver that is gone takes nothing; the others are tried again when the sender is next loaded.
      if (error.code === 'no-session')
        await (await this.#load(from)).put([{ job: 'mailed', n }], false).catch(() => {});
    }
  }

  #each(tell: (listener: HostListener) => void) {
    for (const listener of this.#listeners) tell(listener);
  }
}

const restoring = (session: SessionId, rows: readonly Draft[], at: number): Job[] => [
  { job: 'record', rows, at },
  { job: 'event', to: sessionActor(session), event: { type: 'restored', at } },
];

const eventJob = ({ to, event, key }: Send, at: number): Job => ({
  job: 'event',
  to,
  event: { ...event, at },
  ...(key !== undefined && { key }),
});

function sent(result: JobResult): Sent {
  if (result.result === 'threw') throw result.error;
  return result;
}

const stopping = () => new HostError('stopping', 'the daemon is stopping', 'try again in a moment');
const exists = (session: SessionId) =>
  new HostError('exists', `session ${session} exists already`, `tcx attach ${session}`);

function readable(session: SessionId, error: NodeJS.ErrnoException): Error {
  if (error.code === 'ENOENT')
    return new HostError('no-session', `there is no session ${session}`, 'tcx ls --all', { cause: error });
  if (error instanceof DamagedLog)
    return new HostError('quarantined', error.message, `tcx doctor session ${session}`, { cause: error });
  return error;
}
