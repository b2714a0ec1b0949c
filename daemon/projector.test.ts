/** The index follows the logs: what it says after any end of a daemon is what the logs say. */
import { appendFileSync, copyFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { SessionId } from '../core/ids.ts';
import { type InProcess, inProcess } from '../test/contract/in-process.ts';
import { newId } from '../test/contract/place.ts';
import { until } from '../test/daemon.ts';
import { calls, exec, says, watched } from '../test/kernel/stepped.ts';
import { logPath } from './hosts/log-read.ts';
import { Index } from './index-db.ts';
import { Projector } from './projector.ts';

interface Scene extends Disposable {
  readonly index: Index;
  readonly projector: Projector;
  readonly broken: SessionId[];
}
/** An index over the host's home, told what the host tells. */
function follow(it: InProcess): Scene {
  const index = new Index(it.place.home);
  const broken: SessionId[] = [];
  const projector = new Projector({
    home: it.place.home,
    index,
    name: (session) => session.slice(0, 8),
    length: (session) => it.host.length(session),
    broken: (session) => broken.push(session),
  });
  const watching = it.host.watch({
    committed: (commit) => projector.committed(commit),
    unloaded: (session, length) => projector.closed(session, length),
  });
  return {
    index,
    projector,
    broken,
    [Symbol.dispose]: () => {
      watching[Symbol.dispose]();
      index.close();
    },
  };
}
const quiet = () => {};
const sizeOf = (it: InProcess, session: SessionId) => statSync(logPath(it.place.home, session)).size;

test('after a clean end nothing has to be read again', async () => {
  await using it = await inProcess();
  using scene = follow(it);
  it.effects.rule = () => says('ok');
  const sessions = [
    await it.place.create({ text: 'a' }),
    await it.place.create({ text: 'b' }),
    await it.place.create(),
  ];
  for (const session of sessions.slice(0, 2)) await it.place.has(session, 'turn.ended');
  await until(() => it.host.unload(sessions[1]!));
  await it.host.stop();
  scene.projector.flush();
  for (const session of sessions) expect(scene.index.get(session)).toMatchObject({ length: sizeOf(it, session) });
  const read: number[] = [];
  await scene.projector.catchUp((done) => read.push(done));
  expect(read).toEqual([]);
});

test('after a kill the logs that are longer are read on, and each word is found once', async () => {
  await using it = await inProcess();
  let session!: SessionId;
  {
    using scene = follow(it);
    session = await it.place.create({ text: 'find the marmalade' });
    (await it.effects.next('model#1')).end(says('it is in the cupboard'));
    await it.place.has(session, 'turn.ended');
    scene.projector.flush();
  }
  // Nobody tells the index from here on.
  await it.place.say(session, 'and the honey?');
  (await it.effects.next('model#2')).end(says('beside it'));
  await it.place.has(session, 'turn.ended', 2);
  await it.host.stop();
  using scene = follow(it);
  expect(await scene.projector.catchUp(quiet)).toEqual([]);
  for (const word of ['marmalade', 'cupboard', 'honey', 'beside'])
    expect(scene.index.list({ archived: false, grep: word, limit: 10, offset: 0 }).sessions, word).toHaveLength(1);
  expect(scene.index.get(session)).toMatchObject({ meta: { turns: 2 }, open: false, length: sizeOf(it, session) });
});

test('reading on changes no log, torn or not', async () => {
  await using it = await inProcess();
  using scene = follow(it);
  const session = await it.place.create({ text: 'go' });
  await it.host.stop();
  const path = logPath(it.place.home, session);
  appendFileSync(path, '{"commit":{"rows":[{"seq"');
  const before = readFileSync(path);
  await scene.projector.catchUp(quiet);
  expect(readFileSync(path).equals(before)).toBe(true);
  expect(scene.index.get(session)).toMatchObject({ seq: 3, open: true });
});

test('sessions with something open are known as such: effects, questions, alarms, mail, unread commands', async () => {
  await using it = await inProcess();
  using scene = follow(it);
  const [idle, busy, alarm, unread] = [
    await it.place.create(),
    await it.place.create({ text: 'go' }),
    await it.place.create(),
    await it.place.create({ text: 'go' }),
  ];
  await it.place.event(alarm, { type: 'wake', until: it.clock.wall() + 1e9, text: 'x' });
  (await it.effects.next('model#1', unread)).end(calls(exec('make')));
  (await it.effects.next('c1/work#1', unread)).end(watched('', 0, { command: 1 }));
  (await it.effects.next('model#2', unread)).end(says('it runs'));
  (await it.effects.next('p1/run#1', unread)).end({ kind: 'done', value: { code: 0 } });
  await it.place.has(unread, 'command.ended');
  scene.projector.flush();
  expect(scene.index.withOpenWork().sort()).toEqual([busy, alarm, unread].sort());
  expect(scene.index.get(idle)?.open).toBe(false);
});

test('a batch that is written in the middle of a commit does not claim what is not committed', async () => {
  await using it = await inProcess();
  using scene = follow(it);
  const session = await it.place.create();
  for (let n = 0; n < 30; n++) {
    const saying = it.place.event(session, { type: 'renamed', name: `n${n}` });
    for (let turn = 0; turn < n % 4; turn++) await new Promise(setImmediate);
    scene.projector.flush();
    const { seq, length } = scene.index.get(session)!;
    const log = readFileSync(logPath(it.place.home, session)).subarray(0, length).toString();
    expect([...log.matchAll(/\{"seq":(\d+)/g)].at(-1)?.[1]).toBe(String(seq));
    await saying;
  }
});

test('a damaged log is told about, and the others are read', async () => {
  await using it = await inProcess();
  const [bad, good] = [await it.place.create({ text: 'a' }), await it.place.create({ text: 'b' })];
  await it.host.stop();
  const path = logPath(it.place.home, bad);
  const bytes = readFileSync(path);
  bytes[20]! ^= 1;
  writeFileSync(path, bytes);
  writeFileSync(logPath(it.place.home, newId()), '');
  using scene = follow(it);
  expect(await scene.projector.catchUp(quiet)).toEqual([bad]);
  expect(scene.broken).toEqual([bad]);
  expect(scene.index.get(good)?.seq).toBe(3);
});

test('a session whose log is gone is forgotten, its words too', async () => {
  await using it = await inProcess();
  using scene = follow(it);
  const session = await it.place.create({ text: 'marmalade' });
  scene.projector.flush();
  await it.host.stop();
  rmSync(logPath(it.place.home, session));
  await scene.projector.catchUp(quiet);
  expect(scene.index.get(session)).toBeUndefined();
  expect(scene.index.list({ archived: false, grep: 'marmalade', limit: 10, offset: 0 }).total).toBe(0);
});

test('an index that is no database is made anew', async () => {
  await using it = await inProcess();
  const session = await it.place.create({ text: 'a' });
  await it.host.stop();
  for (const bytes of ['this is no database at all, and it is longer than a header of one would be '.repeat(20), '']) {
    const file = join(it.place.home, 'state.sqlite');
    writeFileSync(file, bytes);
    using scene = follow(it);
    await scene.projector.catchUp(quiet);
    expect(scene.index.get(session)?.seq).toBe(3);
    expect(scene.index.problems()).toEqual([]);
  }
});

test('a page of the index that is damaged costs a new index, not a daemon', async () => {
  await using it = await inProcess();
  const sessions = await Promise.all(Array.from({ length: 40 }, () => it.place.create({ text: 'words '.repeat(50) })));
  await it.host.stop();
  {
    using scene = follow(it);
    await scene.projector.catchUp(quiet);
  }
  const file = join(it.place.home, 'state.sqlite');
  const bytes = readFileSync(file);
  for (let page = 1; page * 4096 < bytes.length; page++) bytes.fill(0xff, page * 4096, page * 4096 + 512);
  rmSync(`${file}-wal`, { force: true });
  writeFileSync(file, bytes);
  copyFileSync(file, `${file}.copy`);
  using scene = follow(it);
  await scene.projector.catchUp(quiet);
  expect(scene.index.lengths().size).toBe(sessions.length);
  expect(existsSync(file)).toBe(true);
});

test('a batch that fails is taken back whole, and the next one is written', async () => {
  await using it = await inProcess();
  using scene = follow(it);
  const session = await it.place.create({ text: 'a' });
  scene.projector.flush();
  const indexed = scene.index.get(session)!;
  const bad = { indexed: { ...indexed, name: null as never }, rows: [], spent: new Map() };
  const good = { indexed: { ...indexed, name: 'renamed' }, rows: [], spent: new Map() };
  expect(() => scene.index.write([good, bad])).toThrow();
  expect(scene.index.get(session)?.name).toBe(indexed.name);
  scene.index.write([good]);
  expect(scene.index.get(session)?.name).toBe('renamed');
});
