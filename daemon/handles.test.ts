/** Handles: told only when they are on disk, never given twice, whatever happens to the file. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { disk, enospc } from '../test/kernel/disk.ts';
import { Handles, slug } from './handles.ts';

afterEach(() => vi.restoreAllMocks());

function scene() {
  const home = mkdtempSync(join(tmpdir(), 'tcx-handles-'));
  const file = join(home, 'handles.jsonl');
  return { home, file, [Symbol.dispose]: () => rmSync(home, { recursive: true }) };
}
const lines = (file: string) => readFileSync(file, 'utf8').trimEnd().split('\n');

test('numbers count on over restarts, and mean the same for ever', async () => {
  using place = scene();
  const first = await Handles.open(place.home);
  expect(await first.number('approval', 'q1')).toBe('a1');
  expect(await first.number('approval', 'q2')).toBe('a2');
  expect(await first.number('command', 'c1')).toBe('p1');
  expect(await first.number('approval', 'q1')).toBe('a1');
  await first.close();
  const second = await Handles.open(place.home);
  expect([second.id('approval', 'a2'), second.handle('approval', 'q1')]).toEqual(['q2', 'a1']);
  expect(await second.number('approval', 'q3')).toBe('a3');
  await second.close();
  expect(lines(place.file)).toHaveLength(4);
});

test('many who ask at once get one each, and the same for the same thing', async () => {
  using place = scene();
  const handles = await Handles.open(place.home);
  const asked = Array.from({ length: 30 }, (_, n) => handles.number('approval', `q${n % 10}`));
  const given = await Promise.all(asked);
  expect(new Set(given).size).toBe(10);
  for (const [n, handle] of given.entries()) expect(handle).toBe(given[n % 10]);
  const names = await Promise.all(Array.from({ length: 5 }, (_, n) => handles.name(`s${n}`, 'fix the login test')));
  expect(names).toEqual([
    'fix-login-test',
    'fix-login-test-2',
    'fix-login-test-3',
    'fix-login-test-4',
    'fix-login-test-5',
  ]);
  await handles.close();
});

test('a handle is told to nobody before it is on disk', async () => {
  using place = scene();
  const handles = await Handles.open(place.home);
  const both = [handles.number('approval', 'q1'), handles.number('approval', 'q1')];
  expect(handles.handle('approval', 'q1')).toBeUndefined();
  for (const asked of both) {
    const handle = await asked;
    expect(lines(place.file).at(-1)).toContain(`"${handle}"`);
  }
  await handles.close();
});

test('one that could not be written is not taken, and others can be when there is room', async () => {
  using place = scene();
  const handles = await Handles.open(place.home);
  await handles.number('approval', 'q1');
  let full = true;
  await disk('datasync', () => (full ? enospc() : undefined));
  await expect(handles.number('approval', 'q2')).rejects.toThrow('ENOSPC');
  expect(handles.handle('approval', 'q2')).toBeUndefined();
  full = false;
  expect(await handles.number('approval', 'q3')).toBe('a2');
  expect(await handles.number('approval', 'q2')).toBe('a3');
  await handles.close();
  const again = await Handles.open(place.home);
  expect(['q1', 'q2', 'q3'].map((id) => again.handle('approval', id))).toEqual(['a1', 'a3', 'a2']);
  expect(again.id('approval', 'a2')).toBe('q3');
  await again.close();
});

test('a torn line is passed over, and the next one begins on its own', async () => {
  using place = scene();
  writeFileSync(place.file, '{"kind":"approval","handle":"a7","id":"q7"}\n{"kind":"approval","hand');
  const handles = await Handles.open(place.home);
  expect(await handles.number('approval', 'q8')).toBe('a8');
  await handles.close();
  const again = await Handles.open(place.home);
  expect([again.id('approval', 'a7'), again.id('approval', 'a8')]).toEqual(['q7', 'q8']);
  await again.close();
});

test('a renamed session is found by both names, and nobody else gets the old one', async () => {
  using place = scene();
  const handles = await Handles.open(place.home);
  await handles.name('s1', 'first');
  expect(await handles.name('s1', 'second')).toBe('second');
  expect(await handles.name('s2', 'first')).toBe('first-2');
  expect([handles.id('session', 'first'), handles.handle('session', 's1')]).toEqual(['s1', 'second']);
  expect(await handles.name('s1', 'first')).toBe('first');
  await handles.close();
});

test.each([
  ['Please fix the login test in auth', 'fix-login-test-auth'],
  ['the', 'the'],
  ['', ''],
  ['Überprüfe den Motor', 'uberprufe-den-motor'],
  ['x'.repeat(60), 'x'.repeat(24)],
  ['🎉', ''],
])('%j is called %j', (wish, name) => expect(slug(wish)).toBe(name));
