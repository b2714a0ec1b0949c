/** The import rule (docs/architecture.md): clients know the wire, not the actors; only the daemon touches the world. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

/** Who may import whom, besides itself. */
const may: Readonly<Record<string, readonly string[]>> = {
  core: [],
  actors: ['core'],
  ipc: ['core'],
  sandbox: ['core'],
  daemon: ['core', 'actors', 'ipc', 'sandbox'],
  tui: ['core', 'ipc'],
  cli: ['core', 'ipc', 'tui'],
};
/** Packages a folder may use; `node:` stands for all of Node. */
const packages: Readonly<Record<string, readonly string[]>> = {
  core: ['zod', 'smol-toml', 'diff'],
  actors: ['xstate'],
  ipc: ['zod', 'msgpackr', 'nanoid', 'node:'],
  sandbox: ['node:'],
  tui: ['ink', 'react', '@xstate/store', 'marked', 'string-width', 'node:'],
  cli: ['node:'],
};
/** Modules that would let a folder reach past its place. */
const never: Readonly<Record<string, readonly string[]>> = {
  tui: ['node:child_process'],
  sandbox: ['node:net', 'node:child_process'],
};

interface Import {
  readonly file: string;
  readonly from: string;
}

function importsOf(folder: string): Import[] {
  const files = globSync(`${folder}/**/*.{ts,tsx}`, { cwd: root }).filter((file) => !/\.(test|d)\.tsx?$/.test(file));
  return files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    const found = text.matchAll(/(?:^(?:import|export)\b[^'\n]*|^\}) from '([^']+)'|\bimport\('([^']+)'\)/gm);
    return [...found].map(([, from, lazy]) => ({ file, from: (from ?? lazy)! }));
  });
}

const packageOf = (from: string) =>
  from.startsWith('node:')
    ? 'node:'
    : from
        .split('/')
        .slice(0, from.startsWith('@') ? 2 : 1)
        .join('/');

test.each(Object.keys(may))('%s imports only what it may', (folder) => {
  for (const { file, from } of importsOf(folder)) {
    if (from.startsWith('.')) {
      const other = join(dirname(file), from).split('/')[0]!;
      expect([folder, ...may[folder]!], `${file} imports ${from}`).toContain(other);
    } else if (packages[folder]) expect(packages[folder], `${file} imports ${from}`).toContain(packageOf(from));
    expect(never[folder] ?? [], file).not.toContain(from);
  }
});

test('core and actors have no clock and no randomness', () => {
  for (const folder of ['core', 'actors']) {
    for (const file of globSync(`${folder}/**/*.ts`, { cwd: root }).filter((name) => !name.endsWith('.test.ts'))) {
      const text = readFileSync(join(root, file), 'utf8');
      expect(text, file).not.toMatch(/\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bprocess\.[a-z]|\bsetTimeout\(/);
    }
  }
});

test('no default exports of ours, no `export *`', () => {
  for (const folder of Object.keys(may)) {
    for (const file of globSync(`${folder}/**/*.{ts,tsx}`, { cwd: root }).filter((name) => !name.endsWith('.d.ts'))) {
      expect(readFileSync(join(root, file), 'utf8'), file).not.toMatch(/^export (?:default|\*)/m);
    }
  }
});
