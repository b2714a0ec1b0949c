/**
 * How many bytes a daemon, its holder and their index hand to files, counted by strace: every write to a regular file below the
 * home, of whatever thread. `/proc/<pid>/io` counts sockets with files or whole pages, so it cannot tell.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { node, root, type TestHome, until } from '../test/daemon.ts';

const writes = 'write,writev,pwrite64,pwritev,pwritev2';
const syncs = 'fsync,fdatasync';

export interface Traced {
  /** What was written since the last time, by kind of file. */
  readonly since: () => Writing;
}

export interface Writing {
  readonly bytes: number;
  readonly syncs: number;
}

/** Starts the home's daemon under strace. */
export async function startTraced({ home, env, pid }: TestHome): Promise<Traced> {
  const file = join(home, '..', 'trace');
  const strace = ['-f', '-qq', '-y', '-s', '0', '-e', `trace=${writes},${syncs}`, '-o', file];
  const daemon = [node, '--disable-warning=ExperimentalWarning', join(root, 'dist', 'tcxd.js'), 'run'];
  const child = spawn('strace', [...strace, ...daemon], { cwd: '/', env, detached: true, stdio: 'ignore' });
  await Promise.race([once(child, 'spawn'), once(child, 'error').then(() => Promise.reject(missing))]);
  child.unref();
  await until(() => pid() !== undefined, 'a daemon under strace');
  let seen = 0;
  return {
    since: () => {
      const lines = readFileSync(file, 'utf8').split('\n');
      const fresh = lines.slice(seen, -1);
      seen = lines.length - 1;
      return writing(fresh, home);
    },
  };
}

const missing = new Error('strace is not installed, and nothing else counts the bytes that go to files');

/** A call that another thread interrupts is two lines: the first names the file, the second the bytes. */
function writing(lines: readonly string[], home: string): Writing {
  const begun = new Map<string, { call: string; path: string }>();
  let bytes = 0;
  let synced = 0;
  for (const line of lines) {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const start = /^(\w+)\(\d+<([^>]*)>/.exec(rest);
    if (start) begun.set(thread, { call: start[1]!, path: start[2]! });
    const result = /\) += (\d+)/.exec(rest);
    const call = begun.get(thread);
    if (!result || !call) continue;
    begun.delete(thread);
    if (!isFile(call.path, home)) continue;
    if (syncs.includes(call.call)) synced++;
    else bytes += Number(result[1]);
  }
  return { bytes, syncs: synced };
}

/** Named pipes that commands write to are in the home too. */
const isFile = (path: string, home: string) => path.startsWith(`${home}/`) && !path.includes('.pipes/');
