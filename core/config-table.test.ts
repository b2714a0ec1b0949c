import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { deniedInProject } from './config-prepare.ts';
import { configTable } from './config-table.ts';

const read = (file: string) => readFileSync(join(import.meta.dirname, '..', file), 'utf8');
const page = read('docs/config.md');

/** The one table of keys that a page has. */
function tableIn(text: string): string {
  const start = text.indexOf('| key |');
  expect(start).toBeGreaterThan(0);
  expect(text.indexOf('| key |', start + 1)).toBe(-1);
  const end = text.indexOf('\n\n', start);
  return text.slice(start, end < 0 ? undefined : end).trimEnd();
}

test('docs/config.md has the table of all keys as the schema has them', () =>
  expect(tableIn(page)).toBe(configTable()));

test('the README has the table of limits as the schema has it', () =>
  expect(tableIn(read('README.md'))).toBe(configTable('limits.')));

test('docs/config.md names every key that a project may not set', () => {
  const sentence = page.split('\n').find((line) => line.startsWith('A project may not set ')) ?? '';
  const named = [...sentence.split(':')[0]!.matchAll(/`([^`]+)`/g)].map(([, key]) => key);
  expect(named.sort()).toEqual([...deniedInProject].sort());
});

test('the table of limits has one row a limit', () => {
  const rows = configTable('limits.').split('\n').slice(2);
  expect(rows.map((row) => row.split('`')[1])).toEqual([
    'limits.session_rows',
    'limits.viewer_queue_bytes',
    'limits.command_spool_bytes',
    'limits.blobs_bytes',
  ]);
});
