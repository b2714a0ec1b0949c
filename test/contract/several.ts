/** More than one session: forks that share rows, mail that arrives once, and many that work at the same time. */
import { expect, test } from 'vitest';
import { commandActor } from '../../core/ids.ts';
import { draft } from '../../core/rows.ts';
import { until } from '../daemon.ts';
import { calls, careful, done, exec, says, watched, yolo } from '../kernel/stepped.ts';
import { type Make, newId, Place, stateOf } from './place.ts';

async function fork(place: Place, from: ReturnType<typeof newId>, seq: number) {
  const session = newId();
  const created = draft('created', { cwd: '/w', source: 'fork', settings: yolo, fork: { session: from, seq } });
  const { result } = await place.host.create(session, {
    ...place.born(session, yolo),
    rows: [created],
    fork: { session: from, seq },
  });
  expect(result).toBe('done');
  return session;
}

export function several(make: Make) {
  test('a fork has the rows of its source up to there, and both go on by themselves', async () => {
    await using place = await Place.open(make);
    place.effects.rule = ({ input }) => says(`answer ${(input as { turn: number }).turn}`);
    const source = await place.create({ text: 'one' });
    await place.has(source, 'turn.ended');
    const { seq } = await place.host.state(source).then(({ tree }) => tree);
    await place.say(source, 'two');
    await place.has(source, 'turn.ended', 2);
    const copy = await fork(place, source, seq);
    await place.say(copy, 'other two');
    await place.has(copy, 'turn.ended', 2);
    expect((await place.bodies(copy, 'user')).map(({ text }) => text)).toEqual(['one', 'other two']);
    expect((await place.bodies(source, 'user')).map(({ text }) => text)).toEqual(['one', 'two']);
    const rows = await place.rows(copy);
    expect(rows.map((row) => row.seq)).toEqual(rows.map((_, index) => index + 1));
    expect(rows.slice(0, seq)).toEqual((await place.rows(source)).slice(0, seq));
    expect((await place.host.window(copy)).length).toBe(rows.length);
    await place.restart();
    expect(await place.rows(copy)).toEqual(rows);
  });

  test('a fork of a fork reads through both, and while their source is written', async () => {
    await using place = await Place.open(make);
    place.effects.rule = () => says('ok');
    const source = await place.create();
    const names = Array.from({ length: 40 }, (_, n) => place.event(source, { type: 'renamed', name: `s${n}` }));
    await names[10];
    const first = await fork(place, source, 8);
    await place.event(first, { type: 'renamed', name: 'first' });
    const second = await fork(place, first, (await place.rows(first)).length);
    await place.event(second, { type: 'renamed', name: 'second' });
    await Promise.all(names);
    const text = async (session: typeof source) => (await place.bodies(session, 'renamed')).map(({ name }) => name);
    expect(await text(second)).toEqual(['s0', 's1', 's2', 's3', 's4', 's5', 's6', 'first', 'second']);
    expect(await text(source)).toHaveLength(40);
    expect((await place.host.rows(second, 3, 7)).map(({ seq }) => seq)).toEqual([4, 5, 6, 7, 8, 9, 10]);
    await place.restart();
    expect(await text(second)).toHaveLength(9);
  });

  test('a fork in the middle of a turn owns nothing that runs in its source', async () => {
    await using place = await Place.open(make);
    const source = await place.create({ text: 'go' });
    (await place.effects.next('model#1')).end(calls(exec('server')));
    (await place.effects.next('c1/work#1')).end(watched('', 0, { command: 1 }));
    (await place.effects.next('model#2')).end(calls(exec('make')));
    await place.effects.next('c2/work#1');
    await place.event(source, { type: 'wake', until: Date.now() + 600_000, text: 'ring' });
    const copy = await fork(place, source, (await place.rows(source)).length);
    const state = await place.host.state(copy);
    expect(stateOf(state)).toBe('"idle"');
    expect([state.tree.open, state.tree.deadlines]).toEqual([{}, {}]);
    await place.restart();
    await Promise.all([place.host.state(copy), place.host.state(source)]);
    await place.effects.next('p1/run#1', source);
    expect(place.effects.begun.filter(({ session }) => session === copy)).toEqual([]);
    expect((await place.host.state(source)).tree.actors).toHaveProperty([commandActor(source, 1)]);
  });

  test('mail to another session arrives once, whenever its sender is killed', async () => {
    await using place = await Place.open(make);
    place.effects.rule = () => says('ok');
    const listener = await place.create();
    // A session whose machine takes itself for the listener: its alarms ring there, by mail.
    const teller = newId();
    await place.host.create(teller, {
      ...place.born(teller, careful),
      input: { ...place.born(listener, careful).input },
    });
    for (let n = 1; n <= 8; n++) {
      await place.event(teller, { type: 'wake', until: 0, text: `mail ${n}` });
      if (n % 2 === 0) await place.restart();
      await place.host.state(teller);
    }
    // Whoever was in the middle of a turn goes on with it once it is loaded.
    await place.host.state(listener);
    await place.has(listener, 'turn.ended', 8);
    const texts = (await place.bodies(listener, 'user')).map(({ text }) => text);
    expect(texts).toEqual(Array.from({ length: 8 }, (_, n) => `mail ${n + 1}`));
    await place.is(teller, ({ tree }) => Object.keys(tree.outbox).length === 0, 'the outbox to be empty');
    await place.restart();
    await Promise.all([place.host.state(teller), place.host.state(listener)]);
    expect(await place.bodies(listener, 'woke')).toHaveLength(8);
  });

  test('mail to a session that does not exist is dropped, and holds nothing up', async () => {
    await using place = await Place.open(make);
    place.effects.rule = () => says('ok');
    const teller = newId();
    await place.host.create(teller, { ...place.born(teller, careful), input: place.born(newId(), careful).input });
    await place.event(teller, { type: 'wake', until: 0, text: 'to nobody' });
    await place.is(
      teller,
      ({ tree }) => tree.sent === 1 && Object.keys(tree.outbox).length === 0,
      'the outbox to be empty',
    );
    expect((await place.host.state(teller)).trouble).toBeUndefined();
  });

  test('forty sessions work at the same time, and a kill in the middle changes nothing of what they come to', async () => {
    await using place = await Place.open(make);
    place.effects.rule = ({ effect, input }) => {
      if (effect === 'model') return (input as { step: number }).step <= 3 ? calls(exec('ls')) : says('done');
      if (effect === 'watch') return watched('', 0, { code: 0 });
      return done({ code: 0 });
    };
    const sessions = await Promise.all(Array.from({ length: 40 }, () => place.create({ text: 'go' })));
    await place.has(sessions[0]!, 'output');
    await place.restart();
    await Promise.all(sessions.map((session) => place.host.state(session)));
    for (const session of sessions) {
      await place.has(session, 'turn.ended');
      expect((await place.bodies(session, 'output')).map(({ call }) => call)).toEqual([1, 2, 3]);
    }
    await until(async () => (await place.host.list()).every(({ tree }) => Object.keys(tree.open).length === 0));
  });
}
