/** Going on after a start, a few at a time; and what leaves the memory when nobody needs it. */
import { expect, test } from 'vitest';
import { inProcess } from '../test/contract/in-process.ts';
import { until } from '../test/daemon.ts';
import { says } from '../test/kernel/stepped.ts';
import { keepHouse, resumeSessions } from './supervise.ts';

test('after a start at most eight turns go on at once, and each as soon as there is a place', async () => {
  await using it = await inProcess({ held: true });
  const sessions = await Promise.all(Array.from({ length: 20 }, () => it.place.create({ text: 'go' })));
  await until(() => it.effects.begun.length === 20);
  await it.place.restart();
  it.effects.begun.length = 0;
  await Promise.all(sessions.map((session) => it.host.state(session)));
  it.host.release();
  const resuming = resumeSessions(it.host, sessions);
  const open = () => it.effects.begun.filter(({ over }) => !over);
  for (let ended = 0; ended < 20; ended++) {
    await until(() => open().length === Math.min(8, 20 - ended));
    expect(it.effects.begun.length).toBe(Math.min(20, 8 + ended));
    open()[0]!.end(says('ok'));
  }
  await resuming;
  for (const session of sessions)
    expect(await it.place.has(session, 'turn.ended')).toMatchObject([{ status: 'completed' }]);
});

test('a session that needs nothing is passed over at once', async () => {
  await using it = await inProcess({ held: true });
  const sessions = await Promise.all(Array.from({ length: 30 }, () => it.place.create()));
  await it.place.restart();
  await Promise.all(sessions.map((session) => it.host.state(session)));
  await resumeSessions(it.host, sessions);
});

test('an idle session nobody looks at becomes a file; one that is looked at, or works, does not', async () => {
  await using it = await inProcess();
  const [idle, watched, busy] = [
    await it.place.create(),
    await it.place.create(),
    await it.place.create({ text: 'go' }),
  ];
  await it.effects.next('model#1');
  using _house = keepHouse({
    host: it.host,
    viewers: (session) => (session === watched ? 1 : 0),
    now: () => it.clock.wall() + 1000,
    idleMs: async () => 0,
  });
  await until(() => !it.host.list().some(({ session }) => session === idle));
  expect(
    it.host
      .list()
      .map(({ session }) => session)
      .sort(),
  ).toEqual([watched, busy].sort());
});
