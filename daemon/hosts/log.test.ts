/** Logs on a real disk: cut anywhere, flipped anywhere, long, torn, empty, newer, and on a disk that fails. */
import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, statSync, truncateSync, writeSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { expect, test, vi } from 'vitest';
import { draft, type Row } from '../../core/rows.ts';
import { fileHandles } from '../../test/kernel/disk.ts';
import { anySession, plain } from '../../test/kernel/stepped.ts';
import { die } from '../../test/kernel/walk.ts';
import { folder, type Mark, put, type TestFolder, type Written, write } from '../../test/kernel/written.ts';
import { decode, encode } from './line.ts';
import { Log } from './log.ts';
import { DamagedLog, NewerLog, readLog, UnbornLog } from './log-read.ts';

vi.setConfig({ testTimeout: 60_000 });

/** What a log cut after `size` bytes has to say. */
const markAt = ({ marks }: Written, size: number): Mark | undefined =>
  marks.findLast(({ end }) => end <= size) ?? undefined;

async function opened(home: string) {
  const { log, tree, meta } = await Log.open(home, anySession);
  try {
    return { tree, meta, rows: await log.rows(0, Number.MAX_SAFE_INTEGER) };
  } finally {
    await log.close();
  }
}

async function checkCut(written: Written, size: number, { home, path }: TestFolder) {
  put(home, written.bytes.subarray(0, size));
  // A checkpoint says nothing new, so a mark's commit is whole before its checkpoint is.
  const commits = written.marks.findLast(({ tree }, index) => commitEnd(written, index) <= size && tree);
  if (!commits) {
    assert.ok((await Log.open(home, anySession).catch((error: unknown) => error)) instanceof UnbornLog, `byte ${size}`);
    return;
  }
  const { tree, meta, rows } = await opened(home);
  assert.deepEqual([tree, meta], [commits.tree, commits.meta], `byte ${size}`);
  assert.equal(rows.length, tree.seq);
  assert.ok(statSync(path).size <= size);
}

/** Where the commit of a mark ends: before the checkpoint that may follow it. */
const commitEnd = ({ marks, checkpoints }: Written, index: number) =>
  checkpoints.find(([, end]) => end === marks[index]!.end)?.[0] ?? marks[index]!.end;

test('cut at every byte, a log opens with all whole commits', async () => {
  using place = folder();
  const written = await write(place.home, { seed: 3, commits: 4, checkpointEvery: 2 });
  expect(written.bytes.length).toBeLessThan(8000);
  for (let size = 0; size <= written.bytes.length; size++) await checkCut(written, size, place);
});

test('cut at random bytes, and round each checkpoint, a long log opens with all whole commits', async () => {
  using place = folder();
  const written = await write(place.home, { seed: 5, commits: 300, checkpointEvery: 40 });
  const dice = die(7);
  const sizes = Array.from({ length: 60 }, () => dice.roll(written.bytes.length));
  for (const [begin, end] of written.checkpoints) sizes.push(begin - 1, begin, begin + 1, end - 1, end, end + 1);
  for (const size of sizes) await checkCut(written, size, place);
});

test('after a cut the log is written on, and both halves are there', async () => {
  using place = folder();
  const written = await write(place.home, { commits: 10 });
  const { end, tree } = written.marks[5]!;
  put(place.home, written.bytes.subarray(0, end + 20));
  const { log } = await Log.open(place.home, anySession);
  await log.append({ commit: { rows: [note(tree.seq + 1, 'on')] } });
  await log.close();
  const { rows } = await opened(place.home);
  expect(rows.at(-1)).toMatchObject({ seq: tree.seq + 1, body: { text: 'on' } });
});

test('a flipped bit in a line that was whole is damage, never a guess and never a cut', async () => {
  using place = folder();
  const written = await write(place.home, { seed: 2, commits: 12 });
  const dice = die(11);
  for (let n = 0; n < 150; n++) {
    const bytes = Buffer.from(written.bytes);
    const at = dice.roll(bytes.length);
    bytes[at] = bytes[at]! ^ (1 << dice.roll(8));
    using other = folder();
    put(other.home, bytes);
    const result = await opened(other.home).catch((error: unknown) => error);
    if (result instanceof Error) expect(result, `byte ${at}`).toBeInstanceOf(DamagedLog);
    // Only the last newline can go without a trace, and then the last commit is taken for torn.
    else expect(at, `byte ${at}`).toBe(bytes.length - 1);
    expect(statSync(other.path).size).toBeGreaterThanOrEqual(written.marks.at(-2)!.end);
  }
});

