/** drive by itself, with a puppet for a machine: it asks for whatever the event says. */

import { expect, test } from 'vitest';
import { assign, setup } from 'xstate';
import type { ActorId, EffectKey } from '../core/ids.ts';
import { draft } from '../core/rows.ts';
import { anySession } from '../test/kernel/stepped.ts';
import { type Ask, arm, asks, cancel, disarm, mail, record, spawn, start } from './asks.ts';
import { type Job, type JobResult, type Machines, step } from './drive.ts';
import { apply, type Commit, emptyTree, type Tree } from './tree.ts';

interface Do {
  readonly type: 'do' | 'end' | 'settled';
  readonly at: number;
  readonly asks?: readonly Ask[];
  readonly throws?: string;
  readonly key?: string;
}
/** Notes the keys of the effects it hears of. */
const puppet = setup({ types: {} as { context: { heard: string[] }; events: Do }, actions: asks }).createMachine({
  id: 'puppet',
  context: { heard: [] },
  initial: 'on',
  states: {
    on: {
      on: {
        do: { actions: { type: 'ask', params: ({ event }) => doing(event) } },
        settled: { actions: assign(({ context, event }) => ({ heard: [...context.heard, event.key ?? ''] })) },
        end: { target: 'off', actions: { type: 'ask', params: ({ event }) => doing(event) } },
      },
    },
    off: { type: 'final' },
  },
});
function doing({ asks: wanted, throws }: Do): readonly Ask[] {
  if (throws !== undefined) throw new Error(throws);
  return wanted ?? [];
}
const quiet = setup({ types: {} as { context: { heard: string[] }; events: Do }, actions: asks }).createMachine({
  id: 'quiet',
  context: { heard: [] },
  on: { do: { actions: { type: 'ask', params: ({ event }) => doing(event) } } },
});
const machines: Machines = {
  session: { machine: quiet, version: 1 },
  call: { machine: puppet, version: 1 },
  command: { machine: quiet, version: 1 },
  wake: { machine: quiet, version: 1 },
};

const me = anySession as string as ActorId;
const child = `${anySession}/c1` as ActorId;
const other = '0190a000-0000-7000-8000-000000000002' as ActorId;
const key = (what: string, of: ActorId = me) => `${of}/${what}` as EffectKey;
const model = (what: string, of?: ActorId) => start(key(what, of), 'model', { turn: 1, step: 1 });
const note = (text: string) => record(draft('note', { level: 'info', text }));
const at = 1000;

const born: Tree = step(machines, emptyTree(anySession), [
  {
    job: 'born',
    id: me,
    machine: 'session',
    input: undefined,
    at,
    rows: [draft('note', { level: 'info', text: 'born' })],
  },
]).tree;

const does = (...wanted: readonly Ask[]): Job => ({
  job: 'event',
  to: me,
  event: { type: 'do', at, asks: wanted } as never,
});
const childDoes = (...wanted: readonly Ask[]): Job => ({
  job: 'event',
  to: child,
  event: { type: 'do', at, asks: wanted } as never,
});
const throwing: Job = { job: 'event', to: me, event: { type: 'do', at, throws: 'boom' } as never };
const keyed = (said: string, ...wanted: readonly Ask[]): Job => ({
  ...(does(...wanted) as Extract<Job, { job: 'event' }>),
  key: said,
});
const settle = (what: string, kind: 'done' | 'interrupted' = 'done'): Job => ({
  job: 'settle',
  key: key(what),
  outcome: kind === 'done' ? { kind, value: 1 } : { kind },
  at,
});

function run(tree: Tree, ...jobs: readonly Job[]): { tree: Tree; commit: Commit; results: JobResult[] } {
  const stepped = step(machines, tree, jobs);
  expect(apply(tree, JSON.parse(JSON.stringify(stepped.commit)) as Commit)).toEqual(stepped.tree);
  return stepped;
}
const words = ({ results }: { results: readonly JobResult[] }) => results.map(({ result }) => result);

