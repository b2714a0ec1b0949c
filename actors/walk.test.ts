/** What holds of every session, whatever happens to it in whatever order: random lives, checked after each commit. */
import assert from 'node:assert/strict';
import { expect, test, vi } from 'vitest';
import { conversation } from '../core/history.ts';
import type { Item } from '../core/items.ts';
import type { Row } from '../core/rows.ts';
import { checkItems } from '../test/kernel/legal-items.ts';
import { plain, type Stepped } from '../test/kernel/stepped.ts';
import { newWalk, settleAll, type Walk, wander } from '../test/kernel/walk.ts';
import { mutating } from './effects.ts';
import { apply, emptyTree } from './tree.ts';

vi.setConfig({ testTimeout: 60_000 });

const lives = 240;
const steps = 60;
const parts = 6;
const seedsOf = (part: number) => Array.from({ length: lives / parts }, (_, i) => part * 1000 + i);

/** Turns begin once and end once, in order; a call is answered once, and before its turn ends. */
class RowCheck {
  #seen = 0;
  #turn = 0;
  running = false;
  readonly open = new Set<number>();

  read(rows: readonly Row[]) {
    for (const row of rows.slice(this.#seen)) this.#one(row);
    this.#seen = rows.length;
  }

  #one(row: Row) {
    if (row.kind === 'turn.started') {
      assert.deepEqual([this.running, row.body.turn], [false, ++this.#turn], 'a turn begins');
      this.running = true;
    } else if (row.kind === 'turn.ended') {
      assert.deepEqual([this.running, row.body.turn, [...this.open]], [true, this.#turn, []], 'a turn ends');
      this.running = false;
    } else if (row.kind === 'call') this.open.add(row.body.call);
    else if (row.kind === 'output')
      assert.ok(this.open.delete(row.body.call), `call ${row.body.call} is answered once`);
  }
}

/** The state says what is open, and nothing else is. */
function checkOpen(it: Stepped, { running, open }: RowCheck) {
  const effects = Object.entries(it.tree.open);
  const models = effects
    .filter(([, { effect, cancelled }]) => effect === 'model' && !cancelled)
    .map(([key]) => key.slice(37));
  const alive = Object.keys(it.tree.actors).flatMap((id) => /\/c(\d+)$/.exec(id)?.[1] ?? []);
  const { calls, commands, model } = it.context;
  assert.equal(running, it.state.startsWith('turn'));
  assert.deepEqual(models, it.state === 'turn.thinking' ? [`model#${model}`] : []);
  assert.deepEqual(new Set(alive.map(Number)), new Set(calls.filter((call) => call.running).map(({ n }) => n)));
  assert.deepEqual(open, new Set(calls.map(({ n }) => n)));
  for (const [key, { actor, effect, cancelled }] of effects) {
    assert.ok(it.tree.actors[actor], `${key} belongs to an actor`);
    assert.ok(it.state !== 'turn.thinking' || !cancelled || !mutating.has(effect), 'no model is asked while it stops');
  }
  for (const { actor } of Object.values(it.tree.deadlines)) assert.ok(it.tree.actors[actor], `a deadline of ${actor}`);
  for (const n of Object.keys(commands)) assert.match(it.stateOf(`p${n}`) ?? 'none', /running|killing|exited/, `p${n}`);
}

/** Nothing said is lost or doubled: each text is in the conversation, waits, or was given back. */
function checkWords({ it, words }: Walk) {
  const places = new Map<string, number>();
  const texts = [...it.all('user'), ...it.all('unqueued'), ...it.context.pending].map(({ text }) => text);
  for (const text of texts) places.set(text, (places.get(text) ?? 0) + 1);
  for (const text of words) assert.equal(places.get(text), 1, text);
}

function live(seed: number): Walk {
  const walk = newWalk(seed);
  const check = new RowCheck();
  let earlier: Item[] = [];
  const look = () => {
    check.read(walk.it.rows);
    checkOpen(walk.it, check);
    if (walk.it.state !== 'idle') return;
    const items = conversation(walk.it.rows);
    checkItems(items);
    assert.deepEqual(items.slice(0, earlier.length), earlier, 'what was settled stays as it was');
    earlier = items;
  };
  for (let n = 0; n < steps; n++) {
    wander(walk);
    look();
  }
  settleAll(walk);
  look();
  checkWords(walk);
  assert.match(walk.it.state, /^(idle|stopped)$/);
  assert.deepEqual(conversation(plain(walk.it.rows)), conversation(walk.it.rows));
  return walk;
}

test.each(Array.from({ length: parts }, (_, part) => part))('random lives keep every promise (part %i)', (part) => {
  for (const seed of seedsOf(part)) {
    try {
      live(seed);
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
});

test('random lives go everywhere', () => {
  const states = new Set<string>();
  const kinds = new Set<string>();
  for (const seed of seedsOf(0)) {
    const walk = newWalk(seed);
    for (let n = 0; n < steps; n++) {
      wander(walk);
      for (const [id, { value }] of Object.entries(walk.it.tree.actors))
        states.add(`${id.slice(36, 38)} ${JSON.stringify(value)}`);
    }
    for (const { kind } of walk.it.rows) kinds.add(kind);
  }
  const turn = ['thinking', 'acting', 'parked', 'stopping'].map((state) => ` {"turn":"${state}"}`);
  const callStates = ['preparing', 'asking', 'running', 'stopping'].map((state) => `/c "${state}"`);
  const commandStates = ['running', 'killing', 'told', 'exited'].map((state) => `/p "${state}"`);
  expect([...states].sort()).toEqual(
    [' "idle"', ' "stopped"', ...turn, ...callStates, ...commandStates, '/w "waiting"'].sort(),
  );
  const others = ['context', 'late', 'unqueued', 'answered', 'command.ended', 'patch', 'plan', 'woke', 'turn.resumed'];
  expect([...kinds]).toEqual(expect.arrayContaining(others));
});

test('the commits of any prefix of a life, read back from JSON, make the tree it had then', () => {
  for (const seed of seedsOf(7)) {
    const walk = newWalk(seed);
    const trees = [walk.it.tree];
    for (let n = 0; n < steps; n++) {
      wander(walk);
      trees.push(walk.it.tree);
    }
    let tree = emptyTree(walk.it.session);
    for (const [index, commit] of walk.it.commits.entries()) {
      tree = apply(tree, plain(commit));
      assert.deepEqual(plain(tree), plain(trees[index]), `seed ${seed}, commit ${index}`);
    }
  }
});
