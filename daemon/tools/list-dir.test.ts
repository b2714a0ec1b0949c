import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse, type ReadUse } from '../../core/tools.ts';
import { read } from './read.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tcx-list-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const signal = new AbortController().signal;
async function list(args: object = {}, stop = signal) {
  const parsed = parse('list_dir', 'function', JSON.stringify({ dir_path: dir, ...args }));
  if (!parsed.ok) throw new Error(parsed.why);
  return read(parsed.use as ReadUse, { cwd: '/', signal: stop });
}
async function lines(args: object = {}): Promise<string[]> {
  const outcome = await list(args);
  if (outcome.kind !== 'done' || !outcome.value.ok) throw new Error(JSON.stringify(outcome));
  const [first, ...rest] = outcome.value.text.split('\n');
  expect(first).toBe(`Absolute path: ${dir}`);
  return rest;
}

function tree() {
  for (const folder of ['b', 'b/inner', 'b/inner/deep', 'B', '.hidden']) mkdirSync(join(dir, folder));
  for (const file of ['a.txt', 'b.txt', 'b/one', 'b/inner/two', 'b/inner/deep/three'])
    writeFileSync(join(dir, file), '');
  symlinkSync('b', join(dir, 'link'));
  execFileSync('mkfifo', [join(dir, 'pipe')]);
}

describe('a tree', () => {
  test('is sorted and marked, two levels deep, and links are not followed', async () => {
    tree();
    expect(await lines()).toEqual(['.hidden/', 'B/', 'a.txt', 'b/', '  inner/', '  one', 'b.txt', 'link@', 'pipe?']);
  });

  test.each([
    [1, ['.hidden/', 'B/', 'a.txt', 'b/', 'b.txt', 'link@', 'pipe?']],
    [
      4,
      [
        '.hidden/',
        'B/',
        'a.txt',
        'b/',
        '  inner/',
        '    deep/',
        '      three',
        '    two',
        '  one',
        'b.txt',
        'link@',
        'pipe?',
      ],
    ],
  ])('may be %i levels deep', async (depth, expected) => {
    tree();
    expect(await lines({ depth })).toEqual(expected);
  });

  test('of nothing is only its head', async () => {
    expect(await lines()).toEqual([]);
  });

  test('cuts long names between characters', async () => {
    writeFileSync(join(dir, 'é'.repeat(127)), '');
    expect(await lines()).toEqual(['é'.repeat(127)]);
  });
});

describe('pages', () => {
  beforeEach(() => {
    for (let n = 1; n <= 30; n++) writeFileSync(join(dir, String(n).padStart(2, '0')), '');
  });

  test('are twenty-five entries and say that there are more', async () => {
    const page = await lines();
    expect([page.length, page[24], page[25]]).toEqual([26, '25', 'More than 25 entries found']);
  });

  test('go on at an offset, and the last one ends', async () => {
    expect(await lines({ offset: 26 })).toEqual(['26', '27', '28', '29', '30']);
    expect(await lines({ offset: 28, limit: 2 })).toEqual(['28', '29', 'More than 2 entries found']);
    expect(await lines({ offset: 29, limit: 2 })).toEqual(['29', '30']);
  });
});

describe('an error', () => {
  test.each([
    [{ offset: 0 }, 'offset must be a 1-indexed entry number'],
    [{ limit: 0 }, 'limit must be greater than zero'],
    [{ depth: 0 }, 'depth must be greater than zero'],
    [{ dir_path: 'x' }, 'dir_path must be an absolute path'],
    [{ offset: 3 }, 'offset exceeds directory entry count'],
    [{ dir_path: '/none' }, 'failed to read directory: No such file or directory (os error 2)'],
    [{ dir_path: '/dev/null' }, 'failed to read directory: Not a directory (os error 20)'],
  ])('%j', async (args, told) => {
    writeFileSync(join(dir, 'a'), '');
    writeFileSync(join(dir, 'b'), '');
    expect(await list(args)).toEqual({ kind: 'done', value: { ok: false, text: told } });
  });
});

test('an interruption ends the walk', async () => {
  tree();
  expect(await list({}, AbortSignal.abort())).toEqual({ kind: 'interrupted' });
});
