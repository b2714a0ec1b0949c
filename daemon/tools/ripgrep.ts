/** One run of ripgrep, ended with its process group when nobody waits for it any more. */
import { spawn } from 'node:child_process';
import { NewestFiles } from './newest-files.ts';
import { hasCode } from './os-error.ts';
import type { Found, Search } from './search.ts';

const maxErrorBytes = 8 * 1024;
/** Longer than any path may be: what is longer is no path, and is dropped. */
const maxPathBytes = 64 * 1024;
/** Of one search; how many the newest are chosen from. */
const maxMatches = 100_000;
/** Files whose times are looked at together. */
const batchSize = 64;
/** How rg says that it found nothing. */
const noMatchCode = 1;

/**
 * Does not read the person's ripgrep configuration: the model knows nothing of it. Not sorted by rg: some versions sort
 * folder by folder, and all of them search with one thread then.
 */
const argsOf = ({ pattern, include, path }: Search) => [
  '--no-config',
  '--files-with-matches',
  '--null',
  '--no-messages',
  `--regexp=${pattern}`,
  ...(include === undefined ? [] : [`--glob=${include}`]),
  '--',
  path,
];

export async function ripgrep(rg: string, search: Search): Promise<Found> {
  const { cwd, signal } = search;
  if (signal.aborted) return { kind: 'files', paths: [] };
  const child = spawn(rg, argsOf(search), { cwd, env: {}, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const end = () => killGroup(child.pid);
  signal.addEventListener('abort', end);
  const paths = new Paths(maxMatches, end);
  let errors = Buffer.alloc(0);
  child.stdout.on('data', (piece: Buffer) => paths.push(piece));
  child.stderr.on('data', (piece: Buffer) => {
    if (errors.length < maxErrorBytes) errors = Buffer.concat([errors, piece]).subarray(0, maxErrorBytes);
  });
  try {
    const code = await new Promise<number | null | 'unavailable'>((settle) => {
      child.once('error', () => settle('unavailable'));
      child.once('close', (exit) => settle(exit));
    });
    if (code === 'unavailable') return { kind: code };
    const why = errors.toString('utf8').trim();
    // Some files could not be read, or the rest was not wanted: what was found is good all the same.
    if (code === 0 || code === noMatchCode || paths.found.length > 0 || why === '')
      return { kind: 'files', paths: await newestOf(paths.found, search) };
    return { kind: 'failed', why };
  } finally {
    signal.removeEventListener('abort', end);
  }
}

async function newestOf(paths: readonly string[], { limit, signal }: Search): Promise<string[]> {
  const newest = new NewestFiles(limit);
  for (let at = 0; at < paths.length && !signal.aborted; at += batchSize)
    await Promise.all(paths.slice(at, at + batchSize).map((path) => newest.look(path)));
  return newest.paths();
}

function killGroup(pid: number | undefined) {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // It has ended already; macOS says EPERM of a process that has ended and was not waited for.
    if (!hasCode(error, 'ESRCH', 'EPERM')) throw error;
  }
}

/** The first paths of a stream in which a NUL ends each. */
class Paths {
  readonly found: string[] = [];
  readonly #limit: number;
  readonly #enough: () => void;
  #rest = Buffer.alloc(0);

  constructor(limit: number, enough: () => void) {
    this.#limit = limit;
    this.#enough = enough;
  }

  push(piece: Buffer) {
    if (this.found.length >= this.#limit) return;
    this.#rest = Buffer.concat([this.#rest, piece]);
    for (let end = this.#rest.indexOf(0); end !== -1 && this.found.length < this.#limit; end = this.#rest.indexOf(0)) {
      this.found.push(this.#rest.toString('utf8', 0, end));
      this.#rest = this.#rest.subarray(end + 1);
    }
    if (this.#rest.length > maxPathBytes) this.#rest = Buffer.alloc(0);
    if (this.found.length >= this.#limit) this.#enough();
  }
}
