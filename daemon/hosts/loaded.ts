/**
 * One session in memory. Events are stepped into a commit, the commit is written, and only then the new tree counts,
 * viewers see it and effects begin: compute, commit, act (design §2). One commit is in flight; what arrives meanwhile waits.
 */
import { type Job, type JobResult, step } from '../../actors/drive.ts';
import { type Outcome, policies } from '../../actors/effects.ts';
import { machines } from '../../actors/machines.ts';
import { apply, type Commit, type Deadline, type OpenEffect, type Tree } from '../../actors/tree.ts';
import type { ActorId, EffectKey, SessionId } from '../../core/ids.ts';
import { foldMeta, type Meta } from '../../core/meta.ts';
import type { Delta } from '../effect.ts';
import { eventsOf } from './events.ts';
import type { Committed, EffectRunner, SessionState, Trouble } from './host.ts';
import type { Poison } from './line.ts';
import type { Log, OpenedLog } from './log.ts';
import { pack } from './packed.ts';
import { onRestart } from './restart.ts';
import { Running } from './running.ts';
import { bug, closing, diskFull, quarantine, refusal } from './trouble.ts';
import { Window } from './window.ts';

export interface LoadedDeps {
  readonly effects: EffectRunner;
  readonly now: () => number;
  readonly arm: (session: SessionId, id: string, deadline: Deadline) => void;
  readonly disarm: (session: SessionId, id: string) => void;
  /** Puts the log on the next round of syncs. */
  readonly syncSoon: (log: Log) => void;
  /** It was synced just now. */
  readonly synced: (log: Log) => void;
  readonly committed: (commit: Committed) => void;
  /** Mail to other sessions lies in the outbox. */
  readonly mail: (session: SessionId) => void;
  readonly live: (session: SessionId, key: EffectKey, delta: Delta) => void;
  readonly trouble: (state: SessionState) => void;
  readonly retryMs: number;
  /** Rows of a conversation that are held in memory. */
  readonly heldRows: number;
}

interface Waiting {
  readonly job: Job;
  readonly durable: boolean;
  readonly resolve: (result: JobResult) => void;
  readonly reject: (error: Error) => void;
}

/** What may wait while a disk is full. Outcomes are as many as effects are open, so nothing of theirs is ever refused. */
const waitingLimit = 10_000;

/** Starts of effects that must not be forgotten, whatever happens to the machine. */
const needsSync = (commit: Commit) => commit.start.some(({ effect }) => policies[effect] !== 'again');
/** A throw on what came from inside cannot be answered to anybody: the event is kept. */
const isInternal = (job: Job) =>
  job.job === 'settle' || job.job === 'due' || (job.job === 'event' && job.mail !== undefined);

export class Loaded {
  readonly session: SessionId;
  readonly #log: Log;
  readonly #deps: LoadedDeps;
  readonly #running: Running;
  readonly #window: Window;
  #tree: Tree;
  #meta: Meta;
  /** Bytes of the log that the tree stands for; an append in flight adds more. */
  #length: number;
  #anew: boolean;
  #queue: Waiting[] = [];
  #pumping = false;
  #scheduled = false;
  #trouble: Trouble | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;
  #closing: Promise<void> | undefined;
  #idle: (() => void)[] = [];

