/** Where a home's daemon is found: its files under `run/`, and the socket's path, which clients read and never guess. */
import { lstatSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What `run/tcxd.json` says, written by rename with mode 0600. */
export interface Running {
  readonly pid: number;
  readonly build: string;
  readonly protocol: number;
  readonly socket: string;
  /** Ms since 1970. */
  readonly started: number;
}

export const runDirectory = (home: string) => join(home, 'run');
export const runningFile = (home: string) => join(home, 'run', 'tcxd.json');
export const tokenFile = (home: string) => join(home, 'run', 'token');
export const lockFile = (home: string) => join(home, 'run', 'tcxd.lock');

/** The kernel's limit is 108 bytes with the end mark (104 on macOS). */
const pathLimit = 100;

/** `run/tcxd.sock`, or a folder of the same user's where that is too long; `hash` is of the home's path, in hex. */
export function socketPath(
  home: string,
  hash: string,
  env: { readonly XDG_RUNTIME_DIR?: string | undefined },
  uid: number,
): string {
  const inHome = join(runDirectory(home), 'tcxd.sock');
  if (Buffer.byteLength(inHome) <= pathLimit) return inHome;
  const short = hash.slice(0, 8);
  const folder = env.XDG_RUNTIME_DIR ? join(env.XDG_RUNTIME_DIR, `tcx-${short}`) : `/tmp/tcx-${uid}-${short}`;
  return join(folder, 'tcxd.sock');
}

/** Makes the socket's folder, or throws a sentence when it is not a folder only this user can enter. */
export function ensurePrivate(folder: string, uid: number) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stat = lstatSync(folder);
  if (!stat.isDirectory() || stat.uid !== uid || (stat.mode & 0o077) !== 0) {
    throw new Error(`${folder} must be a folder that only its owner can enter: chmod 700 ${folder}`);
  }
}

/** Undefined when no daemon has written it; what is there is trusted, because only this user can write in the home. */
export function readRunning(home: string): Running | undefined {
  try {
    return JSON.parse(readFileSync(runningFile(home), 'utf8')) as Running;
  } catch {
    return undefined;
  }
}

export function readToken(home: string): string | undefined {
  try {
    return readFileSync(tokenFile(home), 'utf8').trim();
  } catch {
    return undefined;
  }
}
