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
import { basename, dirname } from 'node:path';
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

/** The first descriptor a service manager hands over (sd_listen_fds(3)). */
const firstInheritedFd = 3;

/** Why a daemon does not run: said to whoever started it. `running`: another one does. */
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

/** How long clients have to take their leave before their connections are cut: one that is stopped never would. */
const leaveMs = 1000;

/** Listens where clients look, or on the socket a service manager has opened. */
export async function listen(
  place: Place,
  build: string,
  env: ListenEnv,
  connected: (socket: Socket) => void,
): Promise<Listening> {
  const sockets = new Set<Socket>();
  const serve = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    connected(socket);
  };
  const servers = [createServer(serve)];
  const inherited = env.LISTEN_FDS === '1' && env.LISTEN_PID === String(process.pid);
  if (inherited) await listening(servers[0]!, { fd: firstInheritedFd });
  else await bind(servers[0]!, place.socket);
  announce(place, build);
  notifyReady(env);
  const bindAnew = () => {
    // The old listener keeps those who are connected; whoever comes now needs a name to come by.
    const another = createServer(serve);
    servers.push(another);
    bind(another, place.socket).catch(() => another.close());
  };
  const watchers = keepFindable(place, { announce: () => announce(place, build), ...(!inherited && { bindAnew }) });
  return {
    close: async () => {
      for (const watcher of watchers) watcher.close();
      rmSync(runningFile(place.home), { force: true });
      if (!inherited) rmSync(place.socket, { force: true });
      const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
      const cut = setTimeout(() => sockets.forEach((socket) => void socket.destroy()), leaveMs);
      await Promise.all(closed);
      clearTimeout(cut);
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

/** What clients look for is put back when somebody removes it: the file that names the socket, and the socket's own name. */
function keepFindable(
  { home, socket }: Place,
  restore: { readonly announce: () => void; readonly bindAnew?: () => void },
): FSWatcher[] {
  const { announce, bindAnew } = restore;
  const guard = (path: string, again: () => void) =>
    watch(dirname(path), (_, name) => {
      if (name === basename(path) && !existsSync(path)) again();
    });
  return [guard(runningFile(home), announce), ...(bindAnew ? [guard(socket, bindAnew)] : [])];
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
