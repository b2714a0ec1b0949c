/** Starts a holder as a process of its own session, which nothing that happens to tcxd reaches, and waits until it listens. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { type HolderFile, holderLogPath, readHolderFiles, removeHolderFiles } from './holder-file.ts';
import { findShells, withOnly } from './prologue.ts';

export interface StartArgs {
  readonly run: string;
  readonly incarnation: string;
  readonly socket: string;
  readonly build: string;
  readonly idleMs: number;
  readonly readyFd: number;
}

export interface StartOptions {
  /** `$TCX_HOME/run`, 0700, on a disk that a reboot does not empty. */
  readonly run: string;
  /** Where the socket lies; `run` unless its path is too long for one. */
  readonly socketDir?: string;
  readonly build: string;
  /** What starts a holder: Node and the bundle, `[process.execPath, 'dist/holder.js']`. */
  readonly command: readonly [string, ...string[]];
  /** The holder's own environment, not that of commands; it needs PATH. */
  readonly env: Readonly<Record<string, string>>;
  readonly idleMs?: number;
}

const defaultIdleMs = 60_000;
const startMs = 15_000;
const maxSocketPathBytes = 100;
const maxReasonBytes = 2000;

export type Started = { readonly ok: true; readonly file: HolderFile } | { readonly ok: false; readonly why: string };

export async function startHolder(options: StartOptions, incarnation: string): Promise<Started> {
  const { run, build, command, env, idleMs = defaultIdleMs } = options;
  const socket = join(options.socketDir ?? run, `h-${incarnation}.sock`);
  if (Buffer.byteLength(socket) > maxSocketPathBytes)
    return { ok: false, why: `the path ${socket} is too long for a socket` };
  const args: StartArgs = { run, incarnation, socket, build, idleMs, readyFd: 3 };
  const log = openSync(holderLogPath(run, incarnation), 'a', 0o600);
  try {
    // A terminal or an editor may have left descriptors open to all its children; commands need not inherit them too.
    const launch = withOnly([0, 1, 2, 3], findShells(), [...command, JSON.stringify(args)]);
    const child = spawn(launch.file, launch.args, {
      cwd: '/',
      env: { ...env },
      detached: true,
      stdio: ['ignore', log, log, 'pipe'],
    });
    const trouble = await ready(child, child.stdio[3] as Readable);
    child.unref();
    const file =
      trouble === undefined ? readHolderFiles(run).find((one) => one.incarnation === incarnation) : undefined;
    if (file) return { ok: true, file };
    const said = readFileSync(holderLogPath(run, incarnation), 'utf8').trim().slice(-maxReasonBytes);
    removeHolderFiles(run, { incarnation, socket });
    return { ok: false, why: `the holder of commands did not start: ${said || trouble || 'it left no file'}` };
  } finally {
    closeSync(log);
  }
}

/** Undefined when it says it is ready; else why it never will. */
function ready(child: ChildProcess, signal: Readable): Promise<string | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      done(`it did not listen within ${startMs / 1000} s`);
    }, startMs);
    const done = (why: string | undefined) => {
      clearTimeout(timer);
      signal.destroy();
      resolve(why);
    };
    child.once('error', (error) => done(error.message));
    signal.once('data', () => done(undefined));
    signal.once('end', () => done('it ended at once'));
    signal.once('error', (error) => done(error.message));
  });
}
