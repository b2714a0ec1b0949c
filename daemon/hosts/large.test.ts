/** Strings too large for a line: out of the file, whole for every reader, and said to be gone when they are. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { emptyTree, type Tree } from '../../actors/tree.ts';
import { foldMeta } from '../../core/meta.ts';
import { draft, type Row } from '../../core/rows.ts';
import { disk, enospc, fileHandles } from '../../test/kernel/disk.ts';
import { anySession } from '../../test/kernel/stepped.ts';
import { folder, type TestFolder } from '../../test/kernel/written.ts';
import { Log } from './log.ts';
import { readLog } from './log-read.ts';

afterEach(() => void vi.restoreAllMocks());

const kib = 1024;
const large = (letter: string) => letter.repeat(70 * kib);
const row = (seq: number, ...of: Parameters<typeof draft>) => ({ seq, at: seq, ...draft(...of) }) as Row;
const item = { type: 'message', content: [{ type: 'output_text', text: large('m') }] };
const rows: readonly Row[] = [
  row(1, 'user', { turn: 1, text: large('ü') }),
  row(2, 'reasoning', { turn: 1, step: 1, text: 'thought', raw: { wire: 'responses', model: 'm', item: large('r') } }),
  row(3, 'assistant', { turn: 1, step: 1, text: large('m'), raw: { wire: 'responses', model: 'm', item } }),
  row(4, 'patch', {
    call: 1,
    changes: [
      { path: 'small', kind: 'add', added: 1, removed: 0, diff: '+a' },
      { path: 'large', kind: 'add', added: 1, removed: 0, diff: large('d') },
    ],
  }),
  row(5, 'output', { call: 1, status: 'done', text: 'o'.repeat(64 * kib), tookMs: 0 }),
  row(6, 'note', { level: 'info', text: `\ud800${large('n')}` }),
  row(7, 'note', { level: 'info', text: 'blob:0000' }),
];

async function written(home: string): Promise<Log> {
  const log = await Log.create(home, anySession);
  for (const each of rows) await log.append({ commit: { rows: [each] } });
  return log;
}
const all = (home: string) => readLog(home, anySession, 0, 100);
const blobs = ({ home }: TestFolder) => {
  const top = join(home, 'blobs');
  return readdirSync(top).flatMap((name) => readdirSync(join(top, name)).map((file) => join(top, name, file)));
};

test('what is above 64 KiB is a file of its own, once however often it is said, and every reader sees all of it', async () => {
  using place = folder();
  const log = await written(place.home);
  const texts = readFileSync(place.path, 'utf8');
  for (const letter of ['ü', 'r', 'm', 'd']) expect(texts).not.toContain(letter.repeat(kib));
  // At the limit, or not to be written as UTF-8: they stay.
  expect(texts).toContain('o'.repeat(64 * kib));
  expect(texts).toContain(large('n'));
  expect(
    blobs(place)
      .map((path) => readFileSync(path, 'utf8'))
      .sort(),
  ).toEqual(['ü', 'r', 'm', 'd'].map(large).sort());
  for (const path of blobs(place)) expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(await log.rows(0, 100)).toEqual(rows);
  expect(await log.rows(2, 2)).toEqual(rows.slice(2, 4));
  expect(await all(place.home)).toEqual(rows);
  await log.close();
  const opened = await Log.open(place.home, anySession);
  expect(opened.meta).toEqual(foldMeta(undefined, rows));
  await opened.log.close();
});

test('what is large in a tree is out of the line too, in commits, checkpoints and poison', async () => {
  using place = folder();
  const log = await written(place.home);
  const text = large('w');
  const context = { pending: [{ n: 1, mode: 'queue', text }] };
  const snapshot = { machine: 'session', version: 1, value: 'idle', context } as const;
  const actors = { [anySession]: snapshot } as unknown as Tree['actors'];
  await log.append({ commit: { actors } });
  const tree: Tree = { ...emptyTree(anySession), seq: 7, actors };
  const state = async () => {
    const { log: again, ...opened } = await Log.open(place.home, anySession);
    await again.close();
    return opened;
  };
  expect((await state()).tree.actors).toEqual(actors);
  await log.append({ checkpoint: { tree, meta: foldMeta(undefined, rows), places: log.places } });
  const poison = {
    job: { job: 'settle', key: 'k', outcome: { kind: 'failed', why: text }, at: 1 },
    error: 'x',
  } as never;
  await log.append({ poison });
  await log.close();
  expect(await state()).toEqual({ tree, meta: foldMeta(undefined, rows), poison });
  expect(readFileSync(place.path, 'utf8')).not.toContain('w'.repeat(kib));
});

test.each(['gone', 'damaged'])(
  'a blob that is %s reads [expired], and an item that is not whole is not kept',
  async (how) => {
    using place = folder();
    await (await written(place.home)).close();
    for (const path of blobs(place)) {
      if (how === 'gone') rmSync(path);
      else writeFileSync(path, readFileSync(path, 'utf8').replace(/.$/, '!'));
    }
    const read = await all(place.home);
    expect(read.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(read.slice(0, 4).map(({ body }) => body)).toEqual([
      { turn: 1, text: '[expired]' },
      { turn: 1, step: 1, text: 'thought' },
      { turn: 1, step: 1, text: '[expired]' },
      {
        call: 1,
        changes: [
          { path: 'small', kind: 'add', added: 1, removed: 0, diff: '+a' },
          { path: 'large', kind: 'add', added: 1, removed: 0, diff: '[expired]' },
        ],
      },
    ]);
    expect(read.slice(4)).toEqual(rows.slice(4));
    const { log, meta } = await Log.open(place.home, anySession);
    expect(meta.title).toBe('[expired]');
    await log.close();
  },
);

test('a line is written after its blobs are on the disk', async () => {
  using place = folder();
  const log = await Log.create(place.home, anySession);
  const proto = await fileHandles();
  const done: string[] = [];
  for (const method of ['write', 'datasync', 'sync'] as const) {
    const real = proto[method] as (...args: unknown[]) => Promise<unknown>;
    vi.spyOn(proto, method).mockImplementation(async function (this: FileHandle, ...args: unknown[]) {
      const answer = await real.apply(this, args);
      done.push(method);
      return answer;
    } as never);
  }
  await log.append({ commit: { rows: [rows[0]!] } });
  // The blob and its folders up to the home, then the line.
  expect(done).toEqual(['write', 'datasync', 'sync', 'sync', 'sync', 'write']);
  await log.close();
});

test('without room for the blob nothing is written, and nothing half of it is left', async () => {
  using place = folder();
  const log = await written(place.home);
  const [length, before] = [log.length, blobs(place)];
  let broken = true;
  await disk('write', () => (broken ? enospc() : undefined));
  const more = row(8, 'user', { turn: 2, text: large('z') });
  await expect(log.append({ commit: { rows: [more] } }, true)).rejects.toThrow('ENOSPC');
  expect([log.length, blobs(place)]).toEqual([length, before]);
  broken = false;
  await log.append({ commit: { rows: [more] } }, true);
  expect(await log.rows(0, 100)).toEqual([...rows, more]);
  await log.close();
});

test('a blob that is damaged is written anew when it is said again', async () => {
  using place = folder();
  const log = await written(place.home);
  for (const path of blobs(place)) writeFileSync(path, readFileSync(path, 'utf8').replace(/.$/, '!'));
  await log.append({ commit: { rows: [row(8, 'user', { turn: 2, text: large('ü') })] } });
  expect((await log.rows(0, 1))[0]).toEqual(rows[0]);
  await log.close();
});

test('a fork reads the large rows of its source', async () => {
  using place = folder();
  const source = await written(place.home);
  const session = anySession.replace(/1$/, '2') as typeof anySession;
  const log = await Log.create(place.home, session, { session: anySession, bytes: source.length, seq: 7 });
  expect(await log.rows(0, 100)).toEqual(rows);
  await log.close();
  await source.close();
});

test('a line whose blob names no file of ours reads nothing else', async () => {
  using place = folder();
  mkdirSync(join(place.home, 'secret'));
  writeFileSync(join(place.home, 'secret', 'key'), 'hunter2');
  const log = await Log.create(place.home, anySession);
  const line = { commit: { rows: [row(1, 'note', { level: 'info', text: 'blob:../secret/key' })] } };
  await log.append({ ...line, blobs: [['commit', 'rows', 0, 'body', 'text']] } as never);
  expect((await log.rows(0, 1))[0]!.body).toEqual({ level: 'info', text: '[expired]' });
  await log.close();
});
