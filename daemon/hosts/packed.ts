/**
 * A commit as its log line has it: ids of this session's actors and effects begin with a dot instead of 36 characters, and
 * an actor that was there before is told by what changed in it. Without this the state of a turn outweighs its rows.
 */
import { type Commit, emptyCommit, type Snapshot, type Tree } from '../../actors/tree.ts';
import type { ActorId, EffectKey } from '../../core/ids.ts';

type Context = Readonly<Record<string, unknown>>;

/** A whole snapshot of a new actor; of a known one its new value, the keys of its context that changed, and those that went. */
type PackedActor =
  | Snapshot
  | { readonly value?: unknown; readonly context?: Context; readonly gone?: readonly string[] }
  | null;

/** Fields that are empty are left out. */
export type PackedCommit = Partial<Omit<Commit, 'actors'>> & {
  readonly actors?: Readonly<Record<string, PackedActor>>;
};

const isEmpty = (value: unknown) =>
  Array.isArray(value) ? value.length === 0 : Object.keys(value as object).length === 0;

export function pack(commit: Commit, before: Tree): PackedCommit {
  const short = <Id extends string>(id: Id) => (id.startsWith(before.id) ? `.${id.slice(before.id.length)}` : id) as Id;
  const actors = Object.entries(commit.actors).flatMap(([id, snapshot]): [string, PackedActor][] => {
    const known = before.actors[id as ActorId];
    // An actor that began and ended within the commit was never there for anybody.
    if (!snapshot) return known ? [[short(id), null]] : [];
    const packed = packActor(snapshot, known, before.id);
    return isEmpty(packed) ? [] : [[short(id), packed]];
  });
  const packed: PackedCommit = {
    rows: commit.rows,
    actors: Object.fromEntries(actors),
    start: commit.start.map((start) => ({ ...start, key: short(start.key) })),
    cancel: commit.cancel.map(short),
    marks: renamed(commit.marks, short),
    begun: renamed(commit.begun, short),
    closed: commit.closed.map(short),
    deadlines: Object.fromEntries(
      Object.entries(commit.deadlines).flatMap(([id, deadline]) =>
        deadline || before.deadlines[id]
          ? [[short(id), deadline && { ...deadline, actor: short(deadline.actor) }]]
          : [],
      ),
    ),
    outbox: commit.outbox,
    mailed: commit.mailed,
    said: commit.said,
    heard: commit.heard,
  };
  return Object.fromEntries(Object.entries(packed).filter(([, field]) => !isEmpty(field)));
}

export function unpack(packed: PackedCommit, before: Tree): Commit {
  const long = <Id extends string>(id: Id) => (id.startsWith('.') ? before.id + id.slice(1) : id) as Id;
  const { actors = {}, start = [], cancel = [], closed = [], marks = {}, begun = {}, deadlines = {} } = packed;
  return {
    ...emptyCommit,
    ...packed,
    actors: Object.fromEntries(
      Object.entries(actors).map(([id, actor]) => [
        long(id),
        actor && unpackActor(actor, before.actors[long(id) as ActorId], before.id),
      ]),
    ),
    start: start.map((each) => ({ ...each, key: long(each.key) })),
    cancel: cancel.map(long),
    closed: closed.map(long),
    marks: renamed(marks, long),
    begun: renamed(begun, long),
    deadlines: Object.fromEntries(
      Object.entries(deadlines).map(([id, deadline]) => [
        long(id),
        deadline && { ...deadline, actor: long(deadline.actor) },
      ]),
    ),
  };
}

const renamed = <Value>(
  record: Readonly<Record<string, Value>>,
  name: (id: string) => string,
): Record<EffectKey, Value> => Object.fromEntries(Object.entries(record).map(([id, value]) => [name(id), value]));

/** The session itself, where a context names it: no id is a dot. */
const itself = '.';

function packActor(now: Snapshot, before: Snapshot | undefined, session: string): NonNullable<PackedActor> {
  if (!before || before.machine !== now.machine || before.version !== now.version)
    return { ...now, context: renamedSession(now.context as Context, session, itself) };
  const [was, is] = [before.context as Context, now.context as Context];
  const changed = Object.entries(is).filter(([key, value]) => value !== undefined && !isSame(value, was[key]));
  const gone = Object.keys(was).filter((key) => was[key] !== undefined && is[key] === undefined);
  return {
    ...(!isSame(now.value, before.value) && { value: now.value }),
    ...(changed.length > 0 && { context: Object.fromEntries(changed) }),
    ...(gone.length > 0 && { gone }),
  };
}

const renamedSession = (context: Context, from: string, to: string): Context =>
  context.session === from ? { ...context, session: to } : context;

function unpackActor(packed: NonNullable<PackedActor>, before: Snapshot | undefined, session: string): Snapshot {
  if ('machine' in packed) return { ...packed, context: renamedSession(packed.context as Context, itself, session) };
  if (!before) throw new Error('a commit changes an actor that is not there');
  const context: Record<string, unknown> = { ...(before.context as Context), ...packed.context };
  for (const key of packed.gone ?? []) delete context[key];
  return { ...before, value: packed.value ?? before.value, context };
}

const isSame = (a: unknown, b: unknown) => a === b || JSON.stringify(a) === JSON.stringify(b);