test('of a damaged log the rows before the damage can be read, and it is not touched', async () => {
  using place = folder();
  const written = await write(place.home, { commits: 20 });
  const bytes = Buffer.from(written.bytes);
  const at = written.marks[9]!.end + 30;
  bytes[at] = bytes[at]! ^ 4;
  put(place.home, bytes);
  await expect(Log.open(place.home, anySession)).rejects.toThrow(/is damaged at byte \d+/);
  const rows = await readLog(place.home, anySession, 0, Number.MAX_SAFE_INTEGER);
  expect(rows.at(-1)?.seq).toBe(written.marks[9]!.tree.seq);
  expect(readFileSync(place.path).equals(bytes)).toBe(true);
});

test('a page that never reached the disk is a torn end, whatever comes after it', async () => {
  using place = folder();
  const written = await write(place.home, { commits: 20 });
  const bytes = Buffer.from(written.bytes);
  const { end, tree } = written.marks[14]!;
  bytes.fill(0, end + 40, end + 140);
  put(place.home, bytes);
  const result = await opened(place.home);
  expect(result.tree.seq).toBe(tree.seq);
  expect(statSync(place.path).size).toBe(end);
});

test('zeros after the end, as a power cut leaves them, are cut off', async () => {
  using place = folder();
  const written = await write(place.home, { commits: 5 });
  put(place.home, Buffer.concat([written.bytes, Buffer.alloc(4096)]));
  expect((await opened(place.home)).tree.seq).toBe(written.marks.at(-1)!.tree.seq);
});

test.each([0, 3, 11, 15])(
  'damage before the last checkpoint (byte %i of a line) does not hinder going on, only reading there',
  async (at) => {
    using place = folder();
    const written = await write(place.home, { commits: 40, checkpointEvery: 20 });
    const bytes = Buffer.from(written.bytes);
    bytes[written.marks[8]!.end + at]! ^= 4;
    put(place.home, bytes);
    const { log, tree } = await Log.open(place.home, anySession);
    expect(plain(tree)).toEqual(written.marks.at(-1)!.tree);
    await expect(log.rows(0, 10_000)).rejects.toThrow(DamagedLog);
    await log.close();
  },
);

test('rows far from the damage are read as ever', async () => {
  using place = folder();
  const log = await longLog(place.home, 5000);
  const file = openSync(log.path, 'r+');
  writeSync(file, '!', 5000);
  closeSync(file);
  await expect(log.rows(0, 100)).rejects.toThrow(DamagedLog);
  expect(await log.rows(4000, 100)).toHaveLength(100);
  await log.close();
});

test('a damaged checkpoint is damage: it lies before commits that stand on it', async () => {
  using place = folder();
  const written = await write(place.home, { commits: 40, checkpointEvery: 15 });
  const [begin] = written.checkpoints.at(-1)!;
  const bytes = Buffer.from(written.bytes);
  bytes[begin + 30]! ^= 1;
  put(place.home, bytes);
  await expect(Log.open(place.home, anySession)).rejects.toThrow(DamagedLog);
});

test.each([0, 1, 20])('a file of %i bytes is no session, and can become one', async (size) => {
  using place = folder();
  const written = await write(place.home, { commits: 1 });
  put(place.home, written.bytes.subarray(0, size));
  await expect(Log.open(place.home, anySession)).rejects.toThrow(UnbornLog);
  await expect(readLog(place.home, anySession, 0, 10)).rejects.toThrow(UnbornLog);
  const log = await Log.create(place.home, anySession);
  await log.append({ commit: { rows: [note(1, 'born')] } }, true);
  await log.close();
  expect((await opened(place.home)).tree.seq).toBe(1);
  await expect(Log.create(place.home, anySession)).rejects.toMatchObject({ code: 'EEXIST' });
});

test('a log of a newer kind of rows is refused with a sentence, and left alone', async () => {
  using place = folder();
  const head = encode({ log: { session: anySession, rows: 99 } });
  put(place.home, Buffer.concat([head, encode({ commit: { rows: [note(1, 'x')] } })]));
  await expect(Log.open(place.home, anySession)).rejects.toThrow(NewerLog);
  await expect(Log.open(place.home, anySession)).rejects.toThrow(
    /was written by a newer tcx \(rows version 99, this one reads up to 1\)/,
  );
  await expect(Log.create(place.home, anySession)).rejects.toMatchObject({ code: 'EEXIST' });
});

