/** Verbs of those who look at a session: coming, going, who else is there, what they leave behind. */
import { type SessionId, sessionActor } from '../../core/ids.ts';
import type { Attached } from '../../ipc/messages.ts';
import type { RequestOf } from '../../ipc/protocol.ts';
import { type Answer, afterAnswer, type Client } from '../connection.ts';
import type { Daemon } from '../daemon.ts';
import { TcxError } from '../errors.ts';
import { firstPage, lastPage } from '../pages.ts';
import { resolve } from './reference.ts';

/** Rows of the first screen; older ones are asked for. */
const attachRows = 200;
/** Missed rows in the answer to an attach; those after them follow. */
const missedRows = 1000;

export async function attach(
  daemon: Daemon,
  client: Client,
  { session: ref, after, role, take, detachOthers, size, focused }: RequestOf<'attach'>,
): Promise<Attached & Answer> {
  const session = resolve(daemon, client, ref);
  const { host, hub, sessions, marks } = daemon;
  const before = await host.state(session);
  if (before.meta.archived)
    throw new TcxError(
      'archived',
      `session ${sessions.name(session)} is archived`,
      `tcx unarchive ${sessions.name(session)}`,
    );
  await daemon.unpark(session);
  if (before.meta.settings.unattended && client.hello.kind === 'tui' && role !== 'watch')
    await attend(daemon, client, session);
  if (detachOthers) detachAll(daemon, session, client);
  const { seen } = await marks.get(session);
  const draft = isWriter(client, role) ? await takeDraft(daemon, session, client) : '';
  const from = after ?? Math.max(0, before.tree.seq - attachRows);
  const found = await host.rows(session, from, Math.min(before.tree.seq - from, missedRows));
  // What does not fit is sent after the answer to whoever asked for all after a row, and on asking to everybody else.
  const rows = after === undefined ? lastPage(found) : firstPage(found);
  const view = await sessions.view(await host.state(session));
  const join = () => {
    hub.join(session, client, {
      role: role ?? 'drive',
      sent: rows.at(-1)?.seq ?? from,
      focused: focused ?? true,
      ...(size && { size }),
    });
    hub.catchUp(session, client.client);
    if (take) takeOver(daemon, session, client);
  };
  return {
    view,
    rows,
    more: after === undefined && (rows[0]?.seq ?? 1) > 1,
    live: hub.live(session),
    presence: hub.presence(session),
    draft,
    client: client.client,
    seen,
    [afterAnswer]: join,
  };
}

/** Has a composer on this session, and somebody at it. */
const isWriter = ({ hello }: Client, role: RequestOf<'attach'>['role']) =>
  role !== 'watch' && (hello.kind === 'tui' || hello.kind === 'client');

/** What a person left here, unless another terminal has it on its screen. */
const takeDraft = ({ hub, marks }: Daemon, session: SessionId, { client }: Client) =>
  marks.take(session, client, (other) => hub.role(session, other) !== undefined);

/** A session begun where nobody could be asked: now a person drives it. */
const attend = ({ host }: Daemon, { label }: Client, session: SessionId) =>
  host.send(session, {
    to: sessionActor(session),
    event: { type: 'configured', settings: { unattended: false }, by: label },
    durable: true,
  });

/** Everybody else only watches from now on. */
function takeOver({ hub }: Daemon, session: SessionId, client: Client) {
  for (const { outlet, role } of hub.seats(session)) {
    if (outlet.client === client.client || role === 'watch') continue;
    hub.update(session, outlet.client, { role: 'watch' });
  }
  hub.push(session, {
    t: 'notice',
    level: 'info',
    session,
    text: `${client.label} took this session; the others watch`,
  });
}

export function detachAll({ hub, crowd }: Daemon, session: SessionId, by: Client, only?: number): number {
  // A run without a screen is nobody's terminal.
  const others = hub
    .seats(session)
    .filter(({ outlet }) => outlet.client !== by.client && crowd.clients.get(outlet.client)?.hello.kind !== 'exec')
    .filter(({ outlet }) => only === undefined || outlet.client === only);
  for (const { outlet } of others) {
    crowd.clients.get(outlet.client)?.push({ t: 'bye', session, why: 'detached', by: by.label });
    hub.leave(session, outlet.client);
  }
  return others.length;
}

export async function detach(daemon: Daemon, client: Client, { session: ref, all, client: only }: RequestOf<'detach'>) {
  const session = resolve(daemon, client, ref);
  if (only !== undefined) return { detached: detachAll(daemon, session, client, only) };
  if (all || daemon.hub.viewers(session) > 0) return { detached: detachAll(daemon, session, client) };
  return { detached: 0 };
}

export function unattach(daemon: Daemon, client: Client, { session: ref }: RequestOf<'unattach'>) {
  daemon.hub.leave(resolve(daemon, client, ref), client.client);
  return {};
}

export async function draftText(daemon: Daemon, client: Client, { session: ref, text }: RequestOf<'draft'>) {
  await daemon.marks.draft(resolve(daemon, client, ref), client.client, text);
  return {};
}

export async function presence(daemon: Daemon, client: Client, { session: ref, ...change }: RequestOf<'presence'>) {
  const session = resolve(daemon, client, ref);
  const { typing, size, role, focused } = change;
  daemon.hub.update(session, client.client, {
    ...(typing !== undefined && { typing }),
    ...(size && { size }),
    ...(role && { role }),
    ...(focused !== undefined && { focused }),
  });
  if (focused) await daemon.sessions.saw(session, (await daemon.host.state(session)).tree.seq, daemon.now());
  return {};
}
