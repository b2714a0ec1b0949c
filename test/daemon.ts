/** A real daemon in a home of its own, started, killed and started again; and the built `tcx` against it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Client } from '../ipc/client.ts';
import { connect } from '../ipc/start.ts';

export const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
export const node = join(root, 'node_modules', 'node', 'bin', 'node');

export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface TestHome {
  readonly home: string;
  readonly work: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs the built `tcx` to its end. */
  readonly tcx: (args: readonly string[], options?: RunOptions) => Promise<Ran>;
  /** Starts it and leaves it running. */
  readonly spawnTcx: (args: readonly string[], options?: RunOptions) => ChildProcess;
  readonly client: (options?: { reconnect?: boolean; label?: string; heartbeatMs?: number }) => Promise<Client>;
  /** The pid of the daemon that runs; undefined without one. */
  readonly pid: () => number | undefined;
  readonly kill: (signal?: NodeJS.Signals) => Promise<void>;
  readonly start: () => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

export interface HomeOptions {
  /** Lines of config.toml. */
  readonly config?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Nobody has said yet whether the work folder is trusted. */
  readonly untrusted?: boolean;
  /** Do not start a daemon: the first client does. */
  readonly cold?: boolean;
}

/** A home, a work folder with a git repository's mark, a daemon. Everything of it is gone at the end. */
export async function startDaemon(options: HomeOptions = {}): Promise<TestHome> {
  const base = mkdtempSync(join(tmpdir(), 'tcx-'));
  const home = join(base, 'h');
  const work = join(base, 'w');
  mkdirSync(home, { mode: 0o700 });
  mkdirSync(join(work, '.git'), { recursive: true });
  const trusted = options.untrusted
    ? ''
    : `\n[projects.${JSON.stringify(realpathSync(work))}]\ntrust_level = "trusted"\n`;
  const config = `${options.config ?? ''}${trusted}`;
  if (config !== '') writeFileSync(join(home, 'config.toml'), config);
  const env = {
    PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH}`,
    HOME: base,
    TCX_HOME: home,
    SHELL: '/bin/bash',
    TERM: 'xterm-256color',
    LANG: 'C.UTF-8',
    ...options.env,
  };
  const children = new Set<ChildProcess>();

  const spawnTcx: TestHome['spawnTcx'] = (args, { cwd = work, env: more, stdin } = {}) => {
    const child = spawn(node, [join(dist, 'tcx.js'), ...args], {
      cwd,
      env: { ...env, ...more },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    children.add(child);
    child.on('exit', () => children.delete(child));
    child.stdin.on('error', () => {});
    child.stdin.end(stdin ?? '');
    return child;
  };
  const tcx: TestHome['tcx'] = async (args, run) => {
    const child = spawnTcx(args, run);
    const [stdout, stderr, [code, signal]] = await Promise.all([
      text(child.stdout!),
      text(child.stderr!),
      once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
    ]);
    return { code, signal, stdout, stderr };
  };
  const pid = () => {
    try {
      const { pid: running } = JSON.parse(readFileSync(join(home, 'run', 'tcxd.json'), 'utf8')) as { pid: number };
      return isAlive(running) ? running : undefined;
    } catch {
      return undefined;
    }
  };
  const client: TestHome['client'] = ({ reconnect = false, label = 'test', heartbeatMs = 0 } = {}) =>
    connect({ home, build: 'test', kind: 'client', cwd: work, env, label, reconnect, heartbeatMs, start: false });
  const start = async () => {
    const child = spawn(
      node,
      ['--disable-warning=ExperimentalWarning', join(dist, 'tcxd.js'), 'run', '--ready-fd', '3'],
      { cwd: '/', env, detached: true, stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
    );
    const line = await firstLine(child.stdio[3] as Readable);
    child.unref();
    if (line !== 'ready') throw new Error(`the daemon did not start: ${line}`);
  };
  const kill: TestHome['kill'] = async (signal = 'SIGKILL') => {
    const running = pid();
    if (running === undefined) return;
    process.kill(running, signal);
    await gone(running);
  };
  if (!options.cold) await start();
  return {
    home,
    work,
    env,
    tcx,
    spawnTcx,
    client,
    pid,
    kill,
    start,
    [Symbol.asyncDispose]: async () => {
      for (const child of children) child.kill('SIGKILL');
      await kill();
      // A client that was killed while it started a daemon leaves one that comes up only now.
      for (const late of daemonsOf(home)) process.kill(late, 'SIGKILL');
      for (const holder of holderPids(home)) if (isAlive(holder)) process.kill(holder, 'SIGKILL');
      for (const left of spoolLeaders(home)) killGroup(left);
      rmSync(base, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Every tcxd of a home that the system lists, announced or not; none where there is no /proc. */
export function daemonsOf(home: string): number[] {
  return globSync('/proc/[0-9]*/environ').flatMap((file) => {
    try {
      const pid = Number(file.split('/')[2]);
      const mine = readFileSync(file, 'utf8').split('\0').includes(`TCX_HOME=${home}`);
      const isDaemon = mine && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('tcxd.js');
      return isDaemon && isAlive(pid) ? [pid] : [];
    } catch {
      return []; // It ended while it was looked at, or is another user's.
    }
  });
}

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

/** Resolves when a process is gone; looks often, because the system does not tell of other people's children. */
export async function gone(pid: number): Promise<void> {
  await until(() => !isAlive(pid));
}

type Falsy = false | 0 | '' | null | undefined;

/** Looks again and again until something holds; fails after `patienceMs` with what it waited for. */
export async function until<Value>(
  look: () => Value | Promise<Value>,
  what = 'a condition',
  patienceMs = 30_000,
): Promise<Exclude<Value, Falsy>> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const value = await look();
    if (value) return value as Exclude<Value, Falsy>;
    if (performance.now() > end) throw new Error(`waited ${patienceMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export function holderPids(home: string): number[] {
  const run = join(home, 'run');
  if (!existsSync(run)) return [];
  return readdirSync(run)
    .filter((name) => /^holder-[0-9a-f]+\.json$/.test(name))
    .map((name) => (JSON.parse(readFileSync(join(run, name), 'utf8')) as { pid: number }).pid);
}

/** Process groups of commands whose spools are left. */
function spoolLeaders(home: string): number[] {
  const spool = join(home, 'run', 'spool');
  if (!existsSync(spool)) return [];
  return readdirSync(spool).flatMap((name) => {
    const meta = join(spool, name, 'meta');
    const match = existsSync(meta) ? /"pid":(\d+)/.exec(readFileSync(meta, 'utf8')) : null;
    return match ? [Number(match[1])] : [];
  });
}

function killGroup(pid: number) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}

async function text(stream: Readable): Promise<string> {
  let all = '';
  for await (const chunk of stream) all += String(chunk);
  return all;
}

async function firstLine(stream: Readable): Promise<string> {
  let all = '';
  for await (const chunk of stream) {
    all += String(chunk);
    if (all.includes('\n')) break;
  }
  return all.split('\n')[0] ?? '';
}
