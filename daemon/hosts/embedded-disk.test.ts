/** The order compute, commit, act on a disk that fails; and what a full disk looks like from outside. */
import { readFileSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { inProcess } from '../../test/contract/in-process.ts';
import { newId } from '../../test/contract/place.ts';
import { until } from '../../test/daemon.ts';
import { disk, enospc } from '../../test/kernel/disk.ts';
import { calls, exec, says, watched, yolo } from '../../test/kernel/stepped.ts';
import type { SessionState } from './host.ts';
import { logPath } from './log-read.ts';

afterEach(() => vi.restoreAllMocks());

/** A disk that is full while `full` says so. */
async function fullDisk() {
  const state = { full: false };
  await disk('write', () => (state.full ? enospc() : undefined));
  return state;
}

test('an effect whose intent could not be written does not begin, and nothing is shown', async () => {
  await using it = await inProcess();
  const session = await it.place.create();
  const disk = await fullDisk();
  const seen: number[] = [];
  it.host.watch({ committed: ({ tree }) => seen.push(tree.seq) });
  disk.full = true;
  await expect(it.place.say(session, 'go')).rejects.toMatchObject({
    code: 'disk-full',
    message: expect.stringContaining('ENOSPC'),
    fix: expect.stringContaining('make room'),
  });
  expect(it.effects.begun).toEqual([]);
  expect(seen).toEqual([]);
  expect((await it.host.state(session)).tree.seq).toBe(1);
});

test('an effect whose intent could not be synced does not begin either', async () => {
  await using it = await inProcess();
  const session = await it.place.create();
  let broken = true;
  await disk('datasync', () => (broken ? enospc() : undefined));
  await expect(it.place.say(session, 'go')).rejects.toMatchObject({ code: 'disk-full' });
  expect(it.effects.begun).toEqual([]);
  broken = false;
  await it.place.is(session, ({ trouble }) => !trouble, 'room');
  expect((await it.place.say(session, 'go')).result).toBe('done');
  await it.effects.next('model#1');
  await it.place.restart();
  expect((await it.place.bodies(session, 'user')).map(({ text }) => text)).toEqual(['go']);
});

test('a full disk holds the session: input is refused with a sentence, outcomes wait, and it goes on when there is room', async () => {
  await using it = await inProcess();
  const session = await it.place.create({ text: 'go' });
  const model = await it.effects.next('model#1');
  const disk = await fullDisk();
  const states: SessionState[] = [];
  it.host.watch({ trouble: (state) => states.push(state) });
  disk.full = true;
  model.end(calls(exec('ls')));
  const { trouble } = await it.place.is(session, (state) => state.trouble !== undefined, 'the disk to be full');
  expect(trouble).toMatchObject({ kind: 'disk full', why: expect.stringContaining('no space left') });
  await expect(it.place.say(session, 'and?')).rejects.toMatchObject({ code: 'disk-full' });
  await expect(it.place.event(session, { type: 'interrupted' })).rejects.toMatchObject({ code: 'disk-full' });
  expect(it.effects.count('p1/run#1')).toBe(0);
  disk.full = false;
  const watch = await it.effects.next('c1/work#1');
  await until(() => states.at(-1)?.trouble === undefined);
  watch.end(watched('', 0, { code: 0 }));
  (await it.effects.next('model#2')).end(says('ok'));
  await it.place.has(session, 'turn.ended');
  const rows = await it.place.rows(session);
  expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1));
});

test('while it is full, it says so until a write shows that there is room', async () => {
  await using it = await inProcess();
  const session = await it.place.create();
  const disk = await fullDisk();
  let tries = 0;
  disk.full = true;
  await expect(it.place.say(session, 'a')).rejects.toMatchObject({ code: 'disk-full' });
  const spy = vi.spyOn(it.effects, 'run');
  await until(() => ++tries > 10);
  expect((await it.host.state(session)).trouble?.kind).toBe('disk full');
  disk.full = false;
  await it.place.is(session, ({ trouble }) => !trouble, 'room');
  expect((await it.place.say(session, 'a')).result).toBe('done');
  expect(spy).toHaveBeenCalledTimes(1);
});

