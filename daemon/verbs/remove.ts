/** Deleting a session: its turn ends, its screens let go, its log and marks are gone. Nothing brings it back. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type SessionId, sessionActor } from '../../core/ids.ts';
import type { RequestOf } from '../../ipc/protocol.ts';
import type { Client } from '../connection.ts';
import type { Daemon } from '../daemon.ts';
import { TcxError } from '../errors.ts';
import { driving, resolve } from './reference.ts';

/** What is open is given this long to end after the stop. */
const endingMs = 10_000;
const lookMs = 50;

export async function deleteSession(daemon: Daemon, client: Client, { session: ref, name }: RequestOf<'delete'>) {
  const session = resolve(daemon, client, ref);
  driving(daemon, client, session);
  const own = daemon.sessions.name(session);
  if (name !== own) throw new TcxError('wrong-name', `${name} is not the name of this session`, `its name is ${own}`);
  refuseForked(daemon, session, own);
  const stop = { type: 'stopped', by: client.label };
  await daemon.host.send(session, { to: sessionActor(session), event: stop, durable: true });
  for (const { outlet } of daemon.hub.seats(session)) {
    daemon.crowd.clients.get(outlet.client)?.push({ t: 'bye', session, why: 'deleted', by: client.label });
    daemon.hub.leave(session, outlet.client);
  }
  await ended(daemon, session, own);
  await daemon.remove(session);
  return {};
}

/** A fork reads the rows it shares from its source's file. */
function refuseForked({ sessions }: Daemon, session: SessionId, name: string) {
  const forks = sessions.forksOf(session);
  if (forks.length === 0) return;
  throw new TcxError(
    'forked',
    `${forks.join(', ')} ${forks.length === 1 ? 'stands' : 'stand'} on the beginning of ${name}`,
    `tcx archive ${name}`,
  );
}

async function ended({ host, now }: Daemon, session: SessionId, name: string) {
  for (const until = now() + endingMs; !(await host.unload(session)); await sleep(lookMs)) {
    if (!host.list().some((state) => state.session === session)) return;
    if (now() > until) throw new TcxError('busy', `what ${name} has begun does not end`, `tcx stop ${name}`);
  }
}
