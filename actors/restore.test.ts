/** A session put together from its rows alone is at rest, has lost nothing that was said, and can go on; and so can a fork of it. */
import assert from 'node:assert/strict';
import { expect, test, vi } from 'vitest';
import { conversation } from '../core/history.ts';
import { sessionActor, sessionId } from '../core/ids.ts';
import type { Row } from '../core/rows.ts';
import { checkItems } from '../test/kernel/legal-items.ts';
import {
  calls,
  careful,
  done,
  exec,
  patch,
  plain,
  prepared,
  Stepped,
  says,
  tool,
  watched,
  write,
} from '../test/kernel/stepped.ts';
import { newWalk, settleAll, wander } from '../test/kernel/walk.ts';
import { machines } from './machines.ts';
import { forkedTree, isCurrent, type Restored, restoredTree } from './restore.ts';

vi.setConfig({ testTimeout: 60_000 });

const forkId = sessionId('0190a000-0000-7000-8000-00000000000f');

/** The tree as a host takes it: its rows are recorded, and it is told that it was restored. */
function comeBack({ tree, rows }: Restored, past: readonly Row[], at: number): Stepped {
  const it = Stepped.from(plain(tree), past);
  it.at = at;
  it.put({ job: 'record', rows, at }, it.event({ type: 'restored' }));
  return it;
}
const rebuilt = (it: Stepped) => comeBack(restoredTree(it.session, it.rows), it.rows, it.at);
const forked = (it: Stepped, seq = it.rows.length) => {
  const past = it.rows.slice(0, seq);
  return comeBack(forkedTree(forkId, past, it.at), past, it.at);
};

test('an idle session is idle, with its queue held and its numbers going on', () => {
  const it = new Stepped();
  it.say('one');
  it.say('later', 'queue');
  it.settle('model#1', { kind: 'failed', why: 'x' });
  const back = rebuilt(it);
  expect(back.state).toBe('idle');
  expect(back.context).toMatchObject({ turn: 1, lastQueued: 1, held: true, pending: [{ n: 1, text: 'later' }] });
  back.send({ type: 'released' });
  expect(back.all('user').at(-1)).toMatchObject({ turn: 2, text: 'later', queued: 1 });
});

test('a turn in a stream is parked, and any word goes on with it', () => {
  const it = new Stepped();
  it.say('one');
  const back = rebuilt(it);
  expect(back.state).toBe('turn.parked');
  expect(back.all('turn.parked')).toMatchObject([{ turn: 1, why: 'interrupted: continue?' }]);
  expect(back.open).toEqual([]);
  back.say('go on');
  expect(back.state).toBe('turn.thinking');
  expect(back.tree.open).not.toHaveProperty([it.key('model#1')]);
});

test('an open question is still open, and its answer runs that very call once', () => {
  const it = new Stepped(careful);
  it.say('go');
  it.settle('model#1', calls(exec('make'), tool('read_file', { file_path: '/w/a' })));
  const back = rebuilt(it);
  expect(back.state).toBe('turn.acting');
  expect(back.stateOf('c1')).toBe('asking');
  expect(back.output(2)).toMatchObject({ status: 'unknown' });
  expect(back.all('asked')).toHaveLength(1);
  back.decide(1, 'session', 'k');
  expect(back.started).toEqual(['p1/run#1', 'c1/work#1']);
  expect(back.decide(1, 'session', 'other')).toBe('ignored');
  back.settle('c1/work#1', watched('', 0, { code: 0 }));
  expect(back.state).toBe('turn.thinking');
  expect(back.context.grants).toEqual([{ kind: 'command', cmd: 'make', cwd: '/w' }]);
});

test('a question about a patch cannot wait: what was looked at is not in the rows', () => {
  const it = new Stepped(careful);
  it.say('go');
  it.settle('model#1', calls(patch()));
  it.settle('c1/prepare#1', prepared());
  const back = rebuilt(it);
  expect(back.output(1)).toMatchObject({ status: 'unknown' });
  expect(back.state).toBe('turn.parked');
});

test('a background command is looked for, never begun again, and what was read of it is known', () => {
  const it = new Stepped();
  it.say('go');
  it.settle('model#1', calls(exec('server')));
  it.settle('c1/work#1', watched('up', 7, { command: 1 }));
  it.settle('model#2', says('ok'));
  const back = rebuilt(it);
  expect(back.tree.open[back.key('p1/run#1')]).toMatchObject({ effect: 'command', attempts: 1, mark: 'rebuilt' });
  expect(back.context.commands[1]).toMatchObject({ read: 7, left: true });
  back.say('look');
  back.settle(`model#${back.context.model}`, calls(write(1001)));
  expect(back.commit.start).toMatchObject([{ input: { command: 1, from: 7 } }]);
});

test('a command whose call was open goes on as a background command, and the model is told its number', () => {
  const it = new Stepped();
  it.say('go');
  it.settle(
    'model#1',
    calls(exec('make'), exec("apply_patch <<'E'\n*** Begin Patch\n*** Add File: a\n+a\n*** End Patch\nE")),
  );
  const back = rebuilt(it);
  expect(back.output(1)).toMatchObject({
    status: 'unknown',
    text: expect.stringContaining('session ID 1001'),
    left: { command: 1, read: 0 },
  });
  expect(back.output(2)).toMatchObject({ text: expect.not.stringContaining('session ID') });
  expect(back.open).toEqual(['p1/run#1']);
  back.settle('p1/run#1', { kind: 'unknown', why: 'the process that held this command died' });
  expect(back.all('command.ended')).toHaveLength(1);
});

