/** `tcx daemon start`, `stop`, `restart` and `status`. */
import type { Client } from '../ipc/client.ts';
import { ClientError } from '../ipc/client-error.ts';
import type { Ask, DaemonStatus } from '../ipc/messages.ts';
import { readRunning } from '../ipc/socket.ts';
import type { Parsed } from './args.ts';
import { type Context, exit } from './context.ts';
import { ended } from './processes.ts';
import { age, iso } from './time.ts';

export async function start(context: Context, { flags }: Parsed): Promise<number> {
  const ran = await running(context);
  ran?.close();
  using client = await context.connect({ kind: 'cli' });
  const status = await client.request('daemon.status', {});
  if (flags.json) context.out(`${JSON.stringify(statusJson(status))}\n`);
  else context.out(`tcxd ${status.build} runs (pid ${status.pid})${ran ? ', as it did before' : ''}\n`);
  return exit.done;
}

export async function stop(context: Context, { flags }: Parsed): Promise<number> {
  const stopped = await stopRunning(context, flags.now ? { now: true } : {});
  if (!stopped) context.err(`no tcxd runs for ${context.home}\n`);
  return exit.done;
}

export async function restart(context: Context, parsed: Parsed): Promise<number> {
  await stopRunning(context, { restart: true });
  return start(context, parsed);
}

/** A line after this long, and then now and again how long it has been. */
const tellMs = [1000, 10_000] as const;

/** Resolves when the process is gone; false when there was none. A restart does not wait for turns: they go on. */
export async function stopRunning(context: Context, how: Ask<'daemon.stop'>): Promise<boolean> {
  using client = await running(context);
  if (!client) return false;
  const { pid, sessions } = await client.request('daemon.status', {});
  await client.request('daemon.stop', how.restart ? { ...how, now: true } : how);
  const since = Date.now();
  const tell = () =>
    context.err(`waiting for turns to end, ${age(Date.now() - since)} so far (tcx daemon stop --now)\n`);
  const first = setTimeout(tell, sessions > 0 ? tellMs[0] : tellMs[1]);
  const more = setInterval(tell, tellMs[1]);
  await ended(pid);
  clearTimeout(first);
  clearInterval(more);
  return true;
}

export async function status(context: Context, { flags }: Parsed): Promise<number> {
  using client = await running(context);
  if (!client) {
    if (flags.json) context.out('null\n');
    else context.err(`no tcxd runs for ${context.home}\n  tcx daemon start\n`);
    return exit.failed;
  }
  const found = await client.request('daemon.status', {});
  context.out(flags.json ? `${JSON.stringify(statusJson(found))}\n` : statusText(found));
  return exit.done;
}

/** The daemon that runs, or undefined: nothing is started. */
async function running(context: Context): Promise<Client | undefined> {
  if (!readRunning(context.home)) return undefined;
  try {
    return await context.connect({ kind: 'cli', start: false });
  } catch (error) {
    if (error instanceof ClientError && error.code === 'not-running') return undefined;
    throw error;
  }
}

const statusJson = ({ started, ...status }: DaemonStatus) => ({ ...status, started: iso(started) });

function statusText(status: DaemonStatus): string {
  const { pid, build, protocol, host, home, socket, started, sessions, actors, rss, clients, safeMode, holder } =
    status;
  const lines = [
    ['tcxd', `${build}, pid ${pid}, up ${age(Date.now() - started)}${safeMode ? ', in safe mode' : ''}`],
    ['protocol', String(protocol)],
    ['host', host],
    ['home', home],
    ['socket', socket],
    ['loaded', `${sessions} sessions, ${actors} actors`],
    ['clients', String(clients)],
    ['memory', `${Math.round(rss / 1024 / 1024)} MB`],
    ['holder', holder ? `pid ${holder.pid}, ${holder.commands} commands` : 'none yet'],
  ] as const;
  return lines.map(([name, value]) => `${name.padEnd(10)}${value}\n`).join('');
}
