/** Small stores of the home: environments, blobs, starts, the lock. */
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Blobs } from './blobs.ts';
import { EnvStore } from './env-store.ts';
import { takeLock } from './lock.ts';
import { noteStart } from './starts.ts';

function scene() {
  const home = mkdtempSync(join(tmpdir(), 'tcx-stores-'));
  mkdirSync(join(home, 'run'));
  return { home, [Symbol.dispose]: () => rmSync(home, { recursive: true }) };
}
const digest = (n: number) => n.toString(16).padStart(64, '0');

test('credentials of an environment stay in memory, the rest is there for the next daemon', async () => {
  using place = scene();
  const envs = new EnvStore(place.home);
  await envs.withhold(['OPENAI_KEY']);
  await envs.put(digest(1), { PATH: '/bin', OPENAI_KEY: 'secret' });
  expect(await envs.vars(digest(1))).toEqual({ PATH: '/bin' });
  expect(envs.secret('OPENAI_KEY', digest(1))).toBe('secret');
  const file = join(place.home, 'env', `${digest(1)}.json`);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const next = new EnvStore(place.home);
  expect(await next.vars(digest(1))).toEqual({ PATH: '/bin' });
  expect([next.has(digest(1)), next.secret('OPENAI_KEY')]).toEqual([false, undefined]);
  expect(await next.vars(digest(2))).toEqual({});
});

test('what turns out to be a credential later is taken out of what was kept', async () => {
  using place = scene();
  const envs = new EnvStore(place.home);
  await envs.put(digest(1), { PATH: '/bin', MINE: 'secret' });
  await envs.withhold(['MINE']);
  expect(await envs.vars(digest(1))).toEqual({ PATH: '/bin' });
  expect(envs.secret('MINE', digest(1))).toBe('secret');
  expect(readFileSync(join(place.home, 'env', `${digest(1)}.json`), 'utf8')).not.toContain('secret');
});

test('many terminals that bring the same environment at once all may', async () => {
  using place = scene();
  const envs = new EnvStore(place.home);
  await Promise.all(Array.from({ length: 50 }, () => envs.put(digest(1), { PATH: '/bin' })));
  expect(readdirSync(join(place.home, 'env'))).toEqual([`${digest(1)}.json`]);
});

test('a thousand terminals do not stay in memory, and their files go when nothing needs them', async () => {
  using place = scene();
  const envs = new EnvStore(place.home);
  for (let n = 0; n < 400; n++) await envs.put(digest(n), { N: String(n) });
  expect([envs.has(digest(0)), envs.has(digest(399))]).toEqual([false, true]);
  expect(await envs.vars(digest(0))).toEqual({ N: '0' });
  const month = Date.now() / 1000 - 30 * 86_400;
  for (let n = 0; n < 390; n++) utimesSync(join(place.home, 'env', `${digest(n)}.json`), month, month);
  await envs.sweep(new Set([digest(5)]), Date.now());
  expect(readdirSync(join(place.home, 'env')).sort()).toEqual(
    [5, 390, 391, 392, 393, 394, 395, 396, 397, 398, 399].map((n) => `${digest(n)}.json`).sort(),
  );
});

const bytesOf = (text: string) => new TextEncoder().encode(text);
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

test('a blob is there when it is whole, whoever left it half before', async () => {
  using place = scene();
  const blobs = new Blobs(place.home);
  const hash = hashOf('hello world');
  await blobs.put(hash, 0, bytesOf('hello '), false);
  expect(await blobs.has(hash)).toBe(false);
  await expect(blobs.put(hash, 3, bytesOf('x'), false)).rejects.toThrow('the next piece begins at byte 6, not 3');
  // The client died and another begins anew.
  await blobs.put(hash, 0, bytesOf('hello '), false);
  await blobs.put(hash, 6, bytesOf('world'), true);
  expect(await blobs.has(hash)).toBe(true);
  expect(await blobs.get(hash, 6, 100)).toEqual({ bytes: Buffer.from('world'), size: 11 });
  expect(readdirSync(join(place.home, 'blobs', hash.slice(0, 2)))).toEqual([hash]);
});

test('bytes of another hash are refused and leave nothing', async () => {
  using place = scene();
  const blobs = new Blobs(place.home);
  const hash = hashOf('a');
  await expect(blobs.put(hash, 0, bytesOf('b'), true)).rejects.toMatchObject({ code: 'bad-blob' });
  expect(readdirSync(join(place.home, 'blobs', hash.slice(0, 2)))).toEqual([]);
  await expect(blobs.put('../../etc/passwd', 0, bytesOf('b'), true)).rejects.toMatchObject({ code: 'bad-blob' });
  await expect(blobs.get('../../etc/passwd', 0, 1)).rejects.toMatchObject({ code: 'no-blob' });
});

test('of too many that grow the first gives way', async () => {
  using place = scene();
  const blobs = new Blobs(place.home);
  for (let n = 0; n < 20; n++) await blobs.put(hashOf(`${n}!`), 0, bytesOf(String(n)), false);
  await expect(blobs.put(hashOf('0!'), 1, bytesOf('!'), true)).rejects.toMatchObject({ code: 'bad-blob' });
  await blobs.put(hashOf('19!'), 2, bytesOf('!'), true);
  expect(await blobs.has(hashOf('19!'))).toBe(true);
});

test('three deaths right after a start are a crash loop; one good start ends it', () => {
  using place = scene();
  expect([1, 2, 3].map((at) => noteStart(place.home, at).safeMode)).toEqual([false, false, false]);
  const fourth = noteStart(place.home, 4);
  expect(fourth.safeMode).toBe(true);
  fourth.well();
  expect(noteStart(place.home, 5).safeMode).toBe(false);
});

test.each(['', '{', '{}', 'null'])('a file of starts with %j in it says nothing', (text) => {
  using place = scene();
  writeFileSync(join(place.home, 'run', 'starts.json'), text);
  expect(noteStart(place.home, 1).safeMode).toBe(false);
});

test('one holds the lock of a home, and each holder has a higher epoch', () => {
  using place = scene();
  const path = join(place.home, 'run', 'tcxd.lock');
  const first = takeLock(path)!;
  expect(first.epoch).toBe(1);
  expect(takeLock(path)).toBeUndefined();
  first[Symbol.dispose]();
  const second = takeLock(path)!;
  expect(second.epoch).toBe(2);
  second[Symbol.dispose]();
});