test('a full disk is that of one session when its log alone cannot be written', async () => {
  await using it = await inProcess();
  const [bad, good] = [await it.place.create(), await it.place.create()];
  const inode = (session: typeof bad) => readFileSync(logPath(it.place.home, session)).length;
  expect(inode(bad)).toBe(inode(good));
  const disk = await fullDisk();
  disk.full = true;
  await expect(it.place.say(bad, 'a')).rejects.toMatchObject({ code: 'disk-full' });
  disk.full = false;
  expect((await it.place.say(good, 'a')).result).toBe('done');
});

test('a session that cannot be made for want of room can be made later, under the same id', async () => {
  await using it = await inProcess();
  const disk = await fullDisk();
  const session = newId();
  disk.full = true;
  await expect(it.host.create(session, it.place.born(session, yolo, 'hi'))).rejects.toMatchObject({
    code: 'disk-full',
  });
  await expect(it.host.state(session)).rejects.toMatchObject({ code: 'no-session' });
  disk.full = false;
  expect((await it.host.create(session, it.place.born(session, yolo, 'hi'))).result).toBe('done');
  expect(await it.place.bodies(session, 'user')).toHaveLength(1);
});

test('a host that stops while a disk is full does stop, and the next one goes on', async () => {
  await using it = await inProcess();
  const session = await it.place.create({ text: 'go' });
  const model = await it.effects.next('model#1');
  const disk = await fullDisk();
  disk.full = true;
  model.end(says('lost with the daemon'));
  await it.place.is(session, ({ trouble }) => trouble !== undefined, 'the disk to be full');
  await it.host.stop();
  disk.full = false;
  await it.place.restart();
  await it.host.state(session);
  const again = await it.effects.next('model#1');
  expect(again.attempt).toBe(2);
  again.end(says('asked again'));
  expect((await it.place.has(session, 'assistant')).map(({ text }) => text)).toEqual(['asked again']);
});

test('commits that may wait for their sync and cannot be synced hold the session, and are written again', async () => {
  await using it = await inProcess();
  const session = await it.place.create();
  let broken = true;
  await disk('datasync', () => (broken ? enospc() : undefined));
  await it.place.event(session, { type: 'renamed', name: 'x' }, false);
  await it.place.is(session, ({ trouble }) => trouble?.kind === 'disk full', 'the round of syncs to fail');
  await expect(it.place.say(session, 'a')).rejects.toMatchObject({ code: 'disk-full' });
  broken = false;
  await it.place.is(session, ({ trouble }) => !trouble, 'room');
  expect((await it.place.say(session, 'a')).result).toBe('done');
  await it.place.restart();
  expect(await it.place.bodies(session, 'renamed')).toEqual([{ name: 'x' }]);
});

test('words that arrive together share one wait for the disk', async () => {
  await using it = await inProcess();
  const session = await it.place.create();
  let syncs = 0;
  await disk('datasync', () => void syncs++);
  await Promise.all(Array.from({ length: 50 }, (_, n) => it.place.event(session, { type: 'renamed', name: `n${n}` })));
  expect(syncs).toBeLessThanOrEqual(2);
  expect(await it.place.bodies(session, 'renamed')).toHaveLength(50);
});

test('what may be lost in a power cut waits for no disk, and many commits share a sync', async () => {
  await using it = await inProcess();
  const session = await it.place.create();
  let syncs = 0;
  await disk('datasync', () => void syncs++);
  for (let n = 0; n < 20; n++) await it.place.event(session, { type: 'renamed', name: `n${n}` }, false);
  expect(syncs).toBeLessThan(10);
});

test('the start of a command waits for the disk, that of a model request does not', async () => {
  await using it = await inProcess();
  const session = await it.place.create();
  const syncing = Promise.withResolvers<void>();
  await it.place.event(session, { type: 'said', text: 'go', mode: 'steer' }, false);
  const model = await it.effects.next('model#1');
  let synced = 0;
  await disk('datasync', () => void (synced++ || syncing.resolve()));
  model.end(calls(exec('ls')));
  await it.effects.next('p1/run#1');
  expect(synced).toBeGreaterThan(0);
});
