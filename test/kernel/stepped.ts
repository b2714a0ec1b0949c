/** A session's tree stepped by hand: what is put before it, what comes of it, and every commit checked against the tree it makes. */
import assert from 'node:assert/strict';
import { type Job, type JobResult, type Machines, step } from '../../actors/drive.ts';
import type { ModelItem, Outcome, Watched } from '../../actors/effects.ts';
import { machines as real } from '../../actors/machines.ts';
import type { SessionContext, SessionEvent } from '../../actors/session.ts';
import { apply, type Commit, emptyTree, type Tree } from '../../actors/tree.ts';
import { type ActorId, callActor, type EffectKey, type SessionId, sessionActor, sessionId } from '../../core/ids.ts';
import { type Choice, type Draft, draft, noUsage, type Row, type RowKind, type RowOf } from '../../core/rows.ts';
import type { Settings } from '../../core/settings.ts';
import { optionalTools } from '../../core/tools.ts';

export const anySession = sessionId('0190a000-0000-7000-8000-000000000001');
export const startedAt = 1_800_000_000_000;

export const yolo: Settings = {
  provider: 'fake',
  model: 'm',
  approval: 'never',
  sandbox: 'danger-full-access',
  tools: optionalTools,
};
export const careful: Settings = { ...yolo, approval: 'on-request', sandbox: 'read-only' };

export const created = (settings: Settings, cwd = '/w'): Draft => draft('created', { cwd, source: 'client', settings });

export const bornJob = (session: SessionId, settings: Settings, at: number, cwd = '/w'): Job => ({
  job: 'born',
  id: sessionActor(session),
  machine: 'session',
  input: { session, cwd, rules: { approval: settings.approval, sandbox: settings.sandbox }, tools: settings.tools },
  at,
  rows: [created(settings, cwd)],
});

type Unstamped = SessionEvent extends infer Event ? (Event extends unknown ? Omit<Event, 'at'> : never) : never;

export class Stepped {
  readonly session: SessionId;
  readonly #machines: Machines;
  tree: Tree;
  readonly commits: Commit[] = [];
  readonly rows: Row[] = [];
  at = startedAt;

  constructor(settings: Settings = yolo, session = anySession, machines: Machines = real) {
    this.session = session;
    this.#machines = machines;
    this.tree = emptyTree(session);
    this.put(bornJob(session, settings, this.at));
  }

  /** Goes on from a tree that was made some other way. */
  static from(tree: Tree, rows: readonly Row[]): Stepped {
    const stepped = new Stepped(yolo, tree.id);
    stepped.tree = tree;
    stepped.commits.length = 0;
    stepped.rows.splice(0, Number.POSITIVE_INFINITY, ...rows);
    return stepped;
  }

