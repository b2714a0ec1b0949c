/** What is the embedded host's own: versions of machines, damage, listeners that throw, the window in memory, stopping. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { emptyTree } from '../../actors/tree.ts';
import { sessionActor } from '../../core/ids.ts';
import { inProcess } from '../../test/contract/in-process.ts';
import { newId } from '../../test/contract/place.ts';
import { until } from '../../test/daemon.ts';
import { calls, exec, says, watched, yolo } from '../../test/kernel/stepped.ts';
import { decode, encode, type Line } from './line.ts';
import { logPath } from './log-read.ts';

/** Rewrites a log's lines, each closed anew. */
function rewrite(path: string, change: (line: Line) => Line) {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  writeFileSync(path, Buffer.concat(lines.map((text) => encode(change(decode(text)!)))));
}
/** As a build of other machines would have left it. */
function ageMachines(path: string) {
  rewrite(path, (line) => {
    const { crc: _, ...value } = JSON.parse(JSON.stringify(line)) as Line & { crc?: string };
    return JSON.parse(JSON.stringify(value).replace(/"version":\d+/g, '"version":0')) as Line;
  });
}

test('a session of other machines is put together from its rows, says so, and goes on', async () => {
  await using it = await inProcess();
  const session = await it.place.create({ text: 'go' });
  (await it.effects.next('model#1')).end(calls(exec('make')));
  await it.effects.next('c1/work#1');
  await it.host.stop();
  ageMachines(logPath(it.place.home, session));
  await it.place.restart();
  await it.host.state(session);
  expect(await it.place.has(session, 'restored')).toMatchObject([
    { why: expect.stringContaining('other state machines') },
  ]);
  expect(await it.place.bodies(session, 'output')).toMatchObject([{ status: 'unknown', left: { command: 1 } }]);
  expect(await it.place.bodies(session, 'turn.parked')).toHaveLength(1);
  const run = await it.effects.next('p1/run#1');
  expect((await it.host.state(session)).tree.open[run.key]).toMatchObject({ attempts: 2 });
  await it.place.say(session, 'go on');
  (await it.effects.next(`model#${modelOf(await it.host.state(session))}`)).end(says('ok'));
  expect(await it.place.has(session, 'turn.ended')).toMatchObject([{ status: 'completed' }]);
  await it.place.restart();
  await it.host.state(session);
  expect(await it.place.bodies(session, 'restored')).toHaveLength(1);
  expect(await it.place.say(session, 'go on')).toMatchObject({ result: 'repeated' });
});

const modelOf = ({ tree }: { tree: ReturnType<typeof emptyTree> }) =>
  (tree.actors[sessionActor(tree.id)]!.context as { model: number }).model;

test('a restore that was not written is made again', async () => {
  await using it = await inProcess();
  const session = await it.place.create({ text: 'go' });
  await it.effects.next('model#1');
  await it.host.stop();
  const path = logPath(it.place.home, session);
  ageMachines(path);
  const before = readFileSync(path);
  await it.place.restart();
  await it.host.state(session);
  await it.place.has(session, 'restored');
  await it.host.stop();
  // Everything the restore wrote is torn off again, but for its first bytes.
  writeFileSync(path, readFileSync(path).subarray(0, before.length + 50));
  await it.place.restart();
  await it.host.state(session);
  expect(await it.place.has(session, 'restored')).toHaveLength(1);
  expect(await it.place.has(session, 'turn.parked')).toHaveLength(1);
});

