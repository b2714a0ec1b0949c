import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DeadSpool, deadSpools, holderDied, removeUnbegun } from './dead.ts';
import type { End, Slice } from './protocol.ts';
import { Spool } from './spool.ts';
import { metaPath, segmentPath, spoolDir, spoolRoot } from './spool-files.ts';

let run: string;
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), 'tcx-spool-'));
  mkdirSync(spoolRoot(run));
});
afterEach(() => rmSync(run, { recursive: true, force: true }));

const meta = { key: 'k', incarnation: 'abc', file: '/bin/sh', cwd: '/tmp' };
const create = (limit: number, key = 'k') => Spool.create(spoolDir(run, key), limit, { ...meta, key })!;

/** A byte that tells its offset, so that any shift or hole shows. */
const byteAt = (offset: number) => (offset * 31 + (offset >> 8) * 7) & 0xff;
const bytes = (from: number, length: number) => Buffer.from(Array.from({ length }, (_, i) => byteAt(from + i)));

function fill(spool: Spool, total: number, chunk: number): void {
  for (let at = spool.total; at < total; at += chunk) spool.append(bytes(at, Math.min(chunk, total - at)));
}

interface Reader {
  read(from: number, limit: number): Slice;
}

/** Reads to the end, checking each byte and each number; gives the kept ranges. */
function ranges(reader: Reader, total: number, limit = 1000): [number, number][] {
  const kept: [number, number][] = [];
  for (let at = 0; at < total; ) {
    const slice = reader.read(at, limit);
    expect(slice.from - at).toBe(slice.gap);
    expect(slice.next).toBe(slice.from + slice.bytes.length);
    expect(slice.next).toBeGreaterThan(at);
    expect(Buffer.from(slice.bytes).equals(bytes(slice.from, slice.bytes.length))).toBe(true);
    const last = kept.at(-1);
    if (last && last[1] === slice.from) last[1] = slice.next;
    else if (slice.bytes.length > 0) kept.push([slice.from, slice.next]);
    at = slice.next;
  }
  return kept;
}

test.each([1, 7, 100, 299, 300, 301, 599, 600, 900, 901, 1199, 1200, 5000, 12_345])(
  'of %i bytes the head and the newest part are kept, exactly, in memory, on disk and for a later reader',
  (total) => {
    const spool = create(900);
    fill(spool, total, 37);
    const expected: [number, number][] =
      total <= 900
        ? [[0, total]]
        : [
            [0, 300],
            [total - 300 - ((total - 1) % 300) - 1, total],
          ];
    expect(ranges(spool, total).at(-1)![1]).toBe(total);
    spool.flush();
    expect(ranges(spool, total)).toEqual(expected);
    spool.close();
    expect(ranges(spool, total, 64)).toEqual(expected);
    expect(ranges(DeadSpool.open(spool.dir)!, total)).toEqual(expected);
    const onDisk = readdirSync(spool.dir).filter((name) => name.startsWith('o'));
    expect(onDisk.reduce((sum, name) => sum + statSync(join(spool.dir, name)).size, 0)).toBeLessThanOrEqual(900);
  },
);

test('a read beyond the end is empty and asks for nothing back', () => {
  const spool = create(900);
  fill(spool, 50, 50);
  expect(spool.read(50, 10)).toMatchObject({ from: 50, next: 50, gap: 0 });
  spool.close();
  expect(spool.read(90, 10)).toMatchObject({ from: 90, next: 90, gap: 0 });
});

test('output is gathered: the first piece is written at once, a thousand small ones after it together, and all can be read', () => {
  const spool = create(1_000_000);
  const onDisk = () => statSync(segmentPath(spool.dir, 0)).size;
  fill(spool, 10_000, 10);
  expect(onDisk()).toBe(10);
  expect(ranges(spool, 10_000)).toEqual([[0, 10_000]]);
  expect(spool.read(3, 9000)).toMatchObject({ from: 3, next: 9003, gap: 0 });
  spool.flush();
  expect(onDisk()).toBe(10_000);
  fill(spool, 200_000, 1000);
  expect(ranges(spool, 200_000, 70_000)).toEqual([[0, 200_000]]);
  spool.close();
});

test('4 kB of output cost the disk 4 kB, a meta of less than 500 bytes and an end of less than 200', async () => {
  const long = `/${'directory/'.repeat(100)}`;
  const spool = Spool.create(spoolDir(run, 'k'), 1_500_000, {
    ...meta,
    file: `${long}tool`,
    cwd: long,
    key: 'a1b2c3d4-0000-7000-8000-000000000000/p1/run#1',
  })!;
  fill(spool, 4096, 512);
  const end: End = { kind: 'exited', code: 137, signal: 'SIGKILL', at: 1_795_625_924_663, total: 4096 };
  spool.close();
  await new Promise<unknown>((resolve) => spool.writeEnd(end, resolve));
  const sizes = Object.fromEntries(readdirSync(spool.dir).map((name) => [name, statSync(join(spool.dir, name)).size]));
  expect(Object.keys(sizes).sort()).toEqual(['end', 'meta', 'o0']);
  expect(sizes.o0).toBe(4096);
  expect(sizes.meta).toBeLessThan(500);
  expect(sizes.end).toBeLessThan(200);
  expect(DeadSpool.open(spool.dir)!.end).toEqual(end);
  for (const name of Object.keys(sizes)) expect(statSync(join(spool.dir, name)).mode & 0o777).toBe(0o600);
  expect(statSync(spool.dir).mode & 0o777).toBe(0o700);
});

