/** The default host: one append-only log a session, no server, no set-up. An idle session is a file and nothing else. */
import { type Job, type JobResult, step } from '../../actors/drive.ts';
import { machines } from '../../actors/machines.ts';
import { forkedTree, isCurrent, restoredTree } from '../../actors/restore.ts';
import { emptyTree } from '../../actors/tree.ts';
import { type SessionId, sessionActor } from '../../core/ids.ts';
import { foldMeta } from '../../core/meta.ts';
import { type Draft, draft } from '../../core/rows.ts';
import { type Damaged, readable } from './damaged.ts';
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
import { Loaded, type LoadedDeps } from './loaded.ts';
import { Log, type OpenedLog } from './log.ts';
import { readLog } from './log-read.ts';
import { Post } from './post.ts';
import { SyncRound } from './sync-round.ts';
import { closing } from './trouble.ts';

export interface EmbeddedOptions {
  readonly home: string;
  readonly effects: EffectRunner;
  readonly clock: Clock;
  /** Load sessions without going on with what is open in them, until `resume` is called for each. */
  readonly held?: boolean;
  /** How long a full disk is left alone before it is tried again; 5 s unless a test is in a hurry. */
  readonly retryMs?: number;
  /** Rows of each session's conversation that are held in memory; 2000 unless config says otherwise. */
  readonly heldRows?: number;
  /** Told of a listener that threw: a bug of whoever looks, which the session does not feel. */
  readonly broken?: (error: Error) => void;
}

const diskRetryMs = 5000;
const usualHeldRows = 2000;

export class EmbeddedHost implements Host {
  readonly kind = 'embedded';
  readonly #options: EmbeddedOptions;
  readonly #deadlines: Deadlines;
  readonly #syncs: SyncRound;
  readonly #post: Post;
  readonly #sessions = new Map<SessionId, Promise<Loaded>>();
  readonly #ready = new Map<SessionId, Loaded>();
  readonly #closing = new Map<SessionId, Promise<void>>();
  readonly #damaged = new Map<SessionId, SessionState>();
  readonly #listeners = new Set<HostListener>();
  readonly #deps: LoadedDeps;
  readonly #unresumed = new Set<SessionId>();
  readonly #broken: (error: Error) => void;
  #held: boolean;
  #stopping = false;

