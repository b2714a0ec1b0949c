/** A log on a disk that is full or broken: nothing half is kept, and what could not be kept is there once when it can be. */
import { closeSync, existsSync, openSync, statSync, writeSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { draft, type Row } from '../../core/rows.ts';
import { disk, enospc } from '../../test/kernel/disk.ts';
import { anySession } from '../../test/kernel/stepped.ts';
import { folder } from '../../test/kernel/written.ts';
import { Log } from './log.ts';

afterEach(() => vi.restoreAllMocks());

const note = (seq: number, text: string): Row =>
  ({ seq, at: 1000 + seq, ...draft('note', { level: 'info', text }) }) as Row;

async function texts(home: string): Promise<string[]> {
  const { log } = await Log.open(home, anySession);
  const rows = await log.rows(0, 1000);
  await log.close();
  return rows.map(({ body }) => ('text' in body ? String(body.text) : ''));
}

test('a write that fails in its middle leaves whole lines, and what comes next fits', async () => {
  using place = folder();
  const log = await Log.create(place.home, anySession);
  await log.append({ commit: { rows: [note(1, 'a')] } });
  const before = log.length;
  const torn = openSync(log.path, 'r+');
  let full = true;
  await disk('write', () => {
    if (!full) return undefined;
    writeSync(torn, '{"commit":{"rows":[{"se', before);
    return enospc();
  });
  await expect(log.append({ commit: { rows: [note(2, 'lost '.repeat(100))] } })).rejects.toThrow('ENOSPC');
  expect([log.length, statSync(log.path).size]).toEqual([before, before]);
  full = false;
  await log.append({ commit: { rows: [note(2, 'b')] } });
  closeSync(torn);
  await log.close();
  expect(await texts(place.home)).toEqual(['a', 'b']);
});

test('a line that was written and could not be synced is taken back: it is not there twice when it is tried again', async () => {
  using place = folder();
  const log = await Log.create(place.home, anySession);
  await log.append({ commit: { rows: [note(1, 'a')] } }, true);
  const size = log.length;
  let broken = true;
  await disk('datasync', () => (broken ? enospc() : undefined));
  await expect(log.append({ commit: { rows: [note(2, 'b')] } }, true)).rejects.toThrow('ENOSPC');
  expect(statSync(log.path).size).toBe(size);
  await expect(log.append({ commit: { rows: [note(2, 'b')] } }, true)).rejects.toThrow('ENOSPC');
  broken = false;
  await log.append({ commit: { rows: [note(2, 'b')] } }, true);
  await log.close();
  expect(await texts(place.home)).toEqual(['a', 'b']);
});

test('what could not be cut off at once is cut off before the next line', async () => {
  using place = folder();
  const log = await Log.create(place.home, anySession);
  await log.append({ commit: { rows: [note(1, 'a')] } });
  let stuck = true;
  await disk('datasync', () => (stuck ? enospc() : undefined));
  await disk('truncate', () => (stuck ? enospc() : undefined));
  await expect(
    log.append({ commit: { rows: [note(2, 'a long line that stays '.repeat(20))] } }, true),
  ).rejects.toThrow();
  expect(statSync(log.path).size).toBeGreaterThan(log.length);
  await expect(log.append({ commit: { rows: [note(2, 'c')] } })).rejects.toThrow();
  stuck = false;
  await log.append({ commit: { rows: [note(2, 'c')] } });
  await log.close();
  expect(await texts(place.home)).toEqual(['a', 'c']);
});

test('a log that cannot be made is not there', async () => {
  using place = folder();
  await disk('write', enospc);
  await expect(Log.create(place.home, anySession)).rejects.toThrow('ENOSPC');
  expect(existsSync(place.path)).toBe(false);
});
