/** What a durable machine may be made of (design §2), and that no machine changes its shape without a new version. */
import { createHash } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { type AnyStateMachine, initialTransition, transition } from 'xstate';
import type { EffectKey } from '../core/ids.ts';
import { anySession } from '../test/kernel/stepped.ts';
import { newWalk, wander } from '../test/kernel/walk.ts';
import type { MachineName } from './asks.ts';
import { step } from './drive.ts';
import { policies } from './effects.ts';
import { machines } from './machines.ts';

vi.setConfig({ testTimeout: 60_000 });

const names = Object.keys(machines) as MachineName[];
type Node = AnyStateMachine['root'];

const nodes = (node: Node): Node[] => [node, ...Object.values(node.states).flatMap((child) => nodes(child as Node))];

/** A node's transitions, with those that need no event. */
const transitionsOf = (node: Node) => [...[...node.transitions.values()].flat(), ...(node.always ?? [])];
const actionsOf = (node: Node) => [
  ...node.entry,
  ...node.exit,
  ...transitionsOf(node).flatMap(({ actions }) => [...actions]),
];

const inputs: Readonly<Record<MachineName, object>> = {
  session: { session: anySession, cwd: '/w', rules: { approval: 'never', sandbox: 'danger-full-access' }, tools: [] },
  call: {
    session: anySession,
    n: 1,
    name: 'list_dir',
    form: 'function',
    args: '{"dir_path":"/w"}',
    cwd: '/w',
    at: 1,
    rules: { approval: 'never', sandbox: 'read-only', grants: [] },
    tools: ['list_dir'],
  },
  command: { session: anySession, n: 1, cwd: '/w' },
  wake: { session: anySession, n: 1, until: 1, text: 'x' },
};

test.each(names)('%s asks for things by the one action `ask`, and changes itself by assign', (name) => {
  for (const node of nodes(machines[name].machine.root)) {
    for (const action of actionsOf(node)) {
      const type =
        typeof action === 'function' ? (action as { type?: string }).type : (action as { type: string }).type;
      expect(['ask', 'xstate.assign'], `${node.id} does ${type}`).toContain(type);
    }
  }
});

test.each(names)('%s has no invoke, no after, no history, no delays and no output', (name) => {
  const { machine } = machines[name];
  expect(Object.keys(machine.implementations.actors)).toEqual([]);
  expect(Object.keys(machine.implementations.delays)).toEqual([]);
  expect(Object.keys(machine.implementations.actions)).toEqual(['ask']);
  for (const node of nodes(machine.root)) {
    expect(node.invoke, node.id).toEqual([]);
    expect(node.after, node.id).toEqual([]);
    expect(node.type, node.id).not.toBe('history');
    expect(node.config, node.id).not.toHaveProperty('onDone');
    expect(node.config, node.id).not.toHaveProperty('output');
  }
});

test.each(names)('%s stops an endless loop after 1000 steps', (name) => {
  expect(machines[name].machine.options.maxIterations).toBe(1000);
});

test.each(names)('%s takes no settled effect without a guard', (name) => {
  for (const node of nodes(machines[name].machine.root)) {
    for (const { guard } of node.transitions.get('settled') ?? []) expect(guard, node.id).toBeDefined();
    expect(node.transitions.has('*'), node.id).toBe(false);
  }
});

/** Every state an event can be put before; XState wants a whole value, so a child state names its parents. */
function restingValues(machine: AnyStateMachine): unknown[] {
  const leaves = nodes(machine.root).filter((node) => node.type === 'atomic');
  return leaves.map((node) =>
    node.path.reduceRight<unknown>((inner, key) => (inner === undefined ? key : { [key]: inner }), undefined),
  );
}

