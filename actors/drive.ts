/**
 * Steps a tree of XState machines by pure transition: events in, one Commit out. Nothing is executed here.
 * The host makes the Commit durable, only then takes the new tree, shows it and acts (design §2).
 */
import { type AnyMachineSnapshot, type AnyStateMachine, initialTransition, transition } from 'xstate';
import type { ActorId, EffectKey, SessionId } from '../core/ids.ts';
import type { Draft, Row } from '../core/rows.ts';
import type { Ask, MachineName, Stamped, Start, Unstamped } from './asks.ts';
import type { Outcome } from './effects.ts';

export interface Machine {
  readonly machine: AnyStateMachine;
  /** Raised when states or context keys change; a snapshot of another version is migrated or rebuilt, never restored. */
  readonly version: number;
}
export type Machines = Readonly<Record<MachineName, Machine>>;

/** An actor at rest: what a commit stores of it. */
export interface Snapshot {
  readonly machine: MachineName;
  readonly version: number;
  readonly value: unknown;
  readonly context: unknown;
}
export interface OpenEffect {
  readonly actor: ActorId;
  readonly effect: Start['effect'];
  readonly input: unknown;
  /** How often it was begun; counted durably before each time. */
  readonly attempts: number;
  /** Where it was begun, in the words of whoever does it; durable before it begins. */
  readonly mark?: string;
}
export interface Deadline {
  readonly actor: ActorId;
  readonly at: number;
  readonly event: Unstamped;
  /** Set when it counts the time the machine is up; its whole length in ms. */
  readonly after?: number;
}
export interface Mail {
  readonly to: ActorId;
  readonly event: Unstamped;
  /** Counts this tree's outbox, so that the receiver applies each mail once. */
  readonly n: number;
}

export interface Tree {
  readonly id: SessionId;
  /** The seq of the newest row. */
  readonly seq: number;
  readonly actors: Readonly<Record<ActorId, Snapshot>>;
  readonly open: Readonly<Record<EffectKey, OpenEffect>>;
  readonly deadlines: Readonly<Record<string, Deadline>>;
  /** The newest `saidLimit` client keys and the seq each led to, oldest first. */
  readonly said: Readonly<Record<string, number>>;
  /** Mails to other trees that are not known to have arrived, by their number; `sent` counts all of them. */
  readonly outbox: Readonly<Record<number, Mail>>;
  readonly sent: number;
  /** Per sending tree the number of the last mail applied. */
  readonly heard: Readonly<Record<string, number>>;
}

/** What one step changes, and what is to be done once that is durable. Null means gone. */
export interface Commit {
  readonly rows: readonly Row[];
  readonly actors: Readonly<Record<ActorId, Snapshot | null>>;
  readonly start: readonly Start[];
  readonly cancel: readonly EffectKey[];
  /** Where effects of `start` and `begun` are begun; the host's, drive leaves it empty. */
  readonly marks: Readonly<Record<EffectKey, string>>;
  /** Effects begun once more after a restart, and how often that makes it. */
  readonly begun: Readonly<Record<EffectKey, number>>;
  /** Keys that are no longer open. */
  readonly closed: readonly EffectKey[];
  readonly deadlines: Readonly<Record<string, Deadline | null>>;
  readonly outbox: readonly Mail[];
  /** Numbers of mails that have arrived. */
  readonly mailed: readonly number[];
  readonly said: Readonly<Record<string, number>>;
  readonly heard: Readonly<Record<string, number>>;
}

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

const saidLimit = 256;
const restLimit = 1000;

export const emptyTree = (id: SessionId): Tree => ({
  id,
  seq: 0,
  actors: {},
  open: {},
  deadlines: {},
  said: {},
  outbox: {},
  sent: 0,
  heard: {},
});
export const emptyCommit: Commit = {
  rows: [],
  actors: {},
  start: [],
  cancel: [],
  marks: {},
  begun: {},
  closed: [],
  deadlines: {},
  outbox: [],
  mailed: [],
  said: {},
  heard: {},
};

/** Puts the jobs before the tree, one after another, into one commit. A job that throws changes nothing and the others go on. */
export function step(
  machines: Machines,
  tree: Tree,
  jobs: readonly Job[],
): { tree: Tree; commit: Commit; results: JobResult[] } {
  let done = { tree, commit: emptyCommit };
  const results = jobs.map((job): JobResult => {
    const attempt = new Step(machines, done.tree, done.commit);
    try {
      const result = attempt.run(job);
      done = attempt.finish();
      return result;
    } catch (error) {
      return { result: 'threw', error };
    }
  });
  return { ...done, results };
}

/** The tree as it is once `commit` is applied: what a log's line does to the tree before it. */
export function apply(tree: Tree, commit: Commit): Tree {
  const open = without(tree.open, commit.closed);
  for (const [key, attempts] of Object.entries(commit.begun)) if (open[key]) open[key] = { ...open[key], attempts };
  for (const { key, effect, input } of commit.start) open[key] = { actor: ownerOf(key), effect, input, attempts: 1 };
  for (const [key, mark] of Object.entries(commit.marks)) if (open[key]) open[key] = { ...open[key], mark };
  return {
    id: tree.id,
    seq: commit.rows.at(-1)?.seq ?? tree.seq,
    actors: merged(tree.actors, commit.actors),
    open,
    deadlines: merged(tree.deadlines, commit.deadlines),
    said: newestKeys({ ...tree.said, ...commit.said }),
    outbox: outboxAfter(tree.outbox, commit.outbox, commit.mailed),
    sent: commit.outbox.at(-1)?.n ?? tree.sent,
    heard: { ...tree.heard, ...commit.heard },
  };
}

