/**
 * Runs a CommonJS bundle with the compiled code that an earlier run of the same command left. Node's own compile cache keeps
 * only what is compiled when a file is loaded; most functions of a client are compiled when they are called, which cost
 * `tcx ps` a fifth of its life. Such a bundle cannot import modules: without a flag Node allows that to files alone.
 */
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import Module from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';

export interface Kept {
  readonly file: string;
  readonly folder: string;
  /** Names what is run of the bundle: each has a cache of its own. */
  readonly part: string;
  readonly require: NodeJS.Require;
}

export function runKept({ file, folder, part, require }: Kept): void {
  const { size, mtimeMs } = statSync(file);
  const cache = join(folder, `${part}-${size.toString(36)}-${Math.floor(mtimeMs).toString(36)}`);
  const cachedData = read(cache);
  const script = new Script(Module.wrap(readFileSync(file, 'utf8')), {
    filename: file,
    ...(cachedData && { cachedData }),
  });
  // Another version of Node takes none of it.
  if (!cachedData || script.cachedDataRejected)
    process.once('exit', (code) => {
      if (code === 0) keep(folder, cache, script);
    });
  const bundle = { exports: {} };
  const body = script.runInThisContext() as (...args: unknown[]) => void;
  body(bundle.exports, require, bundle, file, join(file, '..'));
}

function read(cache: string): Buffer | undefined {
  try {
    return readFileSync(cache);
  } catch {
    return undefined;
  }
}

/** Where nothing can be written it is compiled each time. */
function keep(folder: string, cache: string, script: Script) {
  try {
    mkdirSync(folder, { recursive: true });
    const fresh = `${cache}.${process.pid}`;
    writeFileSync(fresh, script.createCachedData());
    renameSync(fresh, cache);
  } catch {
    // A cache is no promise.
  }
}