test.each(names)('%s ignores an outcome that is not its own, in every state', (name) => {
  const { machine } = machines[name];
  const [first] = initialTransition(machine, inputs[name] as never);
  for (const value of restingValues(machine)) {
    const context = { ...(first.context as object), stopping: { model: true, stop: false }, next: { do: 'read' } };
    const state = machine.resolveState({ value: value as never, context: context as never });
    for (const outcome of [
      { kind: 'done', value: { items: [] } },
      { kind: 'failed', why: 'x' },
    ]) {
      const event = { type: 'settled', at: 1, key: `${anySession}/somebody#1`, outcome };
      // A state that only decides leaves by itself whatever happens; it is never at rest.
      const decides = (machine.getStateNodeById(state._nodes.at(-1)!.id) as Node).always?.some(({ guard }) => !guard);
      if (!decides) expect(transition(machine, state, event as never)[0], JSON.stringify(value)).toBe(state);
    }
  }
});

test.each(names)('%s has a context that JSON can carry', (name) => {
  const [state] = initialTransition(machines[name].machine, inputs[name] as never);
  expect(JSON.parse(JSON.stringify(state.context))).toEqual(state.context);
});

test('every effect has a policy, and every policy is one of four', () => {
  for (const policy of Object.values(policies)) expect(['again', 'adopt', 'check', 'once']).toContain(policy);
});

/** States and the keys of the context over many lives: what a snapshot of this version means. */
function shapes(): Record<MachineName, string> {
  const keys = Object.fromEntries(names.map((name) => [name, new Set<string>()]));
  for (let seed = 0; seed < 60; seed++) {
    const walk = newWalk(seed);
    for (let n = 0; n < 60; n++) {
      wander(walk);
      for (const { machine, context } of Object.values(walk.it.tree.actors))
        for (const key of Object.keys(context as object)) keys[machine]!.add(key);
    }
  }
  const hash = (name: MachineName) => {
    const states = nodes(machines[name].machine.root).map((node) => `${node.path.join('.')} ${node.type}`);
    return createHash('sha256')
      .update(JSON.stringify([states, [...keys[name]!].sort()]))
      .digest('hex')
      .slice(0, 16);
  };
  return Object.fromEntries(names.map((name) => [name, `version ${machines[name].version}, ${hash(name)}`])) as Record<
    MachineName,
    string
  >;
}

/** A failed start, a lost outcome, a refusal: whatever an effect comes to, its machine goes on. */
test('every failure of every effect is handled in every state it can meet', () => {
  const failures = [
    { kind: 'failed', why: 'x' },
    { kind: 'unknown', why: 'x' },
    { kind: 'interrupted' },
    { kind: 'not started' },
    { kind: 'parked', why: 'x' },
  ] as const;
  const met = new Set<string>();
  const effects = new Set<string>();
  for (let seed = 0; seed < 60; seed++) {
    const walk = newWalk(seed);
    for (let n = 0; n < 40; n++) {
      wander(walk);
      const { it } = walk;
      for (const [key, { effect, actor, cancelled }] of Object.entries(it.tree.open)) {
        const state = `${effect} in ${JSON.stringify(it.tree.actors[actor]!.value)}${cancelled ? ' cancelled' : ''}`;
        if (met.has(state)) continue;
        met.add(state);
        for (const outcome of failures) {
          const { tree, results } = step(machines, it.tree, [
            { job: 'settle', key: key as EffectKey, outcome, at: it.at },
          ]);
          const [result] = results;
          // A model request that was cut is waited for by nobody.
          const ignorable = cancelled && effect === 'model';
          expect(result?.result, `${outcome.kind}: ${state}`).toBe(
            ignorable && result?.result === 'ignored' ? 'ignored' : 'done',
          );
          expect(tree.open).not.toHaveProperty(key);
          effects.add(effect);
        }
      }
    }
  }
  expect([...effects].sort()).toEqual(Object.keys(policies).sort());
});

/**
 * When this test fails, a machine has another shape than its version says: raise the version in the machine's file and write
 * the new hash here, or sessions of the last build would be restored into states that are not there any more.
 */
test('no machine has another shape than its version says', () => {
  expect(shapes()).toEqual({
    session: 'version 2, 8b4032fd9424fafe',
    call: 'version 1, 82ae10a60a20b585',
    command: 'version 1, f63f1b08add5332c',
    wake: 'version 1, 1b9b9dcfcbf75482',
  });
});
