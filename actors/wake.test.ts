/** Alarms: set, rung, cancelled, in every state a session can be in. */
import { expect, test } from 'vitest';
import { calls, exec, Stepped, says, watched } from '../test/kernel/stepped.ts';

test('an alarm is a row and a deadline; when it rings an idle session begins a turn with its words', () => {
  const it = new Stepped();
  const until = it.at + 60_000;
  it.send({ type: 'wake', until, text: 'look at CI' });
  expect(it.all('wake')).toEqual([{ n: 1, until, text: 'look at CI' }]);
  expect(it.tree.deadlines[`${it.session}/w1#time`]).toMatchObject({ at: until });
  it.at = until;
  expect(it.due('/w1#time')).toBe('done');
  expect(it.recorded).toEqual(['woke', 'turn.started', 'user']);
  expect(it.all('user').at(-1)).toEqual({ turn: 1, text: 'look at CI', by: 'wake' });
  expect(it.context.wakes).toEqual([]);
  expect(it.due('/w1#time')).toBe('ignored');
});

test('a cancelled alarm never rings', () => {
  const it = new Stepped();
  it.send({ type: 'wake', until: it.at + 1, text: 'x' });
  it.send({ type: 'unwake', n: 1 });
  expect(it.all('woke')).toEqual([{ n: 1, cancelled: true }]);
  expect(it.deadlines).toEqual([]);
  expect(it.state).toBe('idle');
  it.send({ type: 'unwake', n: 1 });
  it.send({ type: 'unwake', n: 9 });
  expect(it.all('woke')).toHaveLength(1);
});

test('cancelled in the very commit in which it is due: it rang', () => {
  const it = new Stepped();
  it.send({ type: 'wake', until: it.at, text: 'x' });
  it.put({ job: 'due', id: `${it.session}/w1#time`, at: it.at }, it.event({ type: 'unwake', n: 1 }));
  expect(it.all('woke')).toEqual([{ n: 1 }]);
  expect(it.state).toBe('turn.thinking');
});

test.each(['thinking', 'acting'])('an alarm in a turn that is %s becomes the next turn', (state) => {
  const it = new Stepped();
  it.send({ type: 'wake', until: it.at + 1, text: 'ring' });
  it.say('go');
  if (state === 'acting') it.settle('model#1', calls(exec('a')));
  it.due('/w1#time');
  expect(it.recorded).toEqual(['woke', 'queued']);
  if (state === 'acting') it.settle('c1/work#1', watched('', 0, { code: 0 }));
  it.settle(state === 'acting' ? 'model#2' : 'model#1', says('ok'));
  expect(it.all('user').at(-1)).toMatchObject({ turn: 2, text: 'ring', queued: 1, by: 'wake' });
});

test('an alarm while a turn stops waits with the held queue', () => {
  const it = new Stepped();
  it.send({ type: 'wake', until: it.at + 1, text: 'ring' });
  it.say('go');
  it.send({ type: 'interrupted' });
  it.due('/w1#time');
  it.settle('model#1', { kind: 'interrupted' });
  expect(it.state).toBe('idle');
  expect(it.context.pending).toMatchObject([{ text: 'ring', mode: 'queue' }]);
});

test('several alarms are told apart', () => {
  const it = new Stepped();
  for (const text of ['a', 'b', 'c']) it.send({ type: 'wake', until: it.at + 1, text });
  it.send({ type: 'unwake', n: 2 });
  it.due('/w3#time');
  it.settle('model#1', says('ok'));
  it.due('/w1#time');
  expect(it.all('user').map(({ text }) => text)).toEqual(['c', 'a']);
  expect(it.context.wakes).toEqual([]);
});