test('asks become their net change, in order', () => {
  const { tree, commit } = run(born, does(note('a'), model('m#1'), arm('d', { at: 5 }, { type: 'do' }), note('b')));
  expect(commit.rows.map(({ seq, at: when, kind }) => [seq, when, kind])).toEqual([
    [2, at, 'note'],
    [3, at, 'note'],
  ]);
  expect(tree.open).toEqual({ [key('m#1')]: { actor: me, effect: 'model', input: { turn: 1, step: 1 }, attempts: 1 } });
  expect(tree.deadlines).toEqual({ [`${me}#d`]: { actor: me, at: 5, event: { type: 'do' } } });
  expect(tree.seq).toBe(3);
});

test('a cancel folded with its start begins nothing, and its actor is told in the same commit', () => {
  const first = run(born, does(spawn(child, 'call', {})));
  const { tree, commit } = run(first.tree, childDoes(model('m#1', child), cancel(key('m#1', child))));
  expect([commit.start, commit.cancel, commit.closed, Object.keys(tree.open)]).toEqual([[], [], [], []]);
  expect((tree.actors[child]!.context as { heard: string[] }).heard).toEqual([key('m#1', child)]);
});

test('a cancel of an effect that is over tells its actor too, or it would wait for ever', () => {
  const first = run(born, does(spawn(child, 'call', {})), childDoes(cancel(key('old#1', child))));
  expect((first.tree.actors[child]!.context as { heard: string[] }).heard).toEqual([key('old#1', child)]);
});

test('a cancel of an effect that runs is asked for once, and the effect stays open until it settles', () => {
  const first = run(born, does(model('m#1')));
  const { tree, commit } = run(first.tree, does(cancel(key('m#1')), cancel(key('m#1'))));
  expect(commit.cancel).toEqual([key('m#1')]);
  expect(tree.open[key('m#1')]).toMatchObject({ cancelled: true });
  const last = run(tree, settle('m#1', 'interrupted'));
  expect(last.commit.closed).toEqual([key('m#1')]);
  expect(last.tree.open).toEqual({});
});

test('a late outcome is a row and changes nothing', () => {
  const { tree, commit, results } = run(born, settle('gone#1'));
  expect(commit.rows).toMatchObject([{ kind: 'late', body: { key: key('gone#1'), outcome: 'done' } }]);
  expect(results).toEqual([{ result: 'ignored', seq: 2 }]);
  expect(tree.actors).toEqual(born.actors);
});

test('begun in one job and settled in another of the same commit: it was never begun', () => {
  const { tree, commit } = run(born, does(model('m#1')), settle('m#1'));
  expect([commit.start, commit.closed, tree.open]).toEqual([[], [], {}]);
});

test('a throw takes back its own job and no other', () => {
  const { tree, commit, results } = run(born, does(note('a'), model('m#1')), throwing, does(note('b')));
  expect(words({ results })).toEqual(['done', 'threw', 'done']);
  expect(results[1]).toMatchObject({ error: new Error('boom') });
  expect(commit.rows.map(({ seq }) => seq)).toEqual([2, 3]);
  expect(Object.keys(tree.open)).toEqual([key('m#1')]);
});

test('a throw of an actor that was only sent mail takes back what caused the mail', () => {
  const first = run(born, does(spawn(child, 'call', {})));
  const { commit, results, tree } = run(first.tree, does(note('a'), mail(child, { type: 'do', throws: 'boom' })));
  expect(words({ results })).toEqual(['threw']);
  expect(commit.rows).toEqual([]);
  expect(tree).toEqual(first.tree);
});

test('mail inside the tree is delivered in the same commit, until there is none', () => {
  const last = mail(me, { type: 'do', asks: [note('c')] });
  const { commit } = run(born, does(note('a'), mail(me, { type: 'do', asks: [note('b'), last] })));
  expect(commit.rows.map(({ body }) => 'text' in body && body.text)).toEqual(['a', 'b', 'c']);
});