  /** One commit of all these jobs. What a log would make of the commit is the tree that drive says. */
  try(...jobs: readonly Job[]): JobResult[] {
    const before = this.tree;
    const { tree, commit, results } = step(this.#machines, before, jobs);
    assert.deepEqual(plain(apply(plain(before), plain(commit))), plain(tree));
    assert.deepEqual(
      commit.rows.map(({ seq }) => seq),
      commit.rows.map((_, index) => before.seq + index + 1),
    );
    this.tree = tree;
    this.commits.push(commit);
    this.rows.push(...commit.rows);
    return results;
  }

  /** As `try`, where no machine may throw; the last job's result. */
  put(...jobs: readonly Job[]): 'done' | 'ignored' | 'repeated' {
    const results = this.try(...jobs);
    for (const result of results) if (result.result === 'threw') throw result.error;
    return results.at(-1)!.result as 'done';
  }

  event(event: Unstamped, key?: string): Job {
    return { job: 'event', to: sessionActor(this.session), event: { ...event, at: this.at } as never, key };
  }
  settled(what: string, outcome: Outcome): Job {
    return { job: 'settle', key: this.key(what), outcome, at: this.at };
  }

  send = (event: Unstamped, key?: string) => this.put(this.event(event, key));
  say = (text: string, mode: 'steer' | 'queue' = 'steer', key?: string) =>
    this.put(this.event({ type: 'said', text, mode, ...(key !== undefined && { key }) }, key));
  settle = (what: string, outcome: Outcome) => this.put(this.settled(what, outcome));
  decided(call: number, choice: Choice['id'], key?: string, text?: string): Job {
    const event = { type: 'decided', choice, at: this.at, ...(key && { key }), ...(text && { text }) };
    return { job: 'event', to: callActor(this.session, call), event, key };
  }
  decide = (...args: Parameters<Stepped['decided']>) => this.put(this.decided(...args));
  due(what: string): 'done' | 'ignored' | 'repeated' {
    return this.put({ job: 'due', id: `${this.session}${what}`, at: this.at });
  }

  /** `model#1` and `c1/work#1` for the effect's whole key. */
  key = (what: string) => `${this.session}/${what}` as EffectKey;

  get commit(): Commit {
    return this.commits.at(-1)!;
  }
  get context(): SessionContext {
    return this.tree.actors[sessionActor(this.session)]!.context as SessionContext;
  }
  /** `idle`, `turn.thinking`, … */
  get state(): string {
    return stateText(this.tree.actors[sessionActor(this.session)]!.value);
  }
  stateOf(actor: string): string | undefined {
    const snapshot = this.tree.actors[`${this.session}/${actor}` as ActorId];
    return snapshot && stateText(snapshot.value);
  }
  /** Keys of open effects without the session, those that were asked to end marked so. */
  get open(): string[] {
    return Object.entries(this.tree.open).map(
      ([key, { cancelled }]) => `${key.slice(37)}${cancelled ? ' (cancelled)' : ''}`,
    );
  }
  get started(): string[] {
    return this.commit.start.map(({ key }) => key.slice(37));
  }
  get deadlines(): string[] {
    return Object.keys(this.tree.deadlines).map((id) => id.slice(36));
  }
  /** Kinds of the newest commit's rows. */
  get recorded(): RowKind[] {
    return this.commit.rows.map(({ kind }) => kind);
  }
  all = <Kind extends RowKind>(kind: Kind): RowOf<Kind>['body'][] =>
    this.rows.flatMap((row) => (row.kind === kind ? [row.body as RowOf<Kind>['body']] : []));
  output = (call: number) => this.all('output').find((output) => output.call === call);
}

export const plain = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

const stateText = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : Object.entries(value as object)
        .map(([state, inner]) => `${state}.${stateText(inner)}`)
        .join(' ');

type CallItem = Extract<ModelItem, { kind: 'call' }>;

export const answer = (items: readonly ModelItem[], endTurn = true): Outcome => ({
  kind: 'done',
  value: { items, usage: noUsage, model: 'm', endTurn },
});
export const says = (text: string, endTurn = true) => answer([{ kind: 'assistant', text }], endTurn);
export const calls = (...items: CallItem[]) => answer(items);
export const tool = (name: string, args: object, ref = 'call_0'): CallItem => ({
  kind: 'call',
  name,
  form: 'function',
  args: JSON.stringify(args),
  ref,
});
export const exec = (cmd: string) => tool('exec_command', { cmd });
export const write = (session: number, chars = '') => tool('write_stdin', { session_id: session, chars });
export const patch = (text = '*** Begin Patch\n*** Add File: a\n+a\n*** End Patch'): CallItem => ({
  kind: 'call',
  name: 'apply_patch',
  form: 'custom',
  args: text,
  ref: 'call_0',
});

/** What a watch saw: an exit when `code` is given, else a command that still runs. */
export const watched = (text: string, read: number, more: { code?: number; command?: number }): Outcome<Watched> => ({
  kind: 'done',
  value: {
    text,
    head: {
      chunk: 'abc123',
      wallMs: 5,
      read,
      tokens: 1,
      ...(more.code !== undefined ? { code: more.code } : { session: 1000 + (more.command ?? 0) }),
    },
  },
});
export const done = (value: unknown): Outcome => ({ kind: 'done', value });
export const prepared = (path = '/w/a'): Outcome =>
  done({
    files: [{ path, before: null, after: 'f'.repeat(64) }],
    changes: [{ path, kind: 'add', added: 1, removed: 0, diff: '+a' }],
    writes: [path],
  });
