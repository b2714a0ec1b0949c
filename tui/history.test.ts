import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { historyFile, walk } from './history.ts';

const folder = mkdtempSync(join(tmpdir(), 'tcx-history-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('prompts are kept for their owner, newest first, each once; half lines are skipped', () => {
  const path = join(folder, 'a.jsonl');
  writeFileSync(path, '{"session_id":"x","ts":1,"text":"old"}\n{"session_id":"x","te', { mode: 0o600 });
  writeFileSync(path, '\n', { flag: 'a' });
  const file = historyFile({ path, save: true });
  file.add('s', 'one', 5000);
  file.add('s', 'two\nlines', 6000);
  file.add('s', 'one', 7000);
  file.add('s', '  ', 8000);
  expect(file.read()).toEqual(['one', 'two\nlines', 'old']);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readFileSync(path, 'utf8')).toContain('{"session_id":"s","ts":5,"text":"one"}');
});

test('nothing is kept when that is wished; the oldest go when it is full', () => {
  const none = historyFile({ path: join(folder, 'none.jsonl'), save: false });
  none.add('s', 'secret', 1);
  expect(none.read()).toEqual([]);
  const small = historyFile({ path: join(folder, 'small.jsonl'), save: true, maxBytes: 200 });
  for (let n = 0; n < 20; n++) small.add('s', `prompt ${n}`, 1000);
  expect(small.read()[0]).toBe('prompt 19');
  expect(statSync(join(folder, 'small.jsonl')).size).toBeLessThanOrEqual(200);
});

test('walking up and down comes back to the draft', () => {
  const entries = () => ['newest', 'older'];
  const first = walk(undefined, 'draft', entries, 1)!;
  const second = walk(first, 'newest', entries, 1)!;
  expect([first, second].map((at) => at.entries[at.at])).toEqual(['newest', 'older']);
  expect(walk(second, 'older', entries, 1)).toBe(second);
  expect(walk(first, 'newest', entries, -1)).toBeUndefined();
});
