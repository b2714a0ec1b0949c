import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { Finder } from './finder.ts';
import { FileIndex } from './index.ts';
import { Tree } from './tree.ts';

function folder(...files: string[]): string {
  const root = mkdtempSync(join(tmpdir(), 'tcx-files-'));
  for (const file of files) write(root, file);
  return root;
}
function write(root: string, file: string, text = '') {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}
const listed = async (root: string) => {
  const tree = new Tree(root);
  await tree.scan();
  return [...tree.paths()].sort();
};

test('a tree is what git would keep, with hidden files and without its own bookkeeping', async () => {
  const root = folder(
    '.git/HEAD',
    'src/main.ts',
    'src/deep/er/x y.ts',
    '.github/ci.yml',
    'dist/a.js',
    'keep.log',
    'b.log',
  );
  write(root, '.gitignore', 'dist/\n*.log\n!keep.log\n');
  write(root, 'src/.gitignore', 'deep/\n');
  expect(await listed(root)).toEqual([
    '.github/',
    '.github/ci.yml',
    '.gitignore',
    'keep.log',
    'src/',
    'src/.gitignore',
    'src/main.ts',
  ]);
});

test('best first; a longer query, another one and a backspace find what they would alone', () => {
  const finder = new Finder();
  const paths = ['src/domain.ts', 'src/main.ts', 'src/main/', 'docs/manual.md', 'README.md'];
  finder.take(paths);
  expect(finder.find('', 2).paths).toEqual(['README.md', 'src/main/']);
  for (const query of ['m', 'ma', 'mai', 'main', 'ma', 'man', 'zz', 'r']) {
    const fresh = new Finder();
    fresh.take(paths);
    expect(finder.find(query, 8)).toEqual(fresh.find(query, 8));
  }
  expect(finder.find('mai', 2)).toEqual({ paths: ['src/main/', 'src/main.ts'], total: 3 });
});

test('what appears, moves, goes and is ignored from now on is found or not', async () => {
  const root = folder('.git/HEAD', 'src/one.ts', 'lib/quz.ts');
  const index = new FileIndex(root, Date.now);
  const found = async (query: string) => (await index.find(query, 20)).paths;
  const becomes = (query: string, paths: readonly string[]) =>
    vi.waitFor(async () => expect(await found(query)).toEqual(paths), { timeout: 10_000, interval: 20 });
  try {
    await becomes('one', ['src/one.ts']);
    write(root, 'src/two.ts');
    await becomes('two', ['src/two.ts']);
    write(root, 'src/new/deep/three.ts');
    await becomes('three', ['src/new/deep/three.ts']);
    write(root, 'src/new/deep/four.ts');
    await becomes('four', ['src/new/deep/four.ts']);
    renameSync(join(root, 'src/new'), join(root, 'src/moved'));
    await becomes('three', ['src/moved/deep/three.ts']);
    rmSync(join(root, 'lib'), { recursive: true });
    await becomes('quz', []);
    write(root, '.gitignore', 'two.ts\n');
    await becomes('two', []);
  } finally {
    await index.close();
  }
});