test('a damaged session is listed as such, shows the rows before the damage, and takes nothing', async () => {
  await using it = await inProcess();
  it.effects.rule = () => says('ok');
  const [bad, good] = [await it.place.create({ text: 'first words' }), await it.place.create()];
  await it.place.has(bad, 'turn.ended');
  await it.host.stop();
  const path = logPath(it.place.home, bad);
  const whole = Buffer.from(readFileSync(path, 'utf8').replace(/^\{"checkpoint".*\n/m, ''));
  const bytes = Buffer.from(whole);
  bytes[bytes.indexOf('"assistant"') + 4]! ^= 1;
  writeFileSync(path, bytes);
  await it.place.restart();
  const { trouble, meta, tree } = await it.host.state(bad);
  expect(trouble).toMatchObject({
    kind: 'quarantined',
    why: expect.stringContaining('is damaged at byte'),
    fix: expect.stringContaining('tcx doctor'),
  });
  expect(meta).toMatchObject({ cwd: '/w', title: 'first words' });
  expect(tree).toEqual({ ...emptyTree(bad), seq: 3 });
  expect((await it.place.rows(bad)).map(({ kind }) => kind)).toEqual(['created', 'turn.started', 'user']);
  await expect(it.place.say(bad, 'hi')).rejects.toMatchObject({ code: 'quarantined' });
  await expect(it.host.window(bad)).rejects.toMatchObject({ code: 'quarantined' });
  expect(it.host.list().find(({ session }) => session === bad)?.trouble?.kind).toBe('quarantined');
  expect((await it.place.say(good, 'hi')).result).toBe('done');
  expect(readFileSync(path).equals(bytes)).toBe(true);
  // Mended, it is a session again.
  writeFileSync(path, whole);
  expect((await it.place.say(bad, 'hi')).result).toBe('done');
  expect(it.host.list().filter(({ session }) => session === bad)).toHaveLength(1);
});

test('a log of a newer tcx is refused with a sentence and the way out', async () => {
  await using it = await inProcess();
  const session = await it.place.create({ text: 'hi' });
  await it.host.stop();
  const path = logPath(it.place.home, session);
  rewrite(path, (line) => ('log' in line ? { log: { ...line.log, rows: 2 } } : line));
  const before = readFileSync(path);
  await it.place.restart();
  await expect(it.place.say(session, 'hi')).rejects.toMatchObject({
    code: 'too-new',
    message: expect.stringContaining('newer tcx'),
    fix: 'install the newer tcx',
  });
  expect((await it.host.state(session)).trouble?.kind).toBe('quarantined');
  expect(readFileSync(path).equals(before)).toBe(true);
});

test('a listener that throws is told about, and the session does not feel it', async () => {
  await using it = await inProcess();
  it.host.watch({
    committed: () => {
      throw new Error('a screen broke');
    },
    live: () => {
      throw new Error('a screen broke');
    },
  });
  const session = await it.place.create({ text: 'go' });
  const model = await it.effects.next('model#1');
  model.live({ kind: 'text', text: 'x' });
  model.end(says('ok'));
  await it.place.has(session, 'turn.ended');
  expect(it.errors.length).toBeGreaterThan(2);
  it.errors.length = 0;
});

test.each([2000, 50])(
  'rows that are committed while the window is being read are in it, of %i held',
  async (heldRows) => {
    await using it = await inProcess({ heldRows });
    const session = await it.place.create();
    for (let n = 0; n < 400; n++)
      await it.place.event(session, { type: 'renamed', name: `n${n} ${'x'.repeat(500)}` }, false);
    await it.host.unload(session);
    for (let round = 0; round < 10; round++) {
      const reading = [it.host.window(session), it.host.window(session)];
      for (let n = 0; n < 5; n++) await it.place.event(session, { type: 'renamed', name: `r${round}.${n}` }, false);
      for (const rows of await Promise.all(reading))
        expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1));
      const { tree } = await it.host.state(session);
      expect((await it.host.window(session)).at(-1)?.seq).toBe(tree.seq);
      it.host.forgetWindow(session);
    }
  },
);

test('the window may be forgotten in the middle of an effect that reads it', async () => {
  await using it = await inProcess();
  const session = await it.place.create({ text: 'go' });
  const model = await it.effects.next('model#1');
  const window = it.host.window(session);
  it.host.forgetWindow(session);
  expect(await window).toHaveLength(3);
  model.end(calls(exec('ls')));
  (await it.effects.next('c1/work#1')).end(watched('', 0, { code: 0 }));
  await it.effects.next('model#2');
  it.host.forgetWindow(session);
  const rows = await it.host.window(session);
  expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1));
  expect(rows.at(-1)?.kind).toBe('output');
});

test('a session that is only looked at does not grow', async () => {
  await using it = await inProcess();
  const session = await it.place.create({ text: 'go' });
  (await it.effects.next('model#1')).end(says('ok'));
  await it.place.has(session, 'turn.ended');
  await until(() => it.host.unload(session));
  const size = readFileSync(logPath(it.place.home, session)).length;
  for (let n = 0; n < 5; n++) {
    await it.host.state(session);
    await it.host.unload(session);
  }
  expect(readFileSync(logPath(it.place.home, session)).length).toBe(size);
});

