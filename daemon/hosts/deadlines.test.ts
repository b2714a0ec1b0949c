/** Deadlines over long times, set clocks and closed lids, on a clock that the test moves. */
import { expect, test } from 'vitest';
import { FakeClock, inProcess } from '../../test/contract/in-process.ts';
import { until } from '../../test/daemon.ts';
import { says } from '../../test/kernel/stepped.ts';
import { Deadlines } from './deadlines.ts';

const hour = 3_600_000;

function scene() {
  const clock = new FakeClock();
  const rang: string[] = [];
  const deadlines = new Deadlines(clock);
  const arm = (id: string, inMs: number, after?: number) =>
    deadlines.arm(id, clock.wall() + inMs, after, () => rang.push(id));
  return { clock, rang, deadlines, arm };
}

test('each rings once, in time, in the order of its time', () => {
  const { clock, rang, arm } = scene();
  arm('b', 2000);
  arm('a', 1000);
  clock.pass(999);
  expect(rang).toEqual([]);
  clock.pass(1);
  expect(rang).toEqual(['a']);
  clock.pass(10_000);
  expect(rang).toEqual(['a', 'b']);
});

test('those that are past ring in the order of their times, whoever came first', () => {
  const { clock, rang, arm } = scene();
  arm('late', -1000);
  arm('later', -10);
  arm('first', -5000);
  arm('up', 0, 100);
  clock.pass(0);
  expect(rang).toEqual(['first', 'late', 'later', 'up']);
});

test('one that is past rings at once, one that is replaced or disarmed does not', () => {
  const { clock, rang, deadlines, arm } = scene();
  arm('past', -hour);
  arm('moved', 1000);
  arm('moved', 5000);
  arm('off', 1000);
  deadlines.disarm('off');
  deadlines.disarm('never there');
  clock.pass(0);
  expect(rang).toEqual(['past']);
  clock.pass(4999);
  expect(rang).toEqual(['past']);
  clock.pass(1);
  expect(rang).toEqual(['past', 'moved']);
  expect(deadlines.size).toBe(0);
  expect(clock.next).toBeUndefined();
});

test('one in two months rings in two months: no timer is set further ahead than an hour', () => {
  const { clock, rang, arm } = scene();
  arm('far', 60 * 24 * hour);
  expect(clock.next).toBeLessThanOrEqual(hour);
  for (let day = 0; day < 59; day++) clock.pass(24 * hour);
  expect(rang).toEqual([]);
  clock.pass(24 * hour);
  expect(rang).toEqual(['far']);
});

test('after a night with the lid closed, one of the wall clock rings within a minute', () => {
  const { clock, rang, arm } = scene();
  arm('morning', 8 * hour);
  clock.pass(1000);
  clock.jump(9 * hour);
  clock.pass(60_000);
  expect(rang).toEqual(['morning']);
});

test('one that counts uptime does not ring because a lid was closed or a clock was set', () => {
  const { clock, rang, arm } = scene();
  arm('stop', 2000, 2000);
  clock.pass(500);
  clock.jump(9 * hour);
  clock.pass(1499);
  expect(rang).toEqual([]);
  clock.pass(1);
  expect(rang).toEqual(['stop']);
});

test('a clock set back makes one of the wall clock ring later, and never makes one of uptime longer than it was', () => {
  const { clock, rang, arm } = scene();
  arm('noon', hour);
  clock.jump(-hour);
  clock.pass(hour);
  expect(rang).toEqual([]);
  arm('stop', 500 * hour, 2000);
  clock.pass(2000);
  expect(rang).toEqual(['stop']);
  clock.pass(hour);
  expect(rang).toEqual(['stop', 'noon']);
});

test('what a ring arms rings by itself, later', () => {
  const { clock, rang, arm, deadlines } = scene();
  deadlines.arm('first', clock.wall() + 10, undefined, () => {
    rang.push('first');
    arm('second', 0);
  });
  clock.pass(10);
  expect(rang).toEqual(['first', 'second']);
});

test('ten thousand deadlines are one timer, and those that are past ring together', () => {
  const { clock, rang, arm } = scene();
  for (let n = 0; n < 10_000; n++) arm(`d${n}`, 1000 + n);
  expect(clock.waiting).toBe(1);
  clock.jump(hour);
  clock.pass(60_000);
  expect(rang).toHaveLength(10_000);
  expect(clock.waiting).toBe(0);
});

test('an alarm of a session follows the wall clock over a sleep, a restart and a session that sleeps', async () => {
  await using it = await inProcess();
  it.effects.rule = () => says('ok');
  const session = await it.place.create();
  await it.place.event(session, { type: 'wake', until: it.clock.wall() + 8 * hour, text: 'good morning' });
  await it.place.event(session, { type: 'wake', until: it.clock.wall() + 20 * hour, text: 'good night' });
  await until(() => it.host.unload(session));
  it.clock.pass(1000);
  it.clock.jump(9 * hour);
  it.clock.pass(60_000);
  await it.place.has(session, 'turn.ended');
  await it.place.restart();
  it.clock.jump(12 * hour);
  await it.host.state(session);
  it.clock.pass(0);
  await it.place.has(session, 'turn.ended', 2);
  expect((await it.place.bodies(session, 'user')).map(({ text }) => text)).toEqual(['good morning', 'good night']);
});

test('the two seconds of a stopping turn are counted while the machine is up', async () => {
  await using it = await inProcess();
  const session = await it.place.create({ text: 'go' });
  await it.effects.next('model#1');
  await it.place.event(session, { type: 'interrupted' });
  it.clock.jump(hour);
  it.clock.pass(1999);
  await it.place.event(session, { type: 'renamed', name: 'x' });
  expect(await it.place.bodies(session, 'turn.ended')).toEqual([]);
  it.clock.pass(1);
  expect(await it.place.has(session, 'turn.ended')).toMatchObject([{ status: 'interrupted' }]);
});
