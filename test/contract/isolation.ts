/** A machine that throws takes its own session out, and no other; and it comes back when it can. */
import { expect, test } from 'vitest';
import type { Trouble } from '../../daemon/hosts/host.ts';
import { until } from '../daemon.ts';
import { says, yolo } from '../kernel/stepped.ts';
import { type Make, newId, Place } from './place.ts';

/** No answer of a model: the session's machine throws when it reads it. */
const malformed = { kind: 'done', value: { items: null } } as const;

export function isolation(make: Make) {
  test('an outcome that a machine throws on sets its session aside, while others answer', async () => {
    await using place = await Place.open(make);
    const troubles: (Trouble | undefined)[] = [];
    place.host.watch({ trouble: ({ trouble }) => troubles.push(trouble) });
    const bad = await place.create({ text: 'go' });
    const good = await place.create({ text: 'go' });
    (await place.effects.next('model#1', bad)).end(malformed);
    const { trouble } = await place.is(bad, (state) => state.trouble !== undefined, 'the session to be set aside');
    expect(trouble).toMatchObject({ kind: 'quarantined', fix: expect.stringContaining('tcx doctor session') });
    await until(() => troubles.length > 0);
    await expect(place.say(bad, 'hi')).rejects.toMatchObject({ code: 'quarantined' });
    await expect(place.event(bad, { type: 'renamed', name: 'x' }, false)).rejects.toMatchObject({
      code: 'quarantined',
    });
    expect(await place.rows(bad)).toHaveLength(3);
    (await place.effects.next('model#1', good)).end(says('ok'));
    await place.has(good, 'turn.ended');
    expect((await place.say(good, 'again')).result).toBe('done');
  });

  test('it is still set aside after a kill, because this build still throws; the others are not', async () => {
    await using place = await Place.open(make);
    const bad = await place.create({ text: 'go' });
    const good = await place.create({ text: 'go' });
    (await place.effects.next('model#1', bad)).end(malformed);
    await place.is(bad, (state) => state.trouble !== undefined, 'the session to be set aside');
    await place.restart();
    expect((await place.host.state(bad)).trouble?.kind).toBe('quarantined');
    expect((await place.host.list()).find(({ session }) => session === bad)?.trouble?.kind).toBe('quarantined');
    await expect(place.say(bad, 'hi')).rejects.toMatchObject({ code: 'quarantined' });
    await place.host.state(good);
    (await place.effects.next('model#1', good)).end(says('ok'));
    await place.has(good, 'turn.ended');
  });

  test('a client’s event that a machine throws on is refused, and nothing is changed', async () => {
    await using place = await Place.open(make);
    const session = await place.create();
    const before = await place.rows(session);
    await expect(place.event(session, { type: 'configured', settings: null })).rejects.toMatchObject({ code: 'bug' });
    expect(await place.rows(session)).toEqual(before);
    expect((await place.host.state(session)).trouble).toBeUndefined();
    expect((await place.say(session, 'hi')).result).toBe('done');
  });

  test('a throw among events that arrive together refuses its own only', async () => {
    await using place = await Place.open(make);
    const session = await place.create();
    const results = await Promise.allSettled([
      place.event(session, { type: 'renamed', name: 'a' }),
      place.event(session, { type: 'configured', settings: null }),
      place.event(session, { type: 'renamed', name: 'b' }),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((await place.bodies(session, 'renamed')).map(({ name }) => name)).toEqual(['a', 'b']);
  });

  test('a session that cannot be born is not there, and can be born later', async () => {
    await using place = await Place.open(make);
    const session = newId();
    const broken = { ...place.born(session, yolo), rows: null as never };
    await expect(place.host.create(session, broken)).rejects.toThrow();
    await expect(place.host.state(session)).rejects.toMatchObject({ code: 'no-session' });
    expect(await place.create({ session, text: 'hello' })).toBe(session);
    expect(await place.bodies(session, 'user')).toHaveLength(1);
  });
}
