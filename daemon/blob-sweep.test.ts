/** Sweeps over real logs and blobs: what is named stays, orphans go, and beyond the limit the oldest of what was put away. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type SessionId, sessionId, uuidv7 } from '../core/ids.ts';
import { draft, type Row } from '../core/rows.ts';
import { until } from '../test/daemon.ts';
import { blobPath, keepBlob, readBlob } from './blob-files.ts';
import { type SweepAsk, sweepBlobs } from './blob-sweep.ts';
import { Log } from './hosts/log.ts';
import { logPath } from './hosts/log-read.ts';

const hourMs = 60 * 60_000;
const newSession = () => sessionId(uuidv7(Date.now(), randomBytes(10)));
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
/** 100 kB that are another text for each letter. */
const large = (letter: string) => letter.repeat(100_000);

function scene() {
  const home = mkdtempSync(join(tmpdir(), 'tcx-sweep-'));
  const metas = new Map<SessionId, ReturnType<SweepAsk['meta']>>();
  return {
    home,
    /** A session of these texts, in one commit each. */
    async session(texts: readonly string[], meta?: ReturnType<SweepAsk['meta']>, fork?: { session: SessionId }) {
      const session = newSession();
      const log = await Log.create(home, session, fork && { ...fork, bytes: 0, seq: 0 });
      for (const [n, text] of texts.entries()) {
        const row = { seq: n + 1, at: 1, ...draft('user', { turn: 1, text }) } as Row;
        await log.append({ commit: { rows: [row] } });
      }
      await log.close();
      metas.set(session, meta);
      return session;
    },
    sweep: (more: Partial<SweepAsk> = {}) =>
      sweepBlobs({
        home,
        now: Date.now() + 2 * hourMs,
        limitBytes: 1e9,
        meta: (session) => metas.get(session),
        ...more,
      }),
    has: async (text: string) => (await readBlob(home, hashOf(text))) !== undefined,
    files: () => readdirSync(join(home, 'blobs')).flatMap((folder) => readdirSync(join(home, 'blobs', folder))),
    [Symbol.dispose]: () => rmSync(home, { recursive: true }),
  };
}

test('a home without blobs has nothing to sweep', async () => {
  using place = scene();
  expect(await place.sweep()).toEqual({ removed: 0, removedBytes: 0, bytes: 0 });
});

test('what a log names stays, what none names goes: not before it had an hour to be named', async () => {
  using place = scene();
  await place.session([large('a'), 'short', large('b')]);
  await keepBlob(place.home, Buffer.from('orphan'));
  writeFileSync(
    `${blobPath(place.home, hashOf('cut off'))}.0a.new`.replace(/\/..\//, `/${hashOf('orphan').slice(0, 2)}/`),
    'cut',
  );
  const path = blobPath(place.home, hashOf('orphan'));
  utimesSync(path, 1, 1);
  expect(await place.sweep({ now: Date.now() })).toEqual({ removed: 0, removedBytes: 0, bytes: 200_009 });
  expect(place.files()).toHaveLength(4);
  expect(await place.sweep()).toEqual({ removed: 2, removedBytes: 9, bytes: 200_000 });
  expect(place.files().sort()).toEqual([hashOf(large('a')), hashOf(large('b'))].sort());
});

test('a name is found wherever it lies in a log, in its damaged lines too', async () => {
  using place = scene();
  const log = logPath(place.home, await place.session([]));
  const text = `"blob:${await keepBlob(place.home, Buffer.from('named'))}"`;
  // Before, on and after the border of what is read at once.
  for (let before = -75; before < 5; before += 4) {
    writeFileSync(log, `${'.'.repeat(1024 * 1024 + before)}${text}...`);
    expect(await place.sweep(), `${before}`).toMatchObject({ removed: 0 });
  }
  writeFileSync(log, text.slice(0, -2));
  expect(await place.sweep()).toMatchObject({ removed: 1 });
});

test('beyond the limit the oldest that only archived sessions name go, and no more than must', async () => {
  using place = scene();
  await place.session([large('a'), large('b'), large('c'), large('shared')], { archived: true });
  await place.session([large('d'), large('shared')], { archived: false });
  const source = await place.session([large('e')], { archived: true });
  await place.session([large('f')], { archived: false, fork: { session: source, seq: 1 } });
  for (const [n, letter] of ['b', 'e', 'd', 'a', 'c'].entries())
    utimesSync(blobPath(place.home, hashOf(large(letter))), n + 1, n + 1);
  const shared = large('shared').length;
  const all = 6 * 100_000 + shared;
  expect(await place.sweep({ limitBytes: all })).toMatchObject({ removed: 0, bytes: all });
  expect(await place.sweep({ limitBytes: all - 100_001 })).toMatchObject({ removed: 2, bytes: all - 200_000 });
  expect([await place.has(large('a')), await place.has(large('b'))]).toEqual([false, false]);
  // What is in use stays, however much it is.
  expect(await place.sweep({ limitBytes: 1 })).toMatchObject({ removed: 1, bytes: all - 300_000 });
  for (const text of ['d', 'e', 'f', 'shared']) expect(await place.has(large(text)), text).toBe(true);
});

test('a blob that is kept again while a sweep looks is there afterwards', async () => {
  using place = scene();
  await place.session(['x']);
  const bytes = Buffer.from('again');
  for (let turns = 0; turns < 25; turns++) {
    const hash = await keepBlob(place.home, bytes);
    const { ctimeMs } = statSync(blobPath(place.home, hash));
    // Times of files are a few ms behind the clock.
    await until(() => Date.now() > ctimeMs + 40);
    // What was kept before is old, what is kept from now on is young.
    const sweeping = place.sweep({ now: Date.now() + hourMs - 20 });
    for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
    await keepBlob(place.home, bytes);
    await sweeping;
    expect(await readBlob(place.home, hash), `${turns} turns`).toBeDefined();
  }
});