  constructor({ log, tree, meta, poison, anew }: OpenedLog, deps: LoadedDeps) {
    this.session = log.session;
    this.#log = log;
    this.#deps = deps;
    this.#tree = tree;
    this.#meta = meta;
    this.#length = log.length;
    this.#anew = anew ?? false;
    this.#running = new Running({
      session: this.session,
      effects: deps.effects,
      live: (key, delta) => deps.live(this.session, key, delta),
      settled: (key, outcome) => this.#settle(key, outcome),
    });
    const reach = () => ({ seq: this.#tree.seq, window: this.#meta.window, length: this.#length });
    this.#window = new Window(log, reach, deps.heldRows);
    if (poison) this.#take(poison);
  }

  get state(): SessionState {
    return {
      session: this.session,
      tree: this.#tree,
      meta: this.#meta,
      ...(this.#trouble && { trouble: this.#trouble }),
    };
  }
  /** Nothing is under way, so that it can sleep. What has a deadline sleeps: the host keeps its alarm. */
  get resting() {
    const nothing = (record: object) => Object.keys(record).length === 0;
    return this.#queue.length === 0 && !this.#pumping && nothing(this.#tree.open) && nothing(this.#tree.outbox);
  }
  get closed() {
    return this.#closed;
  }
  get length() {
    return this.#length;
  }

  /** Puts jobs before the tree together: they become one commit. The last one's result is the answer. */
  put(jobs: readonly Job[], durable: boolean): Promise<JobResult> {
    const full = this.#queue.length + jobs.length > waitingLimit;
    const refused = this.#closed ? closing() : this.#trouble && (durable || full) ? refusal(this.#trouble) : undefined;
    if (refused) return Promise.reject(refused);
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
    for (const [id, deadline] of Object.entries(this.#tree.deadlines)) this.#deps.arm(this.session, id, deadline);
    const begin: EffectKey[] = [];
    for (const [key, open] of Object.entries(this.#tree.open) as [EffectKey, OpenEffect][]) {
      if (this.#running.has(key)) continue;
      const restart = onRestart(open.effect, open);
      if (restart.do === 'begin') begin.push(key);
      else this.#settle(key, restart.outcome);
    }
    if (begin.length > 0) this.#internal({ job: 'begin', keys: begin });
    if (Object.keys(this.#tree.outbox).length > 0) this.#deps.mail(this.session);
  }

  due(id: string) {
    this.#internal({ job: 'due', id, at: this.#deps.now() });
  }

  window = () => this.#window.all();
  forgetWindow = () => this.#window.forget();
  rows = (after: number, limit: number) => this.#window.rows(after, limit);

  /** Ends what runs without settling it: open effects are begun again, or looked at, by the next daemon. */
  close(): Promise<void> {
    this.#closed = true;
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close() {
    clearTimeout(this.#retry);
    this.#running.abortAll();
    await this.#rest();
    for (const { reject } of this.#queue.splice(0)) reject(closing());
    if (!this.#trouble && this.#log.hasNews) await this.#checkpoint();
    this.#deps.synced(this.#log);
    await this.#log.sync().catch(() => {});
    await this.#log.close();
  }

  /** Until no commit is in flight and nothing is queued that could go into one. */
  #rest(): Promise<void> {
    const still = !this.#pumping && (this.#queue.length === 0 || this.#trouble !== undefined);
    return still ? Promise.resolve() : new Promise((resolve) => this.#idle.push(resolve));
  }

  #internal(job: Job) {
    if (this.#closed) return;
    this.#queue.push({ job, durable: false, resolve: () => {}, reject: () => {} });
    this.#wake();
  }

  #settle(key: EffectKey, outcome: Outcome) {
    this.#internal({ job: 'settle', key, outcome, at: this.#deps.now() });
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
      if (this.#trouble) for (const { reject } of waiting) reject(refusal(this.#trouble));
      else await this.#commit(waiting).catch((error: Error) => this.#broken(waiting, error));
    }
    this.#pumping = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  async #commit(waiting: readonly Waiting[]) {
    const jobs = waiting.map(({ job }) => job);
    const { tree, results, commit: stepped } = step(machines, this.#tree, jobs);
    const commit = await this.#marked(stepped, tree);
    const packed = pack(commit, this.#tree);
    if (Object.keys(packed).length > 0) {
      const durable = needsSync(commit) || waiting.some((entry) => entry.durable);
      try {
        const base = this.#anew && { base: { tree: this.#tree, meta: this.#meta } };
        await this.#log.append({ commit: packed, ...base }, durable);
        this.#anew = false;
      } catch (error) {
        this.#full(waiting, error as Error);
        return;
      }
      if (durable) this.#deps.synced(this.#log);
      else this.#deps.syncSoon(this.#log);
      this.#become(commit, commit === stepped ? tree : apply(this.#tree, commit), eventsOf(this.#tree, jobs));
    }
    for (const [index, { resolve, reject }] of waiting.entries()) {
      const result = results[index]!;
      if (result.result === 'threw') reject(bug(this.session, result.error));
      else resolve(result);
    }
    await this.#poisoned(waiting, results);
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

  #become(commit: Commit, tree: Tree, events: Committed['events']) {
    this.#tree = tree;
    this.#meta = foldMeta(this.#meta, commit.rows);
    this.#length = this.#log.length;
    this.#window.add(commit.rows);
    const ended = (Object.keys(commit.actors) as ActorId[]).filter((actor) => commit.actors[actor] === null);
    this.#deps.committed({ ...this.state, events, rows: commit.rows, closed: commit.closed, ended });
    this.#act(commit);
  }

  /** After `close` nothing begins: what is open waits in the log for the next daemon. */
  #act(commit: Commit) {
    for (const [id, deadline] of Object.entries(commit.deadlines)) {
      if (deadline) this.#deps.arm(this.session, id, deadline);
      else this.#deps.disarm(this.session, id);
    }
    if (commit.outbox.length > 0) this.#deps.mail(this.session);
    for (const key of commit.cancel) if (!this.#running.abort(key)) this.#cancelUnbegun(key);
    if (this.#closed) return;
    for (const { key, effect, input } of commit.start) this.#running.run(key, effect, input, 1);
    for (const key of Object.keys(commit.begun) as EffectKey[]) {
      const open = this.#tree.open[key];
      if (open && !this.#running.has(key) && !commit.cancel.includes(key))
        this.#running.run(key, open.effect, open.input, open.attempts);
    }
  }

  /** Open and not begun by this daemon: nothing runs that could end, so what the last one left is what it comes to. */
  #cancelUnbegun(key: EffectKey) {
    const open = this.#tree.open[key];
    if (!open) return;
    const restart = onRestart(open.effect, { attempts: open.attempts, cancelled: true });
    if (restart.do === 'settle') this.#settle(key, restart.outcome);
    else if (!this.#closed) this.#running.run(key, open.effect, open.input, open.attempts + 1);
  }

  /** A checkpoint that cannot be written does not matter: the lines before it say the same. */
  async #checkpoint() {
    const checkpoint = { tree: this.#tree, meta: this.#meta, places: this.#log.places };
    await this.#log.append({ checkpoint }).catch(() => {});
    this.#length = this.#log.length;
  }

  async #poisoned(waiting: readonly Waiting[], results: readonly JobResult[]) {
    for (const [index, { job }] of waiting.entries()) {
      const result = results[index]!;
      if (result.result !== 'threw' || !isInternal(job)) continue;
      const poison = { job, error: String(result.error) };
      // Written before anybody is told, so that the next daemon says the same.
      await this.#log.append({ poison }).catch(() => {});
      this.#length = this.#log.length;
      this.#take(poison);
      this.#deps.trouble(this.state);
      return;
    }
  }

  #take({ error }: Pick<Poison, 'error'>) {
    this.#trouble = quarantine(this.session, error);
  }

  /** A bug of ours, not of a machine: this session rests, so that no other one does. */
  #broken(waiting: readonly Waiting[], error: Error) {
    for (const { reject } of waiting) reject(bug(this.session, error));
    this.#take({ error: error.message });
    this.#deps.trouble(this.state);
  }

  /** What came from inside waits for room; what a client sent is refused, so that the person keeps it. */
  #full(waiting: readonly Waiting[], error: Error) {
    this.#trouble = diskFull(this.session, error);
    for (const { durable, reject } of waiting) if (durable) reject(refusal(this.#trouble));
    this.#queue = [...waiting.filter(({ durable }) => !durable), ...this.#queue];
    this.#deps.trouble(this.state);
    this.#retryLater();
  }

  /** Commits that were written cannot be synced: nothing more is promised until they are. */
  unsynced(error: Error) {
    if (this.#closed || this.#trouble) return;
    this.#trouble = diskFull(this.session, error);
    this.#deps.trouble(this.state);
    this.#retryLater();
  }

  #retryLater() {
    if (this.#closed) return;
    this.#retry = setTimeout(() => void this.#tryAgain(), this.#deps.retryMs);
  }

  /** With nothing to commit a checkpoint shows whether there is room. */
  async #tryAgain() {
    if (this.#closed || this.#pumping) return;
    this.#pumping = true;
    try {
      await this.#log.mend();
      if (this.#queue.length === 0 && !this.#anew)
        await this.#log.append({ checkpoint: { tree: this.#tree, meta: this.#meta, places: this.#log.places } }, true);
      this.#length = this.#log.length;
      this.#trouble = undefined;
    } catch {
      this.#retryLater();
    }
    this.#pumping = false;
    await this.#pump();
    if (!this.#trouble) this.#deps.trouble(this.state);
  }
}
