/**
 * One session in memory. Events are stepped into a commit, the commit is written, and only then the new tree counts,
 * viewers see it and effects begin: compute, commit, act (design §2). One commit is in flight; what arrives meanwhile waits.
 */

import { type Commit, type Job, type JobResult, step, type Tree } from '../../actors/drive.ts';
import { type EffectName, type Outcome, policies } from '../../actors/effects.ts';
import { machines } from '../../actors/machines.ts';
import type { ActorId, EffectKey, SessionId } from '../../core/ids.ts';
import { foldMeta, type Meta } from '../../core/meta.ts';
import type { Row } from '../../core/rows.ts';
import type { Delta } from '../effect.ts';
import type { Deadlines } from './deadlines.ts';
import { type Committed, type EffectRunner, HostError, type SessionState, type Trouble } from './host.ts';
import type { Poison } from './line.ts';
import type { Log, OpenedLog } from './log.ts';

export interface LoadedDeps {
  readonly effects: EffectRunner;
  readonly deadlines: Deadlines;
  readonly now: () => number;
  /** Puts the log on the next round of syncs. */
  readonly syncSoon: (log: Log) => void;
  readonly committed: (commit: Committed, outbox: Commit['outbox']) => void;
  readonly live: (session: SessionId, key: EffectKey, delta: Delta) => void;
  readonly trouble: (state: SessionState) => void;
  readonly retryMs: number;
}

interface Waiting {
  readonly job: Job;
  readonly durable: boolean;
  readonly resolve: (result: JobResult) => void;
  readonly reject: (error: Error) => void;
}

/** Outcomes and deadlines that wait while the disk is full; beyond this the oldest effect's outcome would be lost, so none is. */
const waitingLimit = 10_000;
/** An effect that three daemons died of is not tried a fourth time. */
const attemptLimit = 3;

const isEmpty = (commit: Commit) =>
  Object.values(commit).every((field) => (Array.isArray(field) ? field.length === 0 : Object.keys(field).length === 0));
/** Starts of effects that must not be forgotten, whatever happens to the machine. */
const needsSync = (commit: Commit) => commit.start.some(({ effect }) => policies[effect] !== 'again');

export class Loaded {
  readonly session: SessionId;
  readonly #log: Log;
  readonly #deps: LoadedDeps;
  readonly #running = new Map<EffectKey, AbortController>();
  #tree: Tree;
  #meta: Meta;
  #queue: Waiting[] = [];
  #pumping = false;
  #scheduled = false;
  #trouble: Trouble | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;
  #idle: (() => void)[] = [];
  /** Rows since the conversation's window, once somebody asked for them. */
  #rows: Row[] | undefined;

  constructor({ log, tree, meta, poison }: OpenedLog, deps: LoadedDeps) {
    this.session = log.session;
    this.#log = log;
    this.#deps = deps;
    this.#tree = tree;
    this.#meta = meta;
    if (poison) this.#trouble = quarantine(this.session, poison);
  }

