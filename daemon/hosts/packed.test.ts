/** Packing a commit loses nothing, and saves most of what the state of a turn would cost. */
import { expect, test, vi } from 'vitest';
import { emptyTree, type Tree } from '../../actors/tree.ts';
import { calls, exec, plain, Stepped, says, watched } from '../../test/kernel/stepped.ts';
import { newWalk, wander } from '../../test/kernel/walk.ts';
import { pack, unpack } from './packed.ts';

vi.setConfig({ testTimeout: 60_000 });

/** An actor that is as it was, and null for an actor or deadline that was never there, say nothing. */
const meaning = (tree: Tree, commit: ReturnType<typeof unpack>) => ({
  ...plain(commit),
  actors: Object.fromEntries(
    Object.entries(plain(commit.actors)).filter(
      ([id, actor]) => JSON.stringify(actor) !== JSON.stringify(plain(tree).actors[id as never] ?? null),
    ),
  ),
  deadlines: Object.fromEntries(
    Object.entries(plain(commit.deadlines)).filter(([id, deadline]) => deadline || id in tree.deadlines),
  ),
});

test('what is packed comes out as it was, over random lives', () => {
  for (let seed = 0; seed < 40; seed++) {
    const walk = newWalk(seed);
    let before = emptyTree(walk.it.session);
    for (let n = 0; n < 60; n++) {
      if (n > 0) wander(walk);
      const back = unpack(plain(pack(walk.it.commit, before)), plain(before));
      expect(meaning(before, back), `seed ${seed}, commit ${n}`).toEqual(meaning(before, walk.it.commit));
      before = walk.it.tree;
    }
  }
});

test('a commit that changes nothing is nothing', () => {
  const it = new Stepped();
  it.send({ type: 'restored' });
  const [before, again] = [it.tree, it.commit];
  expect(Object.keys(again.actors)).toHaveLength(1);
  expect(pack(again, before)).toEqual({});
});

test('a field of a context that goes is gone, one that becomes null is null', () => {
  const it = new Stepped();
  const before = it.tree;
  const id = Object.keys(before.actors)[0]!;
  const now = {
    ...before.actors[id as never]!,
    context: { ...it.context, cwd: undefined, stopping: null, held: true },
  };
  const packed = pack({ ...it.commit, rows: [], actors: { [id]: now } }, before);
  expect(packed).toEqual({ actors: { '.': { context: { held: true }, gone: ['cwd'] } } });
  expect(unpack(packed, before).actors[id as never]?.context).toEqual({ ...it.context, cwd: undefined, held: true });
});

test('a snapshot of another version is written whole', () => {
  const it = new Stepped();
  const id = Object.keys(it.tree.actors)[0]! as never;
  const now = { ...it.tree.actors[id]!, version: 99 };
  const packed = pack({ ...it.commit, actors: { [id]: now } }, it.tree);
  expect(packed.actors).toEqual({ '.': { ...now, context: { ...it.context, session: '.' } } });
  expect(unpack(packed, it.tree).actors[id]).toEqual(now);
});

test('a step of one command costs the log less than 1.3 kB beside its rows', () => {
  const it = new Stepped();
  it.say('go');
  let before = it.tree;
  let bytes = 0;
  for (let n = 1; n <= 40; n++) {
    const steps = [
      () => it.settle(`model#${n}`, calls(exec(`ls ${n}`))),
      () =>
        it.put(
          it.settled(`c${n}/work#1`, watched('x', 1, { code: 0 })),
          it.settled(`p${n}/run#1`, { kind: 'done', value: { code: 0 } }),
        ),
    ];
    for (const step of steps) {
      step();
      bytes += JSON.stringify({ ...pack(it.commit, before), rows: [] }).length;
      before = it.tree;
    }
  }
  it.settle('model#41', says('done'));
  expect(bytes / 40).toBeLessThan(1300);
});