test('what is told of a log’s length when it is closed is its size on disk', async () => {
  await using it = await inProcess();
  const lengths = new Map<string, number>();
  it.host.watch({ unloaded: (session, length) => lengths.set(session, length) });
  const [one, two] = [await it.place.create({ text: 'go' }), await it.place.create()];
  expect(await it.host.unload(two)).toBe(true);
  await it.host.stop();
  for (const session of [one, two])
    expect(lengths.get(session)).toBe(readFileSync(logPath(it.place.home, session)).length);
});

test('a held host loads and waits; a word, or resume, goes on, and only once', async () => {
  await using it = await inProcess({ held: true });
  const session = await it.place.create({ text: 'go' });
  await it.effects.next('model#1');
  await it.place.restart();
  await it.host.state(session);
  expect(it.effects.count('model#1')).toBe(1);
  await it.place.event(session, { type: 'renamed', name: 'x' });
  const again = await it.effects.next('model#1');
  expect(again.attempt).toBe(2);
  it.host.resume(session);
  await it.place.event(session, { type: 'renamed', name: 'y' });
  expect(it.effects.count('model#1')).toBe(2);
});

test('what a held session began by itself is not begun again when it is resumed', async () => {
  await using it = await inProcess({ held: true });
  const session = await it.place.create({ text: 'go' });
  (await it.effects.next('model#1')).end({ kind: 'parked', why: 'needs a key' });
  await it.place.has(session, 'turn.parked');
  await it.place.restart();
  await it.place.event(session, { type: 'resumed' }, false);
  await it.effects.next('model#2');
  await it.place.event(session, { type: 'renamed', name: 'x' });
  expect(it.effects.count('model#2')).toBe(1);
  expect((await it.host.state(session)).tree.open[`${session}/model#2` as never]).toMatchObject({ attempts: 1 });
});

test('an interrupt as the first word to a held session begins nothing', async () => {
  await using it = await inProcess({ held: true });
  const session = await it.place.create({ text: 'go' });
  await it.effects.next('model#1');
  await it.place.restart();
  await it.place.event(session, { type: 'interrupted' });
  expect(await it.place.has(session, 'turn.ended')).toMatchObject([{ status: 'interrupted' }]);
  expect(it.effects.count('model#1')).toBe(1);
});

test('stopping twice, stopping while loading and stopping while a session is put to sleep are all one stop', async () => {
  await using it = await inProcess();
  const sessions = await Promise.all(Array.from({ length: 10 }, () => it.place.create()));
  for (const session of sessions.slice(0, 5)) void it.host.unload(session);
  const loading = sessions.slice(0, 3).map((session) => it.host.state(session).catch(() => undefined));
  await Promise.all([it.host.stop(), it.host.stop()]);
  await Promise.all(loading);
  await it.place.restart();
  for (const session of sessions) expect((await it.place.say(session, 'hi')).result).toBe('done');
});

test('a fork of a session that is not there, or damaged, is refused and leaves nothing', async () => {
  await using it = await inProcess();
  const session = newId();
  const born = { ...it.place.born(session, yolo), fork: { session: newId(), seq: 1 } };
  await expect(it.host.create(session, born)).rejects.toMatchObject({ code: 'no-session' });
  await expect(it.host.state(session)).rejects.toMatchObject({ code: 'no-session' });
});

test('words keep their order over a session that is put to sleep between them', async () => {
  await using it = await inProcess();
  it.effects.rule = () => says('ok');
  const session = await it.place.create();
  const said: Promise<unknown>[] = [];
  for (let n = 0; n < 30; n++) {
    said.push(it.place.say(session, `word ${n}`), it.host.unload(session));
    if (n % 3 === 2) await new Promise(setImmediate);
    if (n % 7 === 6) await Promise.all(said);
  }
  await Promise.all(said);
  const words = (await it.place.bodies(session, 'user')).map(({ text }) => text);
  expect(words).toEqual(Array.from({ length: 30 }, (_, n) => `word ${n}`));
});
