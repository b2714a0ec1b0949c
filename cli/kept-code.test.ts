import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'tcx-kept-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const cache = () => join(base, 'cache');
const module = pathToFileURL(join(import.meta.dirname, 'kept-code.ts')).href;

/** Each version has its own time, as a build gives it; the sizes are the same. */
function bundle(word: string, seconds: number, more = '') {
  const file = join(base, 'bundle.js');
  writeFileSync(file, `const say = () => ${JSON.stringify(word)};console.log(say(), __dirname);${more}`);
  utimesSync(file, seconds, seconds);
}

/** Runs the bundle in a process of its own: what it printed. */
function run(part = 'ps'): string {
  const kept = { file: join(base, 'bundle.js'), folder: cache(), part };
  const script = `import { createRequire } from 'node:module';
import { runKept } from ${JSON.stringify(module)};
runKept({ ...${JSON.stringify(kept)}, require: createRequire(${JSON.stringify(join(base, 'x.js'))}) });`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).trim();
}

test('a bundle runs as ever, and leaves its compiled code, once for each part', () => {
  bundle('one', 1);
  for (const part of ['ps', 'ps', 'exec']) expect(run(part)).toBe(`one ${base}`);
  expect(readdirSync(cache()).map((name) => name.split('-')[0])).toEqual(['exec', 'ps']);
});

test('code of another build is not run, nor what is no code', () => {
  bundle('one', 1);
  run();
  bundle('two', 2);
  expect(run()).toBe(`two ${base}`);
  const files = readdirSync(cache()).map((name) => join(cache(), name));
  expect(files).toHaveLength(2);
  for (const file of files) writeFileSync(file, 'garbage');
  expect(run()).toBe(`two ${base}`);
  expect(run()).toBe(`two ${base}`);
});

test('where nothing can be kept it runs all the same', () => {
  bundle('one', 1, 'require("node:fs");');
  writeFileSync(cache(), 'a file is in the way');
  expect(run()).toBe(`one ${base}`);
});

test('a run that fails leaves nothing', () => {
  bundle('one', 1, 'process.exitCode = 3;');
  expect(() => run()).toThrow();
  expect(() => readdirSync(cache())).toThrow();
});