test.each([
  ['told by its own call', (it: Stepped) => it.settle('c1/work#1', watched('', 0, { code: 0 }))],
  [
    'told by a later write_stdin',
    (it: Stepped) => {
      it.settle('c1/work#1', watched('', 0, { command: 1 }));
      it.settle('model#2', calls(write(1001)));
      it.settle('c2/work#1', watched('', 3, { code: 0 }));
    },
  ],
  [
    'in the background',
    (it: Stepped) => {
      it.settle('c1/work#1', watched('', 0, { command: 1 }));
      it.settle('p1/run#1', done({ code: 0 }));
    },
  ],
])('a command that ended, %s, is not looked for', (_, ends) => {
  const it = new Stepped();
  it.say('go');
  it.settle('model#1', calls(exec('make')));
  ends(it);
  expect(rebuilt(it).open).toEqual([]);
});

test('an aborted call leaves its command in the rows', () => {
  const it = new Stepped();
  it.say('go');
  it.settle('model#1', calls(exec('server')));
  it.send({ type: 'interrupted' });
  it.settle('c1/work#1', { kind: 'interrupted' });
  expect(rebuilt(it).open).toEqual(['p1/run#1']);
});

test('an alarm still rings, once', () => {
  const it = new Stepped();
  it.send({ type: 'wake', until: it.at + 5, text: 'ring' });
  const back = rebuilt(it);
  expect(back.tree.deadlines[`${it.session}/w1#time`]).toMatchObject({ at: it.at + 5 });
  back.due('/w1#time');
  expect(back.all('user').at(-1)).toMatchObject({ text: 'ring' });
});

test('a stopped session stays stopped', () => {
  const it = new Stepped();
  it.say('go');
  it.settle('model#1', says('ok'));
  it.send({ type: 'stopped' });
  expect(rebuilt(it).state).toBe('stopped');
});

test('snapshots of another version are not current', () => {
  const { tree } = new Stepped();
  expect(isCurrent(tree)).toBe(true);
  expect(
    isCurrent(tree, { ...machines, session: { ...machines.session, version: machines.session.version + 1 } }),
  ).toBe(false);
});

/** What is at rest: nothing is open but commands that are looked for, and the state can take a word. */
function checkRest(back: Stepped) {
  assert.match(back.state, /^(idle|stopped|turn\.parked|turn\.acting)$/);
  for (const { effect } of Object.values(back.tree.open)) assert.equal(effect, 'command');
  const asking = Object.values(back.tree.actors).filter(({ machine }) => machine === 'call');
  for (const { value } of asking) assert.equal(value, 'asking');
  assert.equal(asking.length > 0, back.state === 'turn.acting');
  assert.deepEqual(back.context.calls.map(({ n }) => n).length, asking.length);
}

function goOn(back: Stepped, seed: number) {
  const walk = { ...newWalk(seed), it: back };
  settleAll(walk);
  if (back.state === 'stopped' || back.state === 'idle') assert.equal(back.say('and now?'), 'done');
  settleAll(walk);
  assert.equal(back.state, 'idle');
  const turns = back.rows.filter(({ kind }) => kind === 'turn.started').length;
  const ends = back.rows.filter(({ kind }) => kind === 'turn.ended').length;
  assert.equal(ends, turns, 'each turn has one end');
  checkItems(conversation(back.rows));
  for (let n = 0; n < 5; n++) wander(walk);
}

const waiting = (it: Stepped) => it.context.pending.map(({ n, text }) => `${n} ${text}`);

/** Background commands; those of a stopped session are ended by whoever holds them. */
const leftRunning = ({ state, context }: Stepped) =>
  Object.entries(context.commands).flatMap(([n, { left, over }]) => (left && !over && state !== 'stopped' ? [n] : []));

test('from any moment of a random life a rebuilt session is at rest and can go on', () => {
  for (let seed = 0; seed < 30; seed++) {
    const walk = newWalk(seed);
    for (let n = 0; n < 40; n++) {
      wander(walk);
      if (n % 5 !== 0) continue;
      try {
        const back = rebuilt(walk.it);
        checkRest(back);
        assert.deepEqual(waiting(back), waiting(walk.it), 'the same words wait');
        for (const n of leftRunning(walk.it))
          assert.ok(back.tree.open[back.key(`p${n}/run#1`)], `command ${n} is looked for`);
        goOn(back, seed);
      } catch (error) {
        throw new Error(`seed ${seed}, after ${n}: ${(error as Error).message}`, { cause: error });
      }
    }
  }
});

test('from any row of a random life a fork is idle, owns nothing of its source, and can go on', () => {
  for (let seed = 0; seed < 30; seed++) {
    const walk = newWalk(seed);
    for (let n = 0; n < 40; n++) wander(walk);
    for (let seq = 1; seq <= walk.it.rows.length; seq += 11) {
      try {
        const fork = forked(walk.it, seq);
        assert.equal(fork.state, 'idle');
        assert.deepEqual([fork.open, fork.deadlines, fork.context.pending, fork.context.wakes], [[], [], [], []]);
        assert.deepEqual(Object.keys(fork.tree.actors), [sessionActor(forkId)]);
        checkItems(conversation(fork.rows));
        goOn(fork, seed);
      } catch (error) {
        throw new Error(`seed ${seed}, at row ${seq}: ${(error as Error).message}`, { cause: error });
      }
    }
  }
});
