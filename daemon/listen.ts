/** Takes the home's lock and its socket: one daemon a home, found by what it writes under `run/`. */
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  type FSWatcher,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import {
  ensurePrivate,
  lockFile,
  type Running,
  runDirectory,
  runningFile,
  socketPath,
  tokenFile,
} from '../ipc/socket.ts';
import { PROTOCOL } from '../ipc/version.ts';
import { TcxError } from './errors.ts';
import { type Lock, takeLock } from './lock.ts';

/** Why a daemon does not run: said to whoever started it. `running`: another one does, which is as good. */
export class Refusal extends TcxError {}

export interface Place {
  readonly home: string;
  readonly run: string;
  readonly socket: string;
  readonly token: string;
  readonly lock: Lock;
}

export interface ListenEnv {
  readonly XDG_RUNTIME_DIR?: string | undefined;
  readonly LISTEN_FDS?: string | undefined;
  readonly LISTEN_PID?: string | undefined;
  readonly NOTIFY_SOCKET?: string | undefined;
}

export function takePlace(home: string, env: ListenEnv): Place {
  const run = runDirectory(home);
  const uid = process.getuid?.() ?? 0;
  try {
    mkdirSync(run, { recursive: true, mode: 0o700 });
    ensurePrivate(run, uid);
    const lock = takeLock(lockFile(home));
    if (!lock) throw new Refusal('running', `a daemon runs for ${home} already`, 'tcx daemon status');
    const hash = createHash('sha256').update(home).digest('hex');
    const socket = socketPath(home, hash, env, uid);
    ensurePrivate(dirname(socket), uid);
    return { home, run, socket, token: token(home), lock };
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(
      'bad-home',
      `cannot run for the home ${home}: ${(error as Error).message}`,
      'make it writable for you, or set TCX_HOME to another folder',
      { cause: error },
    );
  }
}

/** What proves a client to be this user: Node cannot ask the kernel who is on the other side of a socket. */
function token(home: string): string {
  const file = tokenFile(home);
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const made = randomBytes(24).toString('base64url');
  writeFileSync(file, made, { mode: 0o600 });
  return made;
}

export interface Listening {
  readonly close: () => Promise<void>;
}

/** Listens where clients look, or on the socket a service manager has opened; a socket that vanishes is bound again. */
export async function listen(
  place: Place,
  build: string,
  env: ListenEnv,
  connected: (socket: Socket) => void,
): Promise<Listening> {
  const server = createServer(connected);
  const inherited = env.LISTEN_FDS === '1' && env.LISTEN_PID === String(process.pid);
  if (inherited) await listening(server, { fd: 3 });
  else await bind(server, place.socket);
  announce(place, build);
  notifyReady(env);
  const watcher = inherited ? undefined : rebindWhenGone(place, connected);
  return {
    close: async () => {
      watcher?.close();
      rmSync(runningFile(place.home), { force: true });
      if (!inherited) rmSync(place.socket, { force: true });
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** We hold the lock, so a socket that lies there is nobody's. */
async function bind(server: Server, path: string) {
  if (existsSync(path)) unlinkSync(path);
  const umask = process.umask(0o177);
  try {
    await listening(server, { path });
  } finally {
    process.umask(umask);
  }
  chmodSync(path, 0o600);
}

const listening = (server: Server, where: { path: string } | { fd: number }) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.off('error', reject);
      resolve();
    });
  });

function announce({ home, socket }: Place, build: string) {
  const running: Running = { pid: process.pid, build, protocol: PROTOCOL, socket, started: Date.now() };
  const file = runningFile(home);
  writeFileSync(`${file}.new`, JSON.stringify(running), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function rebindWhenGone({ socket, run }: Place, connected: (socket: Socket) => void): FSWatcher {
  const extra: Server[] = [];
  const watcher = watch(dirname(socket) === run ? run : dirname(socket), (_, name) => {
    if (name !== 'tcxd.sock' || existsSync(socket)) return;
    // The old listener keeps those who are connected; whoever comes now needs a name to come by.
    const another = createServer(connected);
    extra.push(another);
    bind(another, socket).catch(() => another.close());
  });
  watcher.on('close', () => {
    for (const each of extra) each.close();
  });
  return watcher;
}

/** systemd's word that we are ready: Node has no datagram sockets of its own. */
function notifyReady({ NOTIFY_SOCKET }: ListenEnv) {
  if (NOTIFY_SOCKET)
    execFile(
      'systemd-notify',
      ['--ready', `--pid=${process.pid}`],
      { env: { ...process.env, NOTIFY_SOCKET } },
      () => {},
    );
}
