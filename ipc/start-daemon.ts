/** Starts a home's daemon as a process of its own. Apart from `start.ts`, because a client that finds one running needs none of this. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { dial } from './client.ts';
import { ClientError } from './client-error.ts';
import type { Connecting } from './connecting.ts';
import { readRunning, socketPath } from './socket.ts';

const startPatienceMs = 300;
/** How often a daemon that somebody else starts is looked for, how long before another try, and how many tries. */
const lookMs = 20;
const comingMs = 2000;
const tries = 30;

type How = Pick<Connecting, 'home' | 'codexHome' | 'env' | 'starting'>;

/** Resolves when a daemon answers: the one started here, or the one that was faster. Rejects with what it said instead. */
export async function startDaemon(how: How): Promise<void> {
  const patience = how.starting && setTimeout(how.starting, startPatienceMs);
  try {
    using waiting = await serviceSocket(how);
    if (waiting) return await byService(how);
    for (let n = 0; n < tries; n++) {
      const refused = await spawned(how);
      if (!refused) return;
      if (refused.code !== 'running') throw refused;
      // Another one holds the home: it comes up just now, or it is about to leave.
      if (await comesUp(how.home)) return;
    }
    throw new ClientError('not-running', `a tcxd holds ${how.home} and does not answer`, 'tcx daemon logs');
  } finally {
    clearTimeout(patience);
  }
}

/** Where nobody has announced a daemon, but a service manager listens for it: connecting starts it. */
async function serviceSocket({ home, env }: How): Promise<Disposable | undefined> {
  const hash = createHash('sha256').update(home).digest('hex');
  const path = socketPath(home, hash, env, process.getuid?.() ?? 0);
  const socket: Socket | undefined = await dial(path).catch(() => undefined);
  return socket && { [Symbol.dispose]: () => void socket.destroy() };
}

async function byService({ home }: How): Promise<void> {
  for (let n = 0; n < tries; n++) if (await comesUp(home)) return;
  throw new ClientError(
    'not-running',
    `the service manager listens for ${home} and brings no tcxd up`,
    'systemctl --user status tcxd',
  );
}

async function comesUp(home: string): Promise<boolean> {
  for (const end = performance.now() + comingMs; performance.now() < end; await pause(lookMs)) {
    const running = readRunning(home);
    const socket = running && (await dial(running.socket).catch(() => undefined));
    socket?.destroy();
    if (socket) return true;
  }
  return false;
}

/** Undefined when the daemon started here is ready. */
async function spawned({ home, codexHome, env }: How): Promise<ClientError | undefined> {
  const output = openOutput(home);
  const child = spawn(process.execPath, [...nodeFlags, daemonFile(), 'run', '--ready-fd', '3'], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', output, output, 'pipe'],
    env: daemonEnvironment(home, codexHome, env),
  });
  closeSync(output);
  const line = await firstLine(child.stdio[3] as Readable);
  child.unref();
  return line === 'ready' ? undefined : refusal(line);
}

/** What the daemon says before it has a log. */
function openOutput(home: string): number {
  try {
    mkdirSync(join(home, 'logs'), { recursive: true, mode: 0o700 });
    return openSync(join(home, 'logs', 'tcxd.out'), 'a', 0o600);
  } catch (error) {
    throw new ClientError(
      'bad-home',
      `cannot write in tcx's home ${home}: ${(error as Error).message}`,
      'make it writable for you, or set TCX_HOME to another folder',
    );
  }
}

export const nodeFlags = ['--disable-warning=ExperimentalWarning'];

export const daemonEnvironment = (home: string, codexHome: string | undefined, env: Connecting['env']) => ({
  ...env,
  TCX_HOME: home,
  ...(codexHome && { CODEX_HOME: codexHome }),
});

/** What a daemon says of itself when it is ready, or why it is not. */
export async function firstLine(ready: Readable): Promise<string> {
  let said = '';
  try {
    for await (const chunk of ready) {
      said += String(chunk);
      if (said.includes('\n')) break;
    }
  } finally {
    ready.destroy();
  }
  return said.split('\n')[0] ?? '';
}

export function refusal(line: string): ClientError {
  try {
    const { code, message, fix } = JSON.parse(line) as { code: string; message: string; fix: string };
    return new ClientError(code, message, fix);
  } catch {
    return new ClientError('not-running', 'the daemon ended before it was ready', 'tcx daemon logs');
  }
}

/** Beside this bundle, or above it when the bundler put this into a chunk. */
export function daemonFile(): string {
  const file = [join(import.meta.dirname, 'tcxd.js'), join(import.meta.dirname, '..', 'tcxd.js')].find(existsSync);
  if (!file) throw new ClientError('not-built', 'dist/tcxd.js is missing', 'npm run build');
  return file;
}