  constructor(options: EmbeddedOptions) {
    this.#options = options;
    this.#held = options.held ?? false;
    this.#broken = options.broken ?? rethrow;
    this.#deadlines = new Deadlines(options.clock);
    this.#syncs = new SyncRound((log, error) => this.#ready.get(log.session)?.unsynced(error));
    this.#post = new Post({
      load: (session) => this.#load(session),
      now: options.clock.wall,
      broken: this.#broken,
    });
    this.#deps = {
      effects: options.effects,
      now: options.clock.wall,
      arm: (session, id, { at, after }) =>
        this.#deadlines.arm(`${session}|${id}`, at, after, () => void this.#due(session, id)),
      disarm: (session, id) => this.#deadlines.disarm(`${session}|${id}`),
      syncSoon: this.#syncs.soon,
      synced: this.#syncs.done,
      committed: (commit: Committed) => this.#each((listener) => listener.committed?.(commit)),
      mail: this.#post.deliver,
      live: (session, key, delta) => this.#each((listener) => listener.live?.(session, key, delta)),
      trouble: (state) => this.#each((listener) => listener.trouble?.(state)),
      retryMs: options.retryMs ?? diskRetryMs,
      heldRows: options.heldRows ?? usualHeldRows,
    };
  }

  /** The same session twice is once: the second time nothing is done, as with any key. */
  async create(session: SessionId, born: NewSession): Promise<Sent> {
    if (this.#stopping) throw closing();
    const known = this.#sessions.get(session);
    if (known) return repeated(await known);
    let answer: JobResult | undefined;
    const making = this.#make(session, born).then(async ({ loaded, jobs }) => {
      try {
        answer = await loaded.put(jobs, true);
        if (answer.result === 'threw') throw answer.error;
      } catch (error) {
        await loaded.close();
        throw error;
      }
      this.#ready.set(session, loaded);
      return loaded;
    });
    this.#remember(session, making);
    try {
      await making;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
        throw (await readable(this.#options.home, session, error)).error;
      return repeated(await this.#load(session));
    }
    return sent(answer!);
  }

  async send(session: SessionId, send: Send): Promise<Sent> {
    let loaded = this.#awake(session) ?? (await this.#load(session));
    if (loaded.closed) loaded = await this.#load(session);
    // A person's word goes on with a session that was left alone at the start.
    if (send.durable) this.resume(session);
    return sent(await loaded.put([eventJob(send, this.#options.clock.wall())], send.durable ?? false));
  }

  async rows(session: SessionId, after: number, limit: number) {
    const loaded = await this.#sessions.get(session)?.catch(() => undefined);
    if (loaded && !loaded.closed) return loaded.rows(after, limit);
    return readLog(this.#options.home, session, after, limit).catch(async (error) => {
      throw (await readable(this.#options.home, session, error)).error;
    });
  }

  async state(session: SessionId): Promise<SessionState> {
    try {
      return (await this.#load(session)).state;
    } catch (error) {
      const state = this.#damaged.get(session);
      if (state) return state;
      throw error;
    }
  }

  list = () => [...[...this.#ready.values()].map(({ state }) => state), ...this.#damaged.values()];

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

  /** Bytes of a loaded session's log that its state stands for. */
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
    this.#unresumed.delete(session);
    await this.#close(loaded);
    return true;
  }

  async stop() {
    this.#stopping = true;
    this.#deadlines.stop();
    const loaded = await Promise.allSettled(this.#sessions.values());
    await Promise.all([
      ...this.#closing.values(),
      ...loaded.map((result) => (result.status === 'fulfilled' ? this.#close(result.value) : undefined)),
    ]);
    this.#syncs.stop();
  }

  async #close(loaded: Loaded) {
    const { session } = loaded;
    const closed = loaded.close().catch(this.#broken);
    this.#closing.set(session, closed);
    await closed;
    if (this.#closing.get(session) === closed) this.#closing.delete(session);
    this.#each((listener) => listener.unloaded?.(session, loaded.length));
  }

  #make(session: SessionId, born: NewSession): Promise<{ loaded: Loaded; jobs: Job[] }> {
    const at = this.#options.clock.wall();
    return born.fork ? this.#forked(session, born, born.fork, at) : this.#born(session, born, at);
  }

  async #born(session: SessionId, { input, rows, first }: NewSession, at: number) {
    const log = await Log.create(this.#options.home, session);
    const loaded = new Loaded({ log, tree: emptyTree(session), meta: foldMeta(undefined, []) }, this.#deps);
    const born: Job = { job: 'born', id: sessionActor(session), machine: 'session', input, at, rows };
    return { loaded, jobs: first ? [born, eventJob(first, at)] : [born] };
  }

  /** A fork's first commit stands on the state its source had at that row; the rows before are read from the source. */
  async #forked(session: SessionId, born: NewSession, from: NonNullable<NewSession['fork']>, at: number) {
    const source = await this.#load(from.session);
    const bytes = source.length;
    const past = await source.rows(0, from.seq);
    const log = await Log.create(this.#options.home, session, { ...from, bytes });
    const { tree, rows: closed } = forkedTree(session, past, at);
    const meta = foldMeta(undefined, past);
    const jobs = restoring(session, [...born.rows, ...closed], at);
    return {
      loaded: new Loaded({ log, tree, meta, anew: true }, this.#deps),
      jobs: born.first ? [...jobs, eventJob(born.first, at)] : jobs,
    };
  }

  /** Whoever is awake is spoken to at once: while something waits for it, it is not put to sleep, and words keep their order. */
  #awake(session: SessionId): Loaded | undefined {
    const loaded = this.#stopping ? undefined : this.#ready.get(session);
    return loaded?.closed ? undefined : loaded;
  }

  #load(session: SessionId): Promise<Loaded> {
    if (this.#stopping) return Promise.reject(closing());
    const known = this.#sessions.get(session);
    if (known) return known;
    const loading = this.#open(session);
    this.#remember(session, loading);
    return loading;
  }

  /** A promise that fails is forgotten, so that the next one who asks tries again. */
  #remember(session: SessionId, loading: Promise<Loaded>) {
    this.#sessions.set(session, loading);
    loading.catch(() => {
      if (this.#sessions.get(session) === loading) this.#sessions.delete(session);
    });
  }

  async #open(session: SessionId): Promise<Loaded> {
    await this.#closing.get(session);
    const loaded = await this.#read(session).catch(async (error) => {
      throw this.#note(session, await readable(this.#options.home, session, error));
    });
    this.#damaged.delete(session);
    this.#ready.set(session, loaded);
    if (this.#held) this.#unresumed.add(session);
    else loaded.resume();
    return loaded;
  }

  async #read(session: SessionId): Promise<Loaded> {
    const opened = await Log.open(this.#options.home, session);
    try {
      return isCurrent(opened.tree) ? this.#restored(opened) : await this.#rebuilt(opened);
    } catch (error) {
      await opened.log.close();
      throw error;
    }
  }

  #note(session: SessionId, { error, state }: Damaged): Error {
    if (state) this.#damaged.set(session, state);
    return error;
  }

  /** An event that a machine threw on is put before it again: this build may be able to take it. */
  #restored({ poison, ...opened }: OpenedLog): Loaded {
    const still = poison && step(machines, opened.tree, [poison.job]).results[0]?.result === 'threw';
    const loaded = new Loaded({ ...opened, ...(still && { poison }) }, this.#deps);
    if (poison && !still) loaded.put([poison.job], false).catch(this.#broken);
    return loaded;
  }

  /** Snapshots of other machines are not restored: the rows say all that counts. */
  async #rebuilt({ log, meta, tree: { said, outbox, sent, heard } }: OpenedLog): Promise<Loaded> {
    const restored = restoredTree(log.session, await log.rows(0, Number.MAX_SAFE_INTEGER));
    const tree = { ...restored.tree, said, outbox, sent, heard };
    const loaded = new Loaded({ log, tree, meta, anew: true }, this.#deps);
    const why = draft('restored', { why: 'this build has other state machines than the one that wrote the log' });
    const jobs = restoring(log.session, [why, ...restored.rows], this.#options.clock.wall());
    loaded.put(jobs, false).catch(this.#broken);
    return loaded;
  }

  /** A deadline wakes its session, when that sleeps. */
  async #due(session: SessionId, id: string) {
    try {
      (await this.#load(session)).due(id);
    } catch (error) {
      if (!(error instanceof HostError)) this.#broken(error as Error);
    }
  }

  #each(tell: (listener: HostListener) => void) {
    for (const listener of this.#listeners) {
      try {
        tell(listener);
      } catch (error) {
        this.#broken(error as Error);
      }
    }
  }
}

/** A bug that nobody here can do anything about reaches the top with its stack, and stops nothing on its way. */
const rethrow = (error: Error) =>
  setImmediate(() => {
    throw error;
  });

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

const repeated = ({ state }: Loaded): Sent => ({ result: 'repeated', seq: state.tree.seq });

function sent(result: JobResult): Sent {
  if (result.result === 'threw') throw result.error;
  return result;
}
