/** A host is killed, and the next one goes on: nothing that was said is lost, nothing that may have happened is repeated. */
import { expect, test } from 'vitest';
import { until } from '../daemon.ts';
import { calls, careful, done, exec, patch, prepared, says, watched } from '../kernel/stepped.ts';
import { type Make, Place, stateOf } from './place.ts';

export function durability(make: Make) {
  test('what was answered is there after a kill', async () => {
    await using place = await Place.open(make);
    const session = await place.create();
    const { seq } = await place.say(session, 'hello');
    await place.restart();
    expect((await place.rows(session)).at(-1)?.seq).toBe(seq);
    expect(await place.say(session, 'hello')).toEqual({ result: 'repeated', seq });
  });

  test('words, outputs and a queue larger than a line of a log are whole after a kill, and for the model too', async () => {
    await using place = await Place.open(make);
    const large = (letter: string) => letter.repeat(200 * 1024);
    const session = await place.create({ text: large('a') });
    (await place.effects.next('model#1')).end(calls(exec(large('b'))));
    await place.effects.next('c1/work#1');
    await place.say(session, large('c'));
    const before = await place.rows(session);
    expect(before.map(({ body }) => JSON.stringify(body).length).filter((length) => length > 200 * 1024)).toHaveLength(
      3,
    );
    await place.restart();
    expect(await place.rows(session)).toEqual(before);
    expect(JSON.stringify((await place.host.state(session)).tree)).toContain(large('c'));
    (await place.effects.next('c1/work#1')).end(watched(large('d'), 1, { code: 0 }));
    (await place.effects.next('model#2')).end(says(large('e')));
    await place.has(session, 'turn.ended');
    await place.restart();
    const window = JSON.stringify(await place.host.window(session));
    for (const letter of ['a', 'b', 'c', 'd', 'e']) expect(window).toContain(large(letter));
  });

  test('no effect begins before its intent is on disk: killed as soon as it began, the next host knows it', async () => {
    await using place = await Place.open(make);
    const session = await place.create({ text: 'go' });
    await place.effects.next('model#1');
    await place.restart();
    expect((await place.host.state(session)).tree.open).toHaveProperty([`${session}/model#1`]);
    (await place.effects.next('model#1')).end(calls(exec('touch x')));
    const run = await place.effects.next('p1/run#1');
    await place.restart();
    expect(run.attempt).toBe(1);
    expect((await place.host.state(session)).tree.open[run.key]).toMatchObject({ effect: 'command', mark: 'holder 1' });
  });

  test('again: a model request is made once more, and answered once', async () => {
    await using place = await Place.open(make);
    const session = await place.create({ text: 'go' });
    await place.effects.next('model#1');
    await place.restart();
    await place.host.state(session);
    const again = await place.effects.next('model#1');
    expect([again.how, again.attempt]).toEqual(['run', 2]);
    again.end(says('ok'));
    await place.has(session, 'turn.ended');
    expect(await place.bodies(session, 'assistant')).toHaveLength(1);
  });

  test('adopt: a command is begun again with its mark, so that it can be found, however often hosts die', async () => {
    await using place = await Place.open(make);
    const session = await place.create({ text: 'go' });
    (await place.effects.next('model#1')).end(calls(exec('server')));
    (await place.effects.next('c1/work#1')).end(watched('up', 2, { command: 1 }));
    (await place.effects.next('model#2')).end(says('it runs'));
    await place.has(session, 'turn.ended');
    for (let attempt = 2; attempt <= 5; attempt++) {
      await place.restart();
      await place.host.state(session);
      expect((await place.effects.next('p1/run#1')).attempt).toBe(attempt);
    }
    (await place.effects.next('p1/run#1')).end(done({ code: 7 }));
    expect(await place.has(session, 'command.ended')).toEqual([{ command: 1, code: 7 }]);
  });

  test('check: a patch that was begun is looked at, not done again', async () => {
    await using place = await Place.open(make);
    const session = await place.create({ text: 'go' });
    (await place.effects.next('model#1')).end(calls(patch()));
    (await place.effects.next('c1/prepare#1')).end(prepared());
    expect((await place.effects.next('c1/work#1')).how).toBe('run');
    await place.restart();
    await place.host.state(session);
    const look = await place.effects.next('c1/work#1');
    expect([look.how, look.effect, look.attempt]).toEqual(['check', 'apply', 2]);
    look.end({ kind: 'unknown', why: 'the file is neither as it was nor as it should be' });
    expect(await place.has(session, 'output')).toMatchObject([{ status: 'unknown' }]);
  });

  test('check, asked to stop by a word before it was looked at: looked at all the same', async () => {
    await using place = await Place.open(make);
    const session = await place.create({ text: 'go' });
    (await place.effects.next('model#1')).end(calls(patch()));
    (await place.effects.next('c1/prepare#1')).end(prepared());
    await place.effects.next('c1/work#1');
    await place.restart();
    await place.event(session, { type: 'interrupted' });
    const look = await place.effects.next('c1/work#1');
    expect(look.how).toBe('check');
    look.end(done({ text: 'Success.', ok: true }));
    expect(await place.has(session, 'output')).toMatchObject([{ status: 'done' }]);
    expect(await place.has(session, 'turn.ended')).toMatchObject([{ status: 'interrupted' }]);
  });

  test('begun three times without an end: failed, and the turn says so', async () => {
    await using place = await Place.open(make);
    const session = await place.create({ text: 'go' });
    for (let attempt = 1; attempt <= 3; attempt++) {
      expect((await place.effects.next('model#1')).attempt).toBe(attempt);
      await place.restart();
      await place.host.state(session);
    }
    expect(await place.has(session, 'turn.ended')).toMatchObject([
      { status: 'failed', error: { message: 'tcxd died 3 times while doing this' } },
    ]);
    expect(place.effects.count('model#1')).toBe(3);
  });

  test('a request that was asked to end is not made again', async () => {
    await using place = await Place.open(make);
    const session = await place.create({ text: 'go' });
    await place.effects.next('model#1');
    await place.event(session, { type: 'interrupted' });
    await place.restart();
    await place.host.state(session);
    expect(await place.has(session, 'turn.ended')).toMatchObject([{ status: 'interrupted' }]);
    expect(place.effects.count('model#1')).toBe(1);
  });

  test('a request that was cut by a steer is not made again, the one after it is', async () => {
    await using place = await Place.open(make);
    const session = await place.create({ text: 'go' });
    await place.effects.next('model#1');
    await place.say(session, 'and this');
    await place.effects.next('model#2');
    await place.restart();
    await place.host.state(session);
    (await place.effects.next('model#2')).end(says('ok'));
    await place.has(session, 'turn.ended');
    expect([place.effects.count('model#1'), place.effects.count('model#2')]).toEqual([1, 2]);
    expect((await place.host.state(session)).tree.open).toEqual({});
  });

  test('an outcome that was told is not asked for again', async () => {
    await using place = await Place.open(make);
    const session = await place.create({ text: 'go' });
    (await place.effects.next('model#1')).end(calls(exec('ls')));
    (await place.effects.next('c1/work#1')).end(watched('', 0, { code: 0 }));
    await place.has(session, 'output');
    await place.restart();
    await place.host.state(session);
    await place.effects.next('model#2');
    expect(place.effects.count('c1/work#1')).toBe(1);
  });

  test('an open question is open after a kill, and its answer runs that very call once', async () => {
    await using place = await Place.open(make);
    const session = await place.create({ settings: careful, text: 'go' });
    (await place.effects.next('model#1')).end(calls(exec('make')));
    await place.has(session, 'asked');
    await place.restart();
    expect(stateOf(await place.host.state(session))).toBe('{"turn":"acting"}');
    expect((await place.decide(session, 1, 'once', 'k')).result).toBe('done');
    await place.effects.next('p1/run#1');
    await place.restart();
    expect((await place.decide(session, 1, 'once', 'k')).result).toBe('repeated');
    expect((await place.decide(session, 1, 'no', 'other')).result).toBe('ignored');
    expect(await place.bodies(session, 'answered')).toHaveLength(1);
  });

  test('an alarm rings after a kill: at its time, or at once when that is past, and never twice', async () => {
    await using place = await Place.open(make);
    const session = await place.create();
    await place.event(session, { type: 'wake', until: Date.now() + 1500, text: 'later' });
    await place.event(session, { type: 'wake', until: Date.now() + 300, text: 'soon' });
    const until1500 = (await place.bodies(session, 'wake'))[0]!.until;
    await place.crash();
    await until(() => Date.now() > until1500 - 1000);
    await place.start();
    place.effects.rule = () => says('ok');
    await place.host.state(session);
    await place.has(session, 'turn.ended', 2);
    expect((await place.bodies(session, 'user')).map(({ text }) => text)).toEqual(['soon', 'later']);
    expect((await place.rows(session)).findLast(({ kind }) => kind === 'woke')!.at).toBeGreaterThanOrEqual(until1500);
    await place.restart();
    await place.host.state(session);
    expect(await place.bodies(session, 'woke')).toHaveLength(2);
  });

  test('an alarm wakes a session that sleeps', async () => {
    await using place = await Place.open(make);
    place.effects.rule = () => says('ok');
    const session = await place.create();
    await place.event(session, { type: 'wake', until: Date.now() + 700, text: 'ring' });
    expect(await place.host.unload(session)).toBe(true);
    expect(await place.has(session, 'turn.ended')).toMatchObject([{ status: 'completed' }]);
    expect(await place.bodies(session, 'user')).toMatchObject([{ text: 'ring', by: 'wake' }]);
  });

  test('a turn that was stopping when the host was killed still stops', async () => {
    await using place = await Place.open(make);
    const session = await place.create({ text: 'go' });
    (await place.effects.next('model#1')).end(calls(exec('sleep 100')));
    await place.effects.next('c1/work#1');
    await place.event(session, { type: 'interrupted' });
    await place.restart();
    await place.host.state(session);
    expect(await place.has(session, 'turn.ended')).toMatchObject([{ status: 'interrupted' }]);
    expect(await place.bodies(session, 'output')).toMatchObject([{ status: 'interrupted' }]);
    await place.effects.next('p1/run#1');
  });

  test('parked stays parked over a kill, and is the same turn when it goes on', async () => {
    await using place = await Place.open(make);
    const session = await place.create({ text: 'go' });
    (await place.effects.next('model#1')).end({ kind: 'parked', why: 'needs a key', fix: 'export KEY' });
    await place.has(session, 'turn.parked');
    await place.restart();
    expect(stateOf(await place.host.state(session))).toBe('{"turn":"parked"}');
    await place.event(session, { type: 'resumed' });
    (await place.effects.next('model#2')).end(says('ok'));
    await place.has(session, 'turn.ended');
    expect(await place.bodies(session, 'turn.started')).toEqual([{ turn: 1 }]);
  });
}