/** An effect belongs to the actor its key begins with. */
export const ownerOf = (key: EffectKey) => key.slice(0, key.lastIndexOf('/')) as ActorId;

function without<Value>(record: Readonly<Record<string, Value>>, keys: readonly string[]): Record<string, Value> {
  const copy = { ...record };
  for (const key of keys) delete copy[key];
  return copy;
}
function merged<Value>(before: Readonly<Record<string, Value>>, changes: Readonly<Record<string, Value | null>>) {
  const copy: Record<string, Value> = { ...before };
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) delete copy[key];
    else copy[key] = value;
  }
  return copy;
}
function outboxAfter(
  outbox: Readonly<Record<number, Mail>>,
  sent: readonly Mail[],
  arrived: readonly number[],
): Record<number, Mail> {
  if (sent.length === 0 && arrived.length === 0) return outbox;
  return without({ ...outbox, ...Object.fromEntries(sent.map((mail) => [mail.n, mail])) }, arrived.map(String));
}
function newestKeys(said: Record<string, number>): Record<string, number> {
  const entries = Object.entries(said);
  return entries.length <= saidLimit ? said : Object.fromEntries(entries.slice(-saidLimit));
}

/** One job's worth of work on copies, thrown away when a machine throws. */
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
  readonly #said: Record<string, number>;
  readonly #heard: Record<string, number>;
  readonly #open: Record<EffectKey, OpenEffect>;
  readonly #queue: { to: ActorId; event: Stamped }[] = [];
  #seq: number;

  /** `tree` is as `earlier`, the commit under way, leaves it. */
  constructor(machines: Machines, tree: Tree, earlier: Commit) {
    this.#machines = machines;
    this.#before = tree;
    this.#rows = [...earlier.rows];
    this.#actors = { ...earlier.actors };
    this.#start = [...earlier.start];
    this.#cancel = [...earlier.cancel];
    this.#begun = { ...earlier.begun };
    this.#closed = [...earlier.closed];
    this.#deadlines = { ...earlier.deadlines };
    this.#outbox = [...earlier.outbox];
    this.#mailed = [...earlier.mailed];
    this.#said = { ...earlier.said };
    this.#heard = { ...earlier.heard };
    this.#open = { ...tree.open };
    this.#seq = tree.seq;
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
        if (this.#before.outbox[job.n]) this.#mailed.push(job.n);
        return { result: 'done', seq: this.#seq };
      case 'due':
        return this.#due(job.id, job.at);
      case 'event':
        return this.#event(job);
      default:
        throw new Error(`no such job: ${JSON.stringify(job)}`);
    }
  }

  /** The tree and the commit with this job in them. */
  finish(): { tree: Tree; commit: Commit } {
    const before = this.#before;
    const tree: Tree = {
      id: before.id,
      seq: this.#seq,
      actors: merged(before.actors, this.#actors),
      open: this.#open,
      deadlines: merged(before.deadlines, this.#deadlines),
      said: newestKeys({ ...before.said, ...this.#said }),
      outbox: outboxAfter(before.outbox, this.#outbox, this.#mailed),
      sent: this.#outbox.at(-1)?.n ?? before.sent,
      heard: { ...before.heard, ...this.#heard },
    };
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
    return { tree, commit };
  }

  #event({ to, event, key, mail }: Extract<Job, { job: 'event' }>): JobResult {
    const known = key === undefined ? undefined : (this.#said[key] ?? this.#before.said[key]);
    if (known !== undefined) return { result: 'repeated', seq: known };
    if (mail && mail.n <= (this.#heard[mail.from] ?? this.#before.heard[mail.from] ?? 0))
      return { result: 'repeated', seq: this.#seq };
    const handled = this.#deliver(to, event);
    const result = this.#rest(handled);
    if (key !== undefined && handled) this.#said[key] = this.#seq;
    if (mail) this.#heard[mail.from] = mail.n;
    return { ...result, seq: this.#seq } as JobResult;
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
    if (next === state) return false;
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
    const begun = this.#open[key] && !this.#start.some((start) => start.key === key);
    if (begun) {
      if (!this.#cancel.includes(key)) this.#cancel.push(key);
      return;
    }
    if (this.#open[key]) this.#close(key);
    this.#queue.push({ to: actor, event: { type: 'settled', key, outcome: { kind: 'not started' }, at } as Stamped });
  }

  #begin(key: EffectKey) {
    const effect = this.#open[key];
    if (!effect) return;
    this.#open[key] = { ...effect, attempts: effect.attempts + 1 };
    this.#begun[key] = effect.attempts + 1;
  }

  #close(key: EffectKey) {
    delete this.#open[key];
    const folded = this.#start.some((start) => start.key === key);
    if (folded) this.#start = this.#start.filter((start) => start.key !== key);
    else this.#closed.push(key);
  }

  /** What an ended actor leaves open is cancelled and closed; what still comes of it is a `late` row. */
  #end(actor: ActorId) {
    for (const [key, effect] of Object.entries(this.#open) as [EffectKey, OpenEffect][]) {
      if (effect.actor !== actor) continue;
      if (!this.#start.some((start) => start.key === key) && !this.#cancel.includes(key)) this.#cancel.push(key);
      this.#close(key);
    }
    for (const [id, deadline] of Object.entries(merged(this.#before.deadlines, this.#deadlines))) {
      if (deadline.actor === actor) this.#deadlines[id] = null;
    }
  }
}

interface AskedAction {
  readonly type: string;
  readonly params: unknown;
}
