/** A session as values: its actors at rest, what they have open in the world, and the Commit that takes it one step on. */
import type { ActorId, EffectKey, SessionId } from '../core/ids.ts';
import type { Row } from '../core/rows.ts';
import type { MachineName, Start, Unstamped } from './asks.ts';

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
  /** It was asked to end and has not yet: no restart begins it again. */
  readonly cancelled?: true;
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
/** A client's key and the seq it led to. A pair, because a key is any text: `constructor`, or `17`, which an object would sort. */
export type Said = readonly [key: string, seq: number];

export interface Tree {
  readonly id: SessionId;
  /** The seq of the newest row. */
  readonly seq: number;
  readonly actors: Readonly<Record<ActorId, Snapshot>>;
  readonly open: Readonly<Record<EffectKey, OpenEffect>>;
  readonly deadlines: Readonly<Record<string, Deadline>>;
  /** The newest `saidLimit` client keys, oldest first. */
  readonly said: readonly Said[];
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
  readonly said: readonly Said[];
  readonly heard: Readonly<Record<string, number>>;
}

export const saidLimit = 256;

export const emptyTree = (id: SessionId): Tree => ({
  id,
  seq: 0,
  actors: {},
  open: {},
  deadlines: {},
  said: [],
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
  said: [],
  heard: {},
};

/** The tree as it is once `commit` is applied: what a log's line does to the tree before it. */
export function apply(tree: Tree, commit: Commit): Tree {
  return {
    id: tree.id,
    seq: commit.rows.at(-1)?.seq ?? tree.seq,
    actors: merged(tree.actors, commit.actors),
    open: openAfter(tree.open, commit),
    deadlines: merged(tree.deadlines, commit.deadlines),
    said: newestSaid(tree.said, commit.said),
    outbox: outboxAfter(tree.outbox, commit),
    sent: commit.outbox.at(-1)?.n ?? tree.sent,
    heard: merged(tree.heard, commit.heard),
  };
}

/** An effect belongs to the actor its key begins with. */
export const ownerOf = (key: EffectKey) => key.slice(0, key.lastIndexOf('/')) as ActorId;

export const newestSaid = (said: readonly Said[], more: readonly Said[]): readonly Said[] =>
  more.length === 0 ? said : [...said, ...more].slice(-saidLimit);

export function merged<Value>(
  before: Readonly<Record<string, Value>>,
  changes: Readonly<Record<string, Value | null>>,
): Readonly<Record<string, Value>> {
  const entries = Object.entries(changes);
  if (entries.length === 0) return before;
  const copy: Record<string, Value> = { ...before };
  for (const [key, value] of entries) {
    if (value === null) delete copy[key];
    else copy[key] = value;
  }
  return copy;
}

function openAfter(before: Tree['open'], commit: Commit): Tree['open'] {
  const open: Record<EffectKey, OpenEffect> = { ...before };
  const change = (key: EffectKey, more: Partial<OpenEffect>) => {
    if (open[key]) open[key] = { ...open[key], ...more };
  };
  for (const key of commit.closed) delete open[key];
  for (const [key, attempts] of Object.entries(commit.begun)) change(key as EffectKey, { attempts });
  for (const { key, effect, input } of commit.start) open[key] = { actor: ownerOf(key), effect, input, attempts: 1 };
  for (const [key, mark] of Object.entries(commit.marks)) change(key as EffectKey, { mark });
  for (const key of commit.cancel) change(key, { cancelled: true });
  return open;
}

function outboxAfter(before: Tree['outbox'], { outbox, mailed }: Commit): Tree['outbox'] {
  if (outbox.length === 0 && mailed.length === 0) return before;
  const after: Record<number, Mail> = { ...before };
  for (const mail of outbox) after[mail.n] = mail;
  for (const n of mailed) delete after[n];
  return after;
}
