/** Create, send, rows, state, watch, list, unload, stop: the whole of a host that is left alone. */
import { expect, test } from 'vitest';
import { sessionActor } from '../../core/ids.ts';
import type { Row } from '../../core/rows.ts';
import type { Committed } from '../../daemon/hosts/host.ts';
import { until } from '../daemon.ts';
import { calls, careful, done, exec, says, watched } from '../kernel/stepped.ts';
import { type Make, newId, Place, stateOf } from './place.ts';

export function basics(make: Make) {
  test('a session that is made with a message is never seen without it', async () => {
    await using place = await Place.open(make);
    const session = newId();
    const { result, seq } = await place.host.create(session, place.born(session, careful, 'hello'));
    expect(result).toBe('done');
    const rows = await place.rows(session);
    expect(rows.map(({ seq: n, kind }) => [n, kind])).toEqual([
      [1, 'created'],
      [2, 'turn.started'],
      [3, 'user'],
    ]);
    expect(seq).toBe(3);
    expect((await place.effects.next('model#1')).input).toEqual({ turn: 1, step: 1 });
    expect((await place.host.state(session)).meta).toMatchObject({ cwd: '/w', title: 'hello', turns: 1 });
  });

  test('asking for the same session twice makes one, at once or later', async () => {
    await using place = await Place.open(make);
    const session = newId();
    const both = await Promise.all([1, 2].map(() => place.host.create(session, place.born(session, careful, 'hello'))));
    expect(both.map(({ result }) => result).sort()).toEqual(['done', 'repeated']);
    expect(await place.host.create(session, place.born(session, careful, 'hello'))).toEqual({
      result: 'repeated',
      seq: 3,
    });
    expect(await place.bodies(session, 'user')).toHaveLength(1);
    await place.restart();
    expect(await place.host.create(session, place.born(session, careful, 'hello'))).toMatchObject({
      result: 'repeated',
    });
    expect(await place.bodies(session, 'user')).toHaveLength(1);
  });

  test('a turn runs: asked, called, answered, ended', async () => {
    await using place = await Place.open(make);
    const session = await place.create({ text: 'go' });
    (await place.effects.next('model#1')).end(calls(exec('ls')));
    (await place.effects.next('c1/work#1')).end(watched('a\n', 2, { code: 0 }));
    (await place.effects.next('p1/run#1')).end(done({ code: 0 }));
    (await place.effects.next('model#2')).end(says('there is a'));
    expect(await place.has(session, 'turn.ended')).toMatchObject([{ status: 'completed' }]);
    const rows = await place.rows(session);
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1));
    expect((await place.host.state(session)).tree.open).toEqual({});
  });

  test('rows are given after a seq, so many at a time, in order', async () => {
    await using place = await Place.open(make);
    const session = await place.create();
    for (let n = 0; n < 30; n++) await place.event(session, { type: 'renamed', name: `n${n}` });
    const seqs = async (after: number, limit: number) =>
      (await place.host.rows(session, after, limit)).map(({ seq }) => seq);
    expect(await seqs(0, 3)).toEqual([1, 2, 3]);
    expect(await seqs(29, 100)).toEqual([30, 31]);
    expect(await seqs(31, 10)).toEqual([]);
    expect(await seqs(99, 10)).toEqual([]);
    expect(await seqs(5, 0)).toEqual([]);
    expect((await place.host.window(session)).map(({ seq }) => seq)).toEqual(await seqs(0, 100));
  });

  test('an event no state takes is ignored; one for nobody too', async () => {
    await using place = await Place.open(make);
    const session = await place.create();
    expect((await place.event(session, { type: 'interrupted' })).result).toBe('ignored');
    expect((await place.decide(session, 7, 'once', 'k')).result).toBe('ignored');
    expect(await place.rows(session)).toHaveLength(1);
  });

  test('the same key twice is once, and answers with what it led to', async () => {
    await using place = await Place.open(make);
    const session = await place.create();
    const [first, second] = await Promise.all([place.say(session, 'hi', 'k'), place.say(session, 'hi', 'k')]);
    expect([first.result, second.result].sort()).toEqual(['done', 'repeated']);
    expect(first.seq).toBe(second.seq);
    expect((await place.say(session, 'other words', 'k')).result).toBe('repeated');
    expect(await place.bodies(session, 'user')).toHaveLength(1);
  });

  test('a session that does not exist is a refusal with a way out', async () => {
    await using place = await Place.open(make);
    for (const ask of [
      () => place.say(newId(), 'hi'),
      () => place.host.state(newId()),
      () => place.host.rows(newId(), 0, 1),
      () => place.host.window(newId()),
    ]) {
      const error = await ask().then(
        () => undefined,
        (refusal: { code?: string; fix?: string }) => refusal,
      );
      expect(error).toMatchObject({ code: 'no-session', fix: expect.stringContaining('tcx') });
    }
  });

  test('whoever watches sees every row once, in order, and each with the state it led to', async () => {
    await using place = await Place.open(make);
    const seen: Committed[] = [];
    const watching = place.host.watch({ committed: (commit) => seen.push(commit) });
    const session = await place.create({ text: 'go' });
    (await place.effects.next('model#1')).end(calls(exec('ls')));
    (await place.effects.next('c1/work#1')).end(watched('', 0, { code: 0 }));
    (await place.effects.next('p1/run#1')).end(done({ code: 0 }));
    (await place.effects.next('model#2')).end(says('ok'));
    await place.has(session, 'turn.ended');
    await until(() => seen.at(-1)?.rows.at(-1)?.kind === 'turn.ended');
    const rows = seen.flatMap((commit) => commit.rows);
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1));
    for (const { rows: fresh, tree } of seen) if (fresh.length > 0) expect(tree.seq).toBe(fresh.at(-1)!.seq);
    expect(
      seen
        .flatMap(({ closed }) => closed)
        .map((key) => key.slice(37))
        .sort(),
    ).toEqual(['c1/work#1', 'model#1', 'model#2', 'p1/run#1']);
    expect(
      seen
        .flatMap(({ ended }) => ended)
        .map((id) => id.slice(36))
        .sort(),
    ).toEqual(['/c1', '/p1']);
    watching[Symbol.dispose]();
    const before = seen.length;
    await place.event(session, { type: 'renamed', name: 'x' });
    expect(seen).toHaveLength(before);
  });

  test('what is shown of an effect while it runs is told with its key, and no longer once it is over', async () => {
    await using place = await Place.open(make);
    const told: string[] = [];
    place.host.watch({ live: (_, key, { text }) => told.push(`${key.slice(37)} ${text}`) });
    const session = await place.create({ text: 'go' });
    const model = await place.effects.next('model#1');
    model.live({ kind: 'text', text: 'he' });
    await until(() => told.length === 1);
    model.end(says('hello'));
    await place.has(session, 'turn.ended');
    model.live({ kind: 'text', text: 'too late' });
    await place.event(session, { type: 'renamed', name: 'x' });
    expect(told).toEqual(['model#1 he']);
  });

  test('an interrupt aborts the effect, and its true ending is waited for', async () => {
    await using place = await Place.open(make);
    const session = await place.create({ text: 'go' });
    const model = await place.effects.next('model#1');
    expect((await place.event(session, { type: 'interrupted', by: 'me' })).result).toBe('done');
    await until(() => model.aborted);
    expect(stateOf(await place.host.state(session))).toBe('{"turn":"stopping"}');
    model.end({ kind: 'interrupted' });
    expect(await place.has(session, 'turn.ended')).toMatchObject([{ status: 'interrupted', by: 'me' }]);
  });

  test('an effect that does not end is waited for 2 s, and its end is a late row', async () => {
    await using place = await Place.open(make);
    const session = await place.create({ text: 'go' });
    (await place.effects.next('model#1')).end(calls(exec('ls')));
    const watch = await place.effects.next('c1/work#1');
    const asked = performance.now();
    await place.event(session, { type: 'interrupted' });
    await place.has(session, 'turn.ended');
    expect(performance.now() - asked).toBeGreaterThan(1900);
    watch.end(watched('', 0, { code: 0 }));
    expect(await place.has(session, 'late')).toEqual([{ key: watch.key, outcome: 'done' }]);
  });

  test('an effect that throws has failed, and nothing else has', async () => {
    await using place = await Place.open(make);
    const session = await place.create({ text: 'go' });
    (await place.effects.next('model#1')).break(new Error('a bug in the provider'));
    const [end] = await place.has(session, 'turn.ended');
    expect(end).toMatchObject({ status: 'failed', error: { message: 'model broke: a bug in the provider' } });
    await place.say(session, 'again');
    (await place.effects.next('model#2')).end(says('ok'));
    expect(await place.has(session, 'turn.ended', 2)).toMatchObject([{}, { status: 'completed' }]);
  });

  test('a session that rests can sleep, one that works cannot; a word wakes it', async () => {
    await using place = await Place.open(make);
    const slept: string[] = [];
    place.host.watch({ unloaded: (session) => slept.push(session) });
    const session = await place.create({ text: 'go' });
    const model = await place.effects.next('model#1');
    expect(await place.host.unload(session)).toBe(false);
    model.end(says('ok'));
    await place.has(session, 'turn.ended');
    expect(await until(() => place.host.unload(session))).toBe(true);
    expect((await place.host.list()).map((state) => state.session)).not.toContain(session);
    await until(() => slept.includes(session));
    expect(await place.host.unload(session)).toBe(false);
    expect((await place.host.rows(session, 0, 1)).map(({ kind }) => kind)).toEqual(['created']);
    expect((await place.say(session, 'and now?', 'k2')).result).toBe('done');
    expect((await place.host.list()).map((state) => state.session)).toContain(session);
    (await place.effects.next('model#2')).end(says('ok'));
    expect(await place.bodies(session, 'user')).toHaveLength(2);
  });

  test('nobody who speaks to a session notices that it was just being put to sleep', async () => {
    await using place = await Place.open(make);
    place.effects.rule = () => says('ok');
    const session = await place.create();
    const said: Promise<unknown>[] = [];
    for (let n = 0; n < 60; n++) {
      said.push(place.say(session, `word ${n}`));
      said.push(place.host.unload(session));
      if (n % 7 === 0) await Promise.all(said);
    }
    await Promise.all(said);
    expect((await place.bodies(session, 'user')).map(({ text }) => text)).toEqual(
      Array.from({ length: 60 }, (_, n) => `word ${n}`),
    );
  });

  test('stop ends at once although an effect does not, and refuses what comes after', async () => {
    await using place = await Place.open(make);
    const session = await place.create({ text: 'go' });
    const model = await place.effects.next('model#1');
    const asked = performance.now();
    await place.host.stop();
    expect(performance.now() - asked).toBeLessThan(2000);
    await until(() => model.aborted);
    await expect(place.say(session, 'hi')).rejects.toMatchObject({ code: 'stopping' });
    await expect(place.host.create(newId(), place.born(newId(), careful))).rejects.toMatchObject({ code: 'stopping' });
    model.end(says('nobody hears this'));
    await place.restart();
    await place.host.state(session);
    const again = await place.effects.next('model#1');
    expect(again.attempt).toBe(2);
    again.end(says('heard'));
    expect((await place.has(session, 'assistant')).map(({ text }) => text)).toEqual(['heard']);
  });

  test('a question waits, and its first answer counts', async () => {
    await using place = await Place.open(make);
    const session = await place.create({ settings: careful, text: 'go' });
    (await place.effects.next('model#1')).end(calls(exec('make')));
    await place.has(session, 'asked');
    const answers = await Promise.all([place.decide(session, 1, 'once', 'a'), place.decide(session, 1, 'no', 'b')]);
    expect(answers.map(({ result }) => result)).toEqual(['done', 'ignored']);
    await place.effects.next('p1/run#1');
    expect(await place.bodies(session, 'answered')).toMatchObject([{ choice: 'once', key: 'a' }]);
  });

  test('the window of a conversation begins after its newest compaction', async () => {
    await using place = await Place.open(make);
    const session = await place.create();
    const rows: readonly Row[] = await place.host.window(session);
    expect(rows).toHaveLength(1);
    expect((await place.host.state(session)).tree.actors[sessionActor(session)]).toBeDefined();
  });
}