test('mail that never comes to rest is a throw', () => {
  const loop: { type: string; at: number; asks: Ask[] } = { type: 'do', at, asks: [] };
  loop.asks.push(mail(me, loop));
  const { results, commit } = step(machines, born, [{ job: 'event', to: me, event: loop }]);
  expect(results).toMatchObject([
    { result: 'threw', error: new Error('mail does not come to rest after 1000 deliveries') },
  ]);
  expect(commit.rows).toEqual([]);
});

test('mail to another tree is numbered over commits, and gone when it has arrived', () => {
  const first = run(born, does(mail(other, { type: 'x' }), mail(other, { type: 'y' })));
  expect(first.commit.outbox.map(({ n, event }) => [n, event.type])).toEqual([
    [1, 'x'],
    [2, 'y'],
  ]);
  const second = run(
    first.tree,
    { job: 'mailed', n: 1 },
    { job: 'mailed', n: 1 },
    { job: 'mailed', n: 9 },
    does(mail(other, { type: 'z' })),
  );
  expect(second.commit.mailed).toEqual([1]);
  expect(Object.values(second.tree.outbox).map(({ n }) => n)).toEqual([2, 3]);
  expect(second.tree.sent).toBe(3);
});

test('mail of another tree is applied once, and an older number never', () => {
  const from = (n: number, text: string): Job => ({
    job: 'event',
    to: me,
    event: { type: 'do', at, asks: [note(text)] } as never,
    mail: { from: other as never, n },
  });
  const first = run(born, from(1, 'a'), from(1, 'a again'));
  expect(words(first)).toEqual(['done', 'repeated']);
  const second = run(first.tree, from(1, 'a'), from(2, 'b'));
  expect(words(second)).toEqual(['repeated', 'done']);
  expect(second.tree.heard).toEqual({ [other]: 2 });
});

test('the same key twice is once, in one commit and over commits', () => {
  const first = run(born, keyed('k', note('a')), keyed('k', note('b')));
  expect(first.results).toEqual([
    { result: 'done', seq: 2 },
    { result: 'repeated', seq: 2 },
  ]);
  const second = run(first.tree, does(note('c')), keyed('k', note('d')));
  expect(second.results.at(-1)).toEqual({ result: 'repeated', seq: 2 });
});

test('any text can be a key: names that every object has, and numbers', () => {
  const odd = ['constructor', '__proto__', 'toString', 'hasOwnProperty', '17', '3', ''];
  const first = run(born, ...odd.map((each) => keyed(each, note(each))));
  expect(words(first)).toEqual(odd.map(() => 'done'));
  const again = run(first.tree, ...odd.map((each) => keyed(each, note(each))));
  expect(words(again)).toEqual(odd.map(() => 'repeated'));
});

test('the last 256 keys are known, the one before them is not, also when keys are numbers', () => {
  const said = Array.from({ length: 257 }, (_, i) => keyed(String(1000 - i), note('x')));
  const { tree } = run(born, ...said);
  expect(tree.said).toHaveLength(256);
  expect(words(run(tree, said[0]!))).toEqual(['done']);
  expect(words(run(tree, said[1]!))).toEqual(['repeated']);
  expect(words(run(tree, said[256]!))).toEqual(['repeated']);
});

test('an event that no state takes leaves its key free', () => {
  const ignored: Job = { job: 'event', to: me, event: { type: 'nonsense', at }, key: 'k' };
  const first = run(born, ignored);
  expect(words(first)).toEqual(['ignored']);
  expect(words(run(first.tree, keyed('k', note('a'))))).toEqual(['done']);
});

test('an actor in its final state is gone, with its deadlines and open effects; what they come to is late', () => {
  const first = run(born, does(spawn(child, 'call', {})));
  const second = run(first.tree, childDoes(model('m#1', child), arm('d', { at: 5 }, { type: 'do' })));
  const ended = run(second.tree, childDoes(model('m#2', child)), {
    job: 'event',
    to: child,
    event: { type: 'end', at },
  });
  expect(ended.commit.actors[child]).toBeNull();
  expect(ended.commit.cancel).toEqual([key('m#1', child)]);
  expect(ended.commit.closed).toEqual([key('m#1', child)]);
  expect(ended.commit.start).toEqual([]);
  expect([ended.tree.open, ended.tree.deadlines]).toEqual([{}, {}]);
  const late = run(ended.tree, { job: 'settle', key: key('m#1', child), outcome: { kind: 'interrupted' }, at });
  expect(late.commit.rows).toMatchObject([{ kind: 'late' }]);
});

