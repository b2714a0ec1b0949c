/**
 * Steps a tree of XState machines by pure transition: events in, one Commit out. Nothing is executed here.
 * The host makes the Commit durable, only then takes the new tree, shows it and acts (design §2).
 */
import { type AnyMachineSnapshot, type AnyStateMachine, initialTransition, transition } from 'xstate';
import type { ActorId, EffectKey, SessionId } from '../core/ids.ts';
import type { Draft, Row } from '../core/rows.ts';
import type { Ask, MachineName, Stamped, Start, Unstamped } from './asks.ts';
import type { Outcome } from './effects.ts';
import {
  apply,
  type Commit,
  type Deadline,
  emptyCommit,
  type Mail,
  merged,
  type OpenEffect,
  ownerOf,
  type Said,
  type Snapshot,
  type Tree,
} from './tree.ts';

export interface Machine {
  readonly machine: AnyStateMachine;
  /** Raised when states or context keys change; a snapshot of another version is migrated or rebuilt, never restored. */
  readonly version: number;
}
export type Machines = Readonly<Record<MachineName, Machine>>;

/** What a host may put before a tree. */
export type Job =
  | {
      readonly job: 'event';
      readonly to: ActorId;
      readonly event: Stamped;
      readonly key?: string | undefined;
      readonly mail?: { readonly from: SessionId; readonly n: number };
    }
  | { readonly job: 'settle'; readonly key: EffectKey; readonly outcome: Outcome; readonly at: number }
  | { readonly job: 'begin'; readonly keys: readonly EffectKey[] }
  | { readonly job: 'mailed'; readonly n: number }
  /** Rows the host itself has to say, such as where a fork came from. */
  | { readonly job: 'record'; readonly rows: readonly Draft[]; readonly at: number }
  | { readonly job: 'due'; readonly id: string; readonly at: number }
  | {
      readonly job: 'born';
      readonly id: ActorId;
      readonly machine: MachineName;
      readonly input: unknown;
      readonly at: number;
      readonly rows: readonly Draft[];
    };

/** What became of a job. `ignored`: no state took the event. `repeated`: the key is known, and nothing was done. */
export type JobResult =
  | { readonly result: 'done' | 'ignored' | 'repeated'; readonly seq: number }
  | { readonly result: 'threw'; readonly error: unknown };

const restLimit = 1000;

/** Puts the jobs before the tree, one after another, into one commit. A job that throws changes nothing and the others go on. */
export function step(
  machines: Machines,
  tree: Tree,
  jobs: readonly Job[],
): { tree: Tree; commit: Commit; results: JobResult[] } {
  let done: Done = { commit: emptyCommit, open: tree.open, seq: tree.seq };
  const results = jobs.map((job): JobResult => {
    const attempt = new Step(machines, tree, done);
    try {
      const result = attempt.run(job);
      done = attempt.done();
      return result;
    } catch (error) {
      return { result: 'threw', error };
    }
  });
  return { tree: apply(tree, done.commit), commit: done.commit, results };
}

/** What the jobs so far have made: their commit, the effects that are open after it, and the newest seq. */
interface Done {
  readonly commit: Commit;
  readonly open: Tree['open'];
  readonly seq: number;
}

/** One job's worth of work on copies, thrown away when a machine throws. `before` is the tree before all jobs. */
class Step {
  readonly #machines: Machines;
  readonly #before: Tree;
  readonly #rows: Row[];
  readonly #actors: Record<ActorId, Snapshot | null>;
  #start: Start[];
  readonly #cancel: EffectKey[];
  readonly #begun: Record<EffectKey, number>;
  readonly #closed: EffectKey[];
  readonly #deadlines: Record<string, Deadline | null>;
  readonly #outbox: Mail[];
  readonly #mailed: number[];
  readonly #said: Said[];
  readonly #heard: Record<string, number>;
  readonly #open: Record<EffectKey, OpenEffect>;
  readonly #queue: { to: ActorId; event: Stamped }[] = [];
  #seq: number;

  constructor(machines: Machines, before: Tree, { commit, open, seq }: Done) {
    this.#machines = machines;
    this.#before = before;
    this.#rows = [...commit.rows];
    this.#actors = { ...commit.actors };
    this.#start = [...commit.start];
    this.#cancel = [...commit.cancel];
    this.#begun = { ...commit.begun };
    this.#closed = [...commit.closed];
    this.#deadlines = { ...commit.deadlines };
    this.#outbox = [...commit.outbox];
    this.#mailed = [...commit.mailed];
    this.#said = [...commit.said];
    this.#heard = { ...commit.heard };
    this.#open = { ...open };
    this.#seq = seq;
  }

