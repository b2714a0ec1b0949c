/** What `tcx daemon status` tells of this daemon. */
import type { DaemonStatus } from '../ipc/messages.ts';
import { PROTOCOL } from '../ipc/version.ts';
import type { Crowd } from './crowd.ts';
import type { Holder } from './holder/client.ts';
import type { Host } from './hosts/host.ts';
import type { Residents } from './residents.ts';
import type { Starts } from './starts.ts';

export interface StatusParts {
  readonly host: Host;
  readonly holder: Holder;
  readonly residents: Residents;
  readonly crowd: Crowd;
  readonly starts: Starts;
  readonly build: string;
  readonly home: string;
  readonly place: { readonly socket: string };
  readonly startedAt: number;
}

export async function statusOf(parts: StatusParts): Promise<DaemonStatus> {
  const { host, residents } = parts;
  const holders = await parts.holder.status();
  const commands = holders.flatMap((holder) => holder.commands.filter(({ end }) => !end)).length;
  const sessions = host.list();
  return {
    pid: process.pid,
    build: parts.build,
    protocol: PROTOCOL,
    host: host.kind,
    home: parts.home,
    socket: parts.place.socket,
    started: parts.startedAt,
    sessions: sessions.length,
    actors: sessions.reduce((sum, { tree }) => sum + Object.keys(tree.actors).length, residents.list().length),
    rss: process.memoryUsage.rss(),
    clients: parts.crowd.clients.size,
    safeMode: parts.starts.safeMode,
    holder: holders[0] ? { pid: holders[0].pid, commands } : null,
  };
}