test('a deadline fires once; arming it again replaces it, disarmed it is nothing', () => {
  const later = arm('d', { after: 50 }, { type: 'do', asks: [note('rang')] });
  const armed = run(born, does(arm('d', { at: 5 }, { type: 'do' }), later));
  expect(Object.values(armed.tree.deadlines)).toMatchObject([{ at: 1050, after: 50 }]);
  const due: Job = { job: 'due', id: `${me}#d`, at: 2000 };
  const rang = run(armed.tree, due, due);
  expect(words(rang)).toEqual(['done', 'ignored']);
  expect(rang.commit.rows).toMatchObject([{ at: 2000, body: { text: 'rang' } }]);
  expect(words(run(run(armed.tree, does(disarm('d'))).tree, due))).toEqual(['ignored']);
  expect(words(run(armed.tree, does(disarm('d')), due))).toEqual(['done', 'ignored']);
});

test('beginning again is counted, and only of what is open', () => {
  const first = run(born, does(model('m#1')));
  const again = run(first.tree, { job: 'begin', keys: [key('m#1'), key('m#2')] });
  expect(again.commit.begun).toEqual({ [key('m#1')]: 2 });
  expect(run(again.tree, { job: 'begin', keys: [key('m#1')] }).tree.open[key('m#1')]?.attempts).toBe(3);
});

test.each([
  ['start what another owns', model('m#1', child)],
  ['use the name of its child for an effect', start(`${anySession}x/m#1` as EffectKey, 'model', { turn: 1, step: 1 })],
  ['spawn an actor that is there', spawn(me, 'call', {})],
  ['ask for what nobody knows', { ask: 'dance' } as never],
])('a machine may not %s', (_, ask) => {
  expect(words(run(born, does(ask)))).toEqual(['threw']);
});

test('an effect is not started twice under one key while it is open', () => {
  const first = run(born, does(model('m#1')));
  expect(words(run(first.tree, does(model('m#1'))))).toEqual(['threw']);
});

test('a machine that does anything but ask is refused when it does it', () => {
  const spawning = setup({ types: {} as { events: Do } }).createMachine({
    on: { do: { actions: ({ self }) => self.send({ type: 'end', at }) } },
  });
  const emitting = setup({ types: {} as { events: Do } }).createMachine({
    initial: 'a',
    states: { a: { on: { do: 'b' } }, b: { after: { 10: 'a' } } },
  });
  for (const machine of [spawning, emitting]) {
    const odd: Machines = { ...machines, session: { machine, version: 1 } };
    const tree = step(odd, emptyTree(anySession), [
      { job: 'born', id: me, machine: 'session', input: undefined, at, rows: [] },
    ]).tree;
    expect(step(odd, tree, [does()]).results[0]?.result).toBe('threw');
  }
});

test('a context that throws while an actor is made takes its job back', () => {
  const broken = setup({ actions: asks }).createMachine({
    context: () => {
      throw new Error('no context');
    },
  });
  const odd: Machines = { ...machines, wake: { machine: broken, version: 1 } };
  const { results, tree } = step(odd, born, [does(note('a'), spawn(`${me}/w1` as ActorId, 'wake', {}))]);
  expect(results[0]?.result).toBe('threw');
  expect(tree).toEqual(born);
});

test('a thousand jobs in one commit are a thousand rows, in time', () => {
  const { commit } = step(
    machines,
    born,
    Array.from({ length: 1000 }, (_, i) => keyed(`k${i}`, note('x'))),
  );
  expect(commit.rows).toHaveLength(1000);
});