  run(job: Job): JobResult {
    switch (job.job) {
      case 'born':
        this.#record(job.rows, job.at);
        this.#spawn(job.id, job.machine, job.input, job.at);
        return this.#rest(true);
      case 'settle':
        return this.#settle(job.key, job.outcome, job.at);
      case 'begin':
        for (const key of job.keys) this.#begin(key);
        return { result: 'done', seq: this.#seq };
      case 'record':
        this.#record(job.rows, job.at);
        return { result: 'done', seq: this.#seq };
      case 'mailed':
        if (this.#before.outbox[job.n] && !this.#mailed.includes(job.n)) this.#mailed.push(job.n);
        return { result: 'done', seq: this.#seq };
      case 'due':
        return this.#due(job.id, job.at);
      case 'event':
        return this.#event(job);
      default:
        throw new Error(`no such job: ${JSON.stringify(job)}`);
    }
  }

  done(): Done {
    const commit: Commit = {
      rows: this.#rows,
      actors: this.#actors,
      start: this.#start,
      cancel: this.#cancel,
      marks: {},
      begun: this.#begun,
      closed: this.#closed,
      deadlines: this.#deadlines,
      outbox: this.#outbox,
      mailed: this.#mailed,
      said: this.#said,
      heard: this.#heard,
    };
    return { commit, open: this.#open, seq: this.#seq };
  }

  #event({ to, event, key, mail }: Extract<Job, { job: 'event' }>): JobResult {
    const known = key === undefined ? undefined : this.#saidBefore(key);
    if (known !== undefined) return { result: 'repeated', seq: known };
    if (mail && mail.n <= (this.#heard[mail.from] ?? this.#before.heard[mail.from] ?? 0))
      return { result: 'repeated', seq: this.#seq };
    const handled = this.#deliver(to, event);
    const result = this.#rest(handled);
    if (key !== undefined && handled) this.#said.push([key, this.#seq]);
    if (mail) this.#heard[mail.from] = mail.n;
    return result;
  }

  #saidBefore(key: string): number | undefined {
    const said = this.#said.find(([known]) => known === key) ?? this.#before.said.find(([known]) => known === key);
    return said?.[1];
  }

  #settle(key: EffectKey, outcome: Outcome, at: number): JobResult {
    const effect = this.#open[key];
    if (!effect) {
      this.#record([{ kind: 'late', body: { key, outcome: outcome.kind } }], at);
      return { result: 'ignored', seq: this.#seq };
    }
    this.#close(key);
    return this.#rest(this.#deliver(effect.actor, { type: 'settled', key, outcome, at } as Stamped));
  }

  #due(id: string, at: number): JobResult {
    const deadline = id in this.#deadlines ? this.#deadlines[id] : this.#before.deadlines[id];
    if (!deadline) return { result: 'ignored', seq: this.#seq };
    this.#deadlines[id] = null;
    return this.#rest(this.#deliver(deadline.actor, { ...deadline.event, at }));
  }

  /** Delivers the mail that the events before it caused, until there is none. */
  #rest(handled: boolean): JobResult {
    for (let delivered = 0; ; delivered++) {
      const mail = this.#queue.shift();
      if (!mail) return { result: handled ? 'done' : 'ignored', seq: this.#seq };
      if (delivered >= restLimit) throw new Error(`mail does not come to rest after ${restLimit} deliveries`);
      this.#deliver(mail.to, mail.event);
    }
  }

  #snapshot(id: ActorId): Snapshot | undefined {
    return id in this.#actors ? (this.#actors[id] ?? undefined) : this.#before.actors[id];
  }

  /** False when the actor is gone or no state of it takes the event. */
  #deliver(to: ActorId, event: Stamped): boolean {
    const snapshot = this.#snapshot(to);
    if (!snapshot) return false;
    const { machine } = this.#machines[snapshot.machine];
    const state = machine.resolveState({ value: snapshot.value as never, context: snapshot.context });
    const [next, actions] = transition(machine, state, event as never);
    if (next === state && actions.length === 0) return false;
    this.#settleActor(to, snapshot.machine, next, actions as readonly AskedAction[], event.at);
    return true;
  }

  #spawn(id: ActorId, name: MachineName, input: unknown, at: number) {
    if (this.#snapshot(id)) throw new Error(`actor ${id} exists already`);
    const [state, actions] = initialTransition(this.#machines[name].machine, input as never);
    this.#settleActor(id, name, state, actions as readonly AskedAction[], at);
  }

  #settleActor(
    id: ActorId,
    machine: MachineName,
    state: AnyMachineSnapshot,
    actions: readonly AskedAction[],
    at: number,
  ) {
    if (state.status === 'error') throw state.error;
    const ended = state.status === 'done';
    this.#actors[id] = ended
      ? null
      : { machine, version: this.#machines[machine].version, value: state.value, context: state.context };
    for (const { type, params } of actions) {
      if (type !== 'ask') throw new Error(`a machine may not do ${type}`);
      for (const ask of params as readonly Ask[]) this.#ask(id, ask, at);
    }
    if (ended) this.#end(id);
  }

  #ask(actor: ActorId, ask: Ask, at: number) {
    switch (ask.ask) {
      case 'record':
        return this.#record(ask.rows, at);
      case 'start':
        return this.#startEffect(actor, ask.start);
      case 'cancel':
        return this.#cancelEffect(actor, ask.key, at);
      case 'mail':
        return this.#mail(ask.to, ask.event, at);
      case 'spawn':
        return this.#spawn(ask.id, ask.machine, ask.input, at);
      case 'arm': {
        const { id, when, event } = ask;
        const due = 'after' in when ? { at: at + when.after, after: when.after } : when;
        this.#deadlines[`${actor}#${id}`] = { actor, event, ...due };
        return;
      }
      case 'disarm':
        this.#deadlines[`${actor}#${ask.id}`] = null;
        return;
      default:
        throw new Error(`a machine may not ask for ${JSON.stringify(ask)}`);
    }
  }

  #mail(to: ActorId, event: Unstamped, at: number) {
    if (to.startsWith(this.#before.id)) this.#queue.push({ to, event: { ...event, at } });
    else this.#outbox.push({ to, event, n: (this.#outbox.at(-1)?.n ?? this.#before.sent) + 1 });
  }

  #record(rows: readonly Draft[], at: number) {
    for (const row of rows) this.#rows.push({ seq: ++this.#seq, at, ...row } as Row);
  }

  #startEffect(actor: ActorId, ask: Start) {
    if (ownerOf(ask.key) !== actor) throw new Error(`${actor} may not start ${ask.key}`);
    if (this.#open[ask.key]) throw new Error(`effect ${ask.key} is open already`);
    this.#open[ask.key] = { actor, effect: ask.effect, input: ask.input, attempts: 1 };
    this.#start.push(ask);
  }

  /** An effect that has not begun, or is over, will never settle by itself: its actor is told so in this very step. */
  #cancelEffect(actor: ActorId, key: EffectKey, at: number) {
    const effect = this.#open[key];
    if (effect && !this.#isUnbegun(key)) {
      this.#open[key] = { ...effect, cancelled: true };
      if (!this.#cancel.includes(key)) this.#cancel.push(key);
      return;
    }
    if (effect) this.#close(key);
    this.#queue.push({ to: actor, event: { type: 'settled', key, outcome: { kind: 'not started' }, at } as Stamped });
  }

  #isUnbegun = (key: EffectKey) => this.#start.some((start) => start.key === key);

  #begin(key: EffectKey) {
    const effect = this.#open[key];
    if (!effect) return;
    this.#open[key] = { ...effect, attempts: effect.attempts + 1 };
    this.#begun[key] = effect.attempts + 1;
  }

  #close(key: EffectKey) {
    delete this.#open[key];
    if (this.#isUnbegun(key)) this.#start = this.#start.filter((start) => start.key !== key);
    else this.#closed.push(key);
  }

  /** What an ended actor leaves open is cancelled and closed; what still comes of it is a `late` row. */
  #end(actor: ActorId) {
    for (const [key, effect] of Object.entries(this.#open) as [EffectKey, OpenEffect][]) {
      if (effect.actor !== actor) continue;
      if (!this.#isUnbegun(key) && !this.#cancel.includes(key)) this.#cancel.push(key);
      this.#close(key);
    }
    for (const [id, deadline] of Object.entries(merged(this.#before.deadlines, this.#deadlines)))
      if (deadline.actor === actor) this.#deadlines[id] = null;
  }
}

interface AskedAction {
  readonly type: string;
  readonly params: unknown;
}