test('rows of a megabyte each are read back as they were', async () => {
  using place = folder();
  const log = await Log.create(place.home, anySession);
  const texts = [1, 2, 3].map((n) => `${n}${'é😀\n"\\'.repeat(110_000)}`);
  for (const [index, text] of texts.entries()) await log.append({ commit: { rows: [note(index + 1, text)] } });
  expect((await log.rows(1, 2)).map(({ body }) => 'text' in body && body.text)).toEqual(texts.slice(1));
  await log.close();
  expect((await opened(place.home)).rows).toHaveLength(3);
});

const note = (seq: number, text: string): Row =>
  ({ seq, at: 1000 + seq, ...draft('note', { level: 'info', text }) }) as Row;

/** A log of many rows, ten a commit, with the checkpoints it wants. */
async function longLog(home: string, count: number): Promise<Log> {
  const log = await Log.create(home, anySession);
  for (let seq = 1; seq <= count; seq += 10) {
    await log.append({
      commit: { rows: Array.from({ length: 10 }, (_, i) => note(seq + i, `row ${seq + i} ${'x'.repeat(60)}`)) },
    });
    if (log.wantsCheckpoint) {
      const tree = {
        id: anySession,
        seq: seq + 9,
        actors: {},
        open: {},
        deadlines: {},
        said: [],
        outbox: {},
        sent: 0,
        heard: {},
      };
      await log.append({ checkpoint: { tree, meta: {} as never, places: log.places } });
    }
  }
  return log;
}

/** Counts the bytes that any file is read by, while it runs. */
async function bytesRead(act: () => Promise<unknown>): Promise<number> {
  const proto = await fileHandles();
  const real = proto.read;
  let bytes = 0;
  const spy = vi.spyOn(proto, 'read').mockImplementation(async function (this: FileHandle, ...args: unknown[]) {
    const result = await (real as (...all: unknown[]) => Promise<{ bytesRead: number }>).apply(this, args);
    bytes += result.bytesRead;
    return result as never;
  });
  await act();
  spy.mockRestore();
  return bytes;
}

test('a log of 100,000 rows is opened by its end, and read anywhere for little', async () => {
  using place = folder();
  const long = await longLog(place.home, 100_000);
  await long.close();
  expect(statSync(place.path).size).toBeGreaterThan(10_000_000);
  let log!: Log;
  expect(await bytesRead(async () => ({ log } = await Log.open(place.home, anySession)))).toBeLessThan(1_000_000);
  for (const after of [0, 10, 4711, 50_000, 99_790, 99_999, 100_000]) {
    let rows: Row[] = [];
    const bytes = await bytesRead(async () => {
      rows = await log.rows(after, 200);
    });
    expect(rows.map(({ seq }) => seq)).toEqual(
      Array.from({ length: Math.min(200, 100_000 - after) }, (_, i) => after + i + 1),
    );
    expect(bytes, `after ${after}`).toBeLessThan(400_000);
  }
  await log.close();
  const asleep = await bytesRead(() => readLog(place.home, anySession, 60_000, 200));
  expect(asleep).toBeLessThan(1_500_000);
});

test('a log of 100,000 rows is read backwards, page by page, for little', async () => {
  using place = folder();
  const log = await longLog(place.home, 100_000);
  let seen = 0;
  const bytes = await bytesRead(async () => {
    for (let before = 100_001; before > 90_001; before -= 500) {
      const rows = await log.rows(before - 501, 500);
      expect(rows.at(-1)?.seq).toBe(before - 1);
      seen += rows.length;
    }
  });
  expect(seen).toBe(10_000);
  // Ten thousand rows are a megabyte and a half; each page begins somewhere before its first row.
  expect(bytes).toBeLessThan(6_000_000);
  await log.close();
});

test('a line is read only as it was written', () => {
  const line = { commit: { rows: [note(1, 'x","crc":"0"}')] } };
  const text = encode(line).toString().trimEnd();
  expect(decode(text)).toMatchObject(line);
  expect(decode(text.replace('note', 'nope'))).toBeUndefined();
  expect(decode(text.slice(0, -1))).toBeUndefined();
  expect(decode('')).toBeUndefined();
  expect(JSON.parse(text)).toMatchObject(line);
});

test('a file that is shorter than its reader was told has the rows that are there', async () => {
  using place = folder();
  const written = await write(place.home, { commits: 10 });
  const { log } = await Log.open(place.home, anySession);
  truncateSync(place.path, written.marks[4]!.end);
  expect((await log.rows(0, 1000)).length).toBe(written.marks[4]!.tree.seq);
  await log.close();
  expect(markAt(written, 0)).toBeUndefined();
});
