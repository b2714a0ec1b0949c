/** A row marked done has a test that names it. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { features } from './features.ts';

const root = join(import.meta.dirname, '..');

test('every feature marked done or part is proved by a test that names it', () => {
  const named = new Set<string>();
  for (const file of globSync('test/**/*.test.{ts,tsx}', { cwd: root })) {
    const text = readFileSync(join(root, file), 'utf8');
    for (const [, rows] of text.matchAll(/verifies\(\s*'([\d. ]+)'/g))
      for (const row of rows!.split(' ')) named.add(row);
  }
  const unproved = [...features.values()].filter(({ id, state }) => state !== '' && !named.has(id));
  expect(unproved.map(({ id, what }) => `${id} ${what}`)).toEqual([]);
});
