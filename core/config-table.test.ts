import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { deniedInProject } from './config-prepare.ts';
import { configTable } from './config-table.ts';

const page = readFileSync(join(import.meta.dirname, '../docs/config.md'), 'utf8');

test('docs/config.md has the table of all keys as the schema has them', () => {
  const start = page.indexOf('| key | value |');
  expect(start).toBeGreaterThan(0);
  const end = page.indexOf('\n\n', start);
  expect(page.slice(start, end < 0 ? undefined : end).trimEnd()).toBe(configTable());
});

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
