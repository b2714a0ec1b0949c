/** Connects to a home's daemon and starts one when none answers: the way in of every client. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { Client, ClientError, type ClientOptions, dial, type HelloBody } from './client.ts';
import { readRunning, readToken } from './socket.ts';
import { PROTOCOL } from './version.ts';

export interface Connecting {
  readonly home: string;
  /** Codex's own home, when it lies around ours. */
  readonly codexHome?: string | undefined;
  readonly build: string;
  readonly kind: HelloBody['kind'];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly label?: string;
  readonly reconnect?: boolean;
  readonly heartbeatMs?: number;
  /** False: fail when no daemon answers. */
  readonly start?: boolean;
  /** Told when a start takes long enough to wonder. */
  readonly starting?: () => void;
}

const startPatienceMs = 300;

export function connect(how: Connecting): Promise<Client> {
  const vars = environment(how.env);
  const digest = createHash('sha256').update(JSON.stringify(vars)).digest('hex');
  const locate: ClientOptions['locate'] = async () => ({
    socket: await findSocket(how),
    hello: hello(how, digest, readToken(how.home) ?? ''),
    vars: () => Object.fromEntries(vars),
  });
  return Client.connect({ locate, reconnect: how.reconnect ?? false, heartbeatMs: how.heartbeatMs ?? 0 });
}

/** What the daemon may hand on to commands: tcx's own variables are between clients and daemon. */
const environment = (env: Connecting['env']) =>
  Object.entries(env)
    .filter((entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith('TCX_'))
    .sort(([a], [b]) => (a < b ? -1 : 1));

function hello({ build, kind, cwd, env, label }: Connecting, digest: string, token: string): HelloBody {
  const umask = process.umask();
  return {
    protocol: PROTOCOL,
    build,
    token,
    kind,
    cwd,
    umask,
    env: digest,
    pid: process.pid,
    label: label ?? labelOf(env),
  };
}

/** Tells screens apart: a chosen name, the host an ssh client came from, the terminal, the process. */
function labelOf(env: Connecting['env']): string {
  const host = env.SSH_CONNECTION?.split(' ')[0];
  return (env.TCX_CLIENT_NAME || host || env.TMUX_PANE || `pid ${process.pid}`).slice(0, 100);
}

async function findSocket(how: Connecting): Promise<string> {
  const running = readRunning(how.home);
  if (running && (await answers(running.socket))) return running.socket;
  if (how.start === false) throw new ClientError('not-running', `no daemon runs for ${how.home}`, 'tcx daemon start');
  await startDaemon(how);
  const started = readRunning(how.home);
  if (!started) throw new ClientError('not-running', `the daemon for ${how.home} did not come up`, 'tcx daemon logs');
  return started.socket;
}

async function answers(socket: string): Promise<boolean> {
  try {
    (await dial(socket)).destroy();
    return true;
  } catch {
    return false;
  }
}

/** Resolves when a daemon listens: the one started here, or the one that was faster. Rejects with what it said instead. */
export async function startDaemon({ home, codexHome, env, starting }: Connecting): Promise<void> {
  const patience = starting && setTimeout(starting, startPatienceMs);
  mkdirSync(join(home, 'logs'), { recursive: true, mode: 0o700 });
  const output = openSync(join(home, 'logs', 'tcxd.out'), 'a', 0o600);
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', daemonFile(), 'run', '--ready-fd', '3'],
    {
      cwd: '/',
      detached: true,
      stdio: ['ignore', output, output, 'pipe'],
      env: { ...env, TCX_HOME: home, ...(codexHome && { CODEX_HOME: codexHome }) },
    },
  );
  const ready = child.stdio[3] as NodeJS.ReadableStream;
  let said = '';
  try {
    for await (const chunk of ready) {
      said += String(chunk);
      if (said.includes('\n')) break;
    }
  } finally {
    clearTimeout(patience);
    child.unref();
    (ready as unknown as { destroy(): void }).destroy();
  }
  const line = said.split('\n')[0] ?? '';
  if (line === 'ready') return;
  const { code, message, fix } = parseRefusal(line);
  throw new ClientError(code, message, fix);
}

function parseRefusal(line: string): { code: string; message: string; fix: string } {
  try {
    return JSON.parse(line) as { code: string; message: string; fix: string };
  } catch {
    return { code: 'not-running', message: 'the daemon ended before it was ready', fix: 'tcx daemon logs' };
  }
}

/** Beside this bundle, or above it when the bundler put this into a chunk. */
function daemonFile(): string {
  const file = [join(import.meta.dirname, 'tcxd.js'), join(import.meta.dirname, '..', 'tcxd.js')].find(existsSync);
  if (!file) throw new ClientError('not-built', 'dist/tcxd.js is missing', 'npm run build');
  return file;
}