test('what cannot be written becomes a gap, and what comes later is kept again', () => {
  const spool = create(900);
  mkdirSync(segmentPath(spool.dir, 300));
  fill(spool, 500, 50);
  spool.flush();
  expect(ranges(spool, 500)).toEqual([[0, 300]]);
  fill(spool, 700, 50);
  spool.flush();
  expect(ranges(spool, 700)).toEqual([
    [0, 300],
    [500, 700],
  ]);
  spool.close();
});

test('a folder that somebody removed under a running command is a gap too', () => {
  const spool = create(900);
  fill(spool, 100, 100);
  spool.flush();
  rmSync(spool.dir, { recursive: true });
  fill(spool, 500, 50);
  spool.flush();
  expect(spool.read(0, 1000)).toMatchObject({ from: 500, gap: 500, next: 500 });
  mkdirSync(spool.dir);
  fill(spool, 700, 50);
  spool.flush();
  expect(ranges(spool, 700)).toEqual([[500, 700]]);
  spool.close();
});

test('sizes of a terminal are told with the bytes they were in force for', () => {
  const spool = Spool.create(spoolDir(run, 'k'), 90_000, { ...meta, size: { cols: 80, rows: 24 } })!;
  fill(spool, 100, 100);
  spool.resized({ cols: 100, rows: 30 });
  spool.resized({ cols: 120, rows: 40 });
  fill(spool, 300, 100);
  spool.resized({ cols: 60, rows: 20 });
  spool.close();
  const [first, second, third] = [
    { at: 0, cols: 80, rows: 24 },
    { at: 100, cols: 120, rows: 40 },
    { at: 300, cols: 60, rows: 20 },
  ];
  expect(spool.sizes(0, 300)).toEqual([first, second]);
  expect(spool.sizes(100, 300)).toEqual([second]);
  expect(spool.sizes(150, 400)).toEqual([second, third]);
  expect(DeadSpool.open(spool.dir)!.read(0, 1000).sizes).toEqual([first, second]);
});

test('a window that is dragged for ever costs a bounded file', () => {
  const spool = Spool.create(spoolDir(run, 'k'), 90_000, { ...meta, size: { cols: 80, rows: 24 } })!;
  for (let n = 1; n <= 2000; n++) {
    spool.append(Buffer.from('x'));
    spool.resized({ cols: 80 + (n % 100), rows: 24 });
  }
  spool.close();
  expect(spool.sizes(0, 5000)).toHaveLength(256);
  expect(spool.sizes(1999, 2001).at(-1)).toEqual({ at: 2000, cols: 80, rows: 24 });
  expect(statSync(join(spool.dir, 'sizes')).size).toBeLessThan(4096);
});

test('a key has one spool for ever; a folder whose meta was never whole is no spool', () => {
  expect(create(900)).toBeDefined();
  expect(Spool.create(spoolDir(run, 'k'), 900, meta)).toBeUndefined();
  for (const half of ['', '{"key":"h"']) {
    mkdirSync(spoolDir(run, 'h'));
    writeFileSync(metaPath(spoolDir(run, 'h')), half);
    expect(DeadSpool.open(spoolDir(run, 'h'))).toBeUndefined();
    expect(deadSpools(run, new Set()).map(({ key }) => key)).toEqual(['k']);
    const spool = create(900, 'h');
    expect(spool).toBeDefined();
    spool.remove();
  }
  mkdirSync(spoolDir(run, 'h'));
  removeUnbegun(run);
  expect(readdirSync(spoolRoot(run))).toEqual(['k']);
});

test('keys are names of files whatever is in them', () => {
  const keys = ['.', '..', 'a/b#1', '../../etc', 'ä%2F', 'A', '-rf'];
  const spools = keys.map((key) => create(900, key));
  expect(spools.every((spool) => spool)).toBe(true);
  expect(readdirSync(spoolRoot(run))).toHaveLength(keys.length);
  expect(
    deadSpools(run, new Set())
      .map(({ key }) => key)
      .sort(),
  ).toEqual([...keys].sort());
});

test('spools of living holders are not dead; an unfinished dead one says that nobody knows', () => {
  create(900);
  expect(deadSpools(run, new Set(['abc']))).toEqual([]);
  const [spool] = deadSpools(run, new Set(['other']));
  expect(spool!.end).toBe(holderDied);
  expect(spool!.left).toBe(false);
});

test('an end that is still being synced does not bring a removed spool back', async () => {
  const spool = create(900);
  const done = new Promise<unknown>((resolve) => spool.writeEnd({ kind: 'exited', code: 0, at: 1, total: 0 }, resolve));
  spool.remove();
  await done;
  expect(readdirSync(spoolRoot(run))).toEqual([]);
  expect(() => readFileSync(metaPath(spool.dir))).toThrow();
});
