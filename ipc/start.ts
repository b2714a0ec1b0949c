/** Connects to a home's daemon and starts one when none answers: the way in of every client. */
import { Client, type ClientOptions, type HelloBody } from './client.ts';
import { ClientError } from './client-error.ts';
import type { Connecting } from './connecting.ts';
import { readRunning, readToken } from './socket.ts';
import { PROTOCOL } from './version.ts';

export function connect(how: Connecting): Promise<Client> {
  // A client that only asks and tells does not begin sessions, and its environment is nobody's business.
  const vars = how.kind === 'cli' ? undefined : environment(how.env);
  const env = vars && digest(JSON.stringify(vars));
  const locate: ClientOptions['locate'] = async () => ({
    socket: readRunning(how.home)?.socket,
    hello: hello(how, env, readToken(how.home) ?? ''),
    vars: () => Object.fromEntries(vars ?? []),
  });
  const pipelined = how.kind === 'cli' && !how.reconnect;
  const options = { locate, reconnect: how.reconnect ?? false, heartbeatMs: how.heartbeatMs ?? 0, pipelined };
  return Client.connect({ ...options, start: () => start(how) });
}

async function start(how: Connecting): Promise<void> {
  if (how.start === false || (typeof how.start === 'function' && !how.start()))
    throw new ClientError('not-running', `no daemon runs for ${how.home}`, 'tcx daemon start');
  const { startDaemon } = await import('./start-daemon.ts');
  await startDaemon(how);
}

/** What the daemon may hand on to commands: tcx's own variables are between clients and daemon. */
const environment = (env: Connecting['env']) =>
  Object.entries(env)
    .filter((entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith('TCX_'))
    .sort(([a], [b]) => (a < b ? -1 : 1));

function hello({ build, kind, cwd, env, label }: Connecting, digest: string | undefined, token: string): HelloBody {
  const umask = process.umask();
  return {
    protocol: PROTOCOL,
    build,
    token,
    kind,
    cwd,
    umask,
    ...(digest && { env: digest }),
    pid: process.pid,
    label: label ?? labelOf(env),
  };
}

/** Tells screens apart: a chosen name, the host an ssh client came from, the terminal, the process. */
function labelOf(env: Connecting['env']): string {
  const host = env.SSH_CONNECTION?.split(' ')[0];
  return (env.TCX_CLIENT_NAME || host || env.TMUX_PANE || `pid ${process.pid}`).slice(0, 100);
}

/**
 * Names an environment among one user's own: FNV-1a (Fowler, Noll, Vo) of its characters from four starting points. No
 * secret rests on it, and loading Node's crypto would cost a quarter of a client's start.
 */
function digest(text: string): string {
  return [0x811c9dc5, 0x9dc5811c, 0x1c9dc581, 0xc5811c9d]
    .map((start) => fnv1a(text, start).toString(16).padStart(8, '0'))
    .join('');
}

function fnv1a(text: string, start: number): number {
  let hash = start;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  return hash >>> 0;
}