  get state(): SessionState {
    return {
      session: this.session,
      tree: this.#tree,
      meta: this.#meta,
      ...(this.#trouble && { trouble: this.#trouble }),
    };
  }
  get resting() {
    return this.#queue.length === 0 && !this.#pumping && Object.keys(this.#tree.open).length === 0;
  }
  get length() {
    return this.#log.length;
  }

  /** Puts jobs before the tree together: they become one commit. The last one's result is the answer. */
  put(jobs: readonly Job[], durable: boolean): Promise<JobResult> {
    const refusal = this.#refusal(durable);
    if (refusal) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      jobs.forEach((job, index) => {
        const last = index === jobs.length - 1;
        this.#queue.push({ job, durable, resolve: last ? resolve : () => {}, reject: last ? reject : () => {} });
      });
      this.#wake();
    });
  }

  /** What a restart does with each open effect, by its policy; deadlines are armed again, mail that may be lost is sent again. */
  resume() {
    for (const [id, deadline] of Object.entries(this.#tree.deadlines)) this.#arm(id, deadline);
    const open = Object.entries(this.#tree.open) as [EffectKey, Tree['open'][EffectKey]][];
    const begin: EffectKey[] = [];
    for (const [key, { effect, attempts }] of open) {
      if (policies[effect] === 'once')
        this.#settle(key, { kind: 'unknown', why: 'the daemon ended while it was done' });
      else if (attempts >= attemptLimit)
        this.#settle(key, { kind: 'failed', why: `tcxd died ${attempts} times while doing this` });
      else begin.push(key);
    }
    if (begin.length > 0) void this.#internal({ job: 'begin', keys: begin });
    const outbox = Object.values(this.#tree.outbox);
    if (outbox.length > 0) this.#deps.committed({ ...this.state, rows: [], closed: [], ended: [] }, outbox);
  }

  /** Resolves when nothing is queued and no commit is in flight. */
  rest(): Promise<void> {
    if (this.#queue.length === 0 && !this.#pumping) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** The rows the conversation is computed from, held in memory while the session is busy. */
  async window(): Promise<readonly Row[]> {
    this.#rows ??= await this.#log.rows(this.#meta.window, Number.MAX_SAFE_INTEGER);
    if (this.#rows[0] && this.#rows[0].seq <= this.#meta.window)
      this.#rows = this.#rows.filter(({ seq }) => seq > this.#meta.window);
    return this.#rows;
  }
  forgetWindow() {
    this.#rows = undefined;
  }

  async rows(after: number, limit: number): Promise<readonly Row[]> {
    const first = this.#rows?.[0]?.seq;
    if (this.#rows && first !== undefined && after + 1 >= first)
      return this.#rows.slice(after + 1 - first, after + 1 - first + limit);
    return this.#log.rows(after, limit);
  }

  /** Ends what runs without settling it: open effects are begun again, or looked at, by the next daemon. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    for (const id of Object.keys(this.#tree.deadlines)) this.#deps.deadlines.disarm(`${this.session}|${id}`);
    for (const controller of this.#running.values()) controller.abort();
    await this.rest();
    if (!this.#trouble) await this.#checkpoint();
    await this.#log.sync().catch(() => {});
    await this.#log.close();
  }

  #refusal(durable: boolean): HostError | undefined {
    if (this.#closed) return new HostError('stopping', 'the daemon is stopping', 'try again');
    if (!this.#trouble || !durable) return undefined;
    const { kind, why, fix } = this.#trouble;
    const code = kind === 'quarantined' ? 'quarantined' : kind === 'disk full' ? 'disk-full' : 'engine-away';
    return new HostError(code, why, fix);
  }

  #internal(job: Job): Promise<JobResult | undefined> {
    if (this.#closed || this.#queue.length >= waitingLimit) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#queue.push({ job, durable: false, resolve, reject: () => resolve(undefined) });
      this.#wake();
    });
  }

  #settle(key: EffectKey, outcome: Outcome) {
    void this.#internal({ job: 'settle', key, outcome, at: this.#deps.now() });
  }

  /** On the next turn of the event loop, so that what arrives together is one commit. */
  #wake() {
    if (this.#scheduled || this.#pumping) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#pump();
    });
  }

  async #pump() {
    if (this.#pumping) return;
    this.#pumping = true;
    while (this.#queue.length > 0 && this.#trouble?.kind !== 'disk full') {
      const waiting = this.#queue;
      this.#queue = [];
      if (this.#trouble) {
        for (const { reject } of waiting) reject(this.#refusal(true)!);
        continue;
      }
      await this.#commit(waiting);
    }
    this.#pumping = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  async #commit(waiting: readonly Waiting[]) {
    const jobs = waiting.map(({ job }) => job);
    const { tree, commit: stepped, results } = step(machines, this.#tree, jobs);
    const commit = await this.#marked(stepped, tree);
    const durable = needsSync(commit) || waiting.some((entry) => entry.durable);
    if (!isEmpty(commit)) {
      const failed = await this.#write(commit, durable);
      if (failed) {
        this.#full(waiting, failed);
        return;
      }
      this.#tree = marked(tree, commit.marks);
      this.#meta = foldMeta(this.#meta, commit.rows);
      this.#rows?.push(...commit.rows);
      const ended = (Object.keys(commit.actors) as ActorId[]).filter((actor) => commit.actors[actor] === null);
      this.#deps.committed({ ...this.state, rows: commit.rows, closed: commit.closed, ended }, commit.outbox);
      this.#act(commit);
    }
    waiting.forEach(({ job, resolve, reject }, index) => {
      const result = results[index]!;
      if (result.result !== 'threw') resolve(result);
      else {
        if (job.job === 'settle' || job.job === 'due') void this.#poison({ job, error: String(result.error) });
        reject(
          new HostError(
            'bug',
            `a machine of session ${this.session} threw: ${String(result.error)}`,
            `tcx doctor session ${this.session}`,
            { cause: result.error },
          ),
        );
      }
    });
    if (this.#log.wantsCheckpoint) await this.#checkpoint();
  }

  /** Says with each intent where it will be carried out, where that matters for finding it again. */
  async #marked(commit: Commit, tree: Tree): Promise<Commit> {
    const begun = (Object.keys(commit.begun) as EffectKey[]).map((key) => ({ key, effect: tree.open[key]?.effect }));
    const marks: Record<EffectKey, string> = {};
    for (const { key, effect } of [...commit.start, ...begun]) {
      const mark = effect && (await this.#deps.effects.mark(effect)?.catch(() => undefined));
      if (mark) marks[key] = mark;
    }
    return Object.keys(marks).length === 0 ? commit : { ...commit, marks };
  }

  async #write(commit: Commit, durable: boolean): Promise<Error | undefined> {
    try {
      await this.#log.append({ commit });
      if (durable) await this.#log.sync();
      else this.#deps.syncSoon(this.#log);
      return undefined;
    } catch (error) {
      return error as Error;
    }
  }

  /** The order of a checkpoint's failure does not matter: the lines before it say the same. */
  async #checkpoint() {
    await this.#log
      .append({ checkpoint: { tree: this.#tree, meta: this.#meta, places: this.#log.places } })
      .catch(() => {});
  }

  #act(commit: Commit) {
    for (const [id, deadline] of Object.entries(commit.deadlines)) {
      if (deadline) this.#arm(id, deadline);
      else this.#deps.deadlines.disarm(`${this.session}|${id}`);
    }
    for (const key of commit.cancel) {
      const running = this.#running.get(key);
      if (running) running.abort();
      // Open and not begun here: a session that was not resumed has nothing running that could end.
      else this.#settle(key, { kind: 'interrupted' });
    }
    for (const { key, effect, input } of commit.start) this.#run(key, effect, input, 1);
    for (const key of Object.keys(commit.begun) as EffectKey[]) {
      const effect = this.#tree.open[key];
      if (effect) this.#run(key, effect.effect, effect.input, effect.attempts);
    }
  }

  #arm(id: string, { at, after }: Tree['deadlines'][string]) {
    this.#deps.deadlines.arm(`${this.session}|${id}`, at, after, () => {
      void this.#internal({ job: 'due', id, at: this.#deps.now() });
    });
  }

  /** After `close` nothing begins: what is open waits in the log for the next daemon. */
  #run(key: EffectKey, effect: EffectName, input: unknown, attempt: number) {
    if (this.#closed) return;
    const controller = new AbortController();
    this.#running.set(key, controller);
    const io = {
      session: this.session,
      key,
      attempt,
      signal: controller.signal,
      live: (delta: Delta) => this.#running.get(key) === controller && this.#deps.live(this.session, key, delta),
    };
    const { effects } = this.#deps;
    const ending =
      attempt > 1 && policies[effect] === 'check' ? effects.check(effect, input, io) : effects.run(effect, input, io);
    void ending
      .catch(
        (error: unknown): Outcome => ({
          kind: 'failed',
          why: `${effect} broke: ${error instanceof Error ? error.message : String(error)}`,
        }),
      )
      .then((outcome) => {
        this.#running.delete(key);
        this.#settle(key, outcome);
      });
  }

  async #poison(poison: Poison) {
    await this.#log.append({ poison }).catch(() => {});
    this.#trouble = quarantine(this.session, poison);
    this.#deps.trouble(this.state);
  }

  /** What came from inside waits for room; what a client sent is refused, so that the person keeps it. */
  #full(waiting: readonly Waiting[], error: Error) {
    this.#trouble = {
      kind: 'disk full',
      why: `the log of session ${this.session} cannot be written: ${error.message}`,
      fix: 'make room on the disk of the home; it is tried again every few seconds',
    };
    const refusal = this.#refusal(true)!;
    for (const { durable, reject } of waiting) if (durable) reject(refusal);
    this.#queue = [...waiting.filter(({ durable }) => !durable), ...this.#queue];
    this.#deps.trouble(this.state);
    this.#retry = setTimeout(() => {
      this.#trouble = undefined;
      if (this.#queue.length === 0) this.#deps.trouble(this.state);
      else void this.#pump().then(() => this.#trouble || this.#deps.trouble(this.state));
    }, this.#deps.retryMs);
  }
}

function marked(tree: Tree, marks: Commit['marks']): Tree {
  const entries = (Object.entries(marks) as [EffectKey, string][]).filter(([key]) => tree.open[key]);
  if (entries.length === 0) return tree;
  return {
    ...tree,
    open: { ...tree.open, ...Object.fromEntries(entries.map(([key, mark]) => [key, { ...tree.open[key]!, mark }])) },
  };
}

function quarantine(session: SessionId, { error }: Poison): Trouble {
  return {
    kind: 'quarantined',
    why: `session ${session} is set aside: ${error}`,
    fix: `tcx doctor session ${session}`,
  };
}
