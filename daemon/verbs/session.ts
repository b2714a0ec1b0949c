/** Verbs that make a session, look at it, and speak to it. */
import { type SessionId, sessionActor } from '../../core/ids.ts';
import { draft } from '../../core/rows.ts';
import type { AnswerOf, Attached, Resolved } from '../../ipc/messages.ts';
import type { RequestOf } from '../../ipc/protocol.ts';
import { type Answer, afterAnswer, type Client } from '../connection.ts';
import type { Daemon } from '../daemon.ts';
import { TcxError } from '../errors.ts';
import type { Send, SessionState } from '../hosts/host.ts';
import { sessionContext } from '../views.ts';

/** Rows of the first screen; older ones are asked for. */
const attachRows = 200;

const resolve = (daemon: Daemon, client: Client, ref: string) => daemon.sessions.resolve(ref, client.hello.cwd);

/** A watcher looks; nothing it presses changes the session. */
function driving(daemon: Daemon, client: Client, session: SessionId) {
  if (daemon.hub.role(session, client.client) === 'watch')
    throw new TcxError('watching', 'this screen only watches the session', 'ctrl-x v to drive, or attach without -r');
}

export async function newSession(daemon: Daemon, client: Client, ask: RequestOf<'new'>) {
  const { cwd, source, text, key } = ask;
  const session = ask.session as SessionId;
  const { settings, warnings } = await daemon.settings(cwd, client.hello.env, ask.settings);
  const { approval, sandbox, unattended } = settings;
  const name = await daemon.handles.name(session, ask.name ?? text ?? cwd.split('/').at(-1) ?? 'session');
  const created = draft('created', {
    cwd,
    source,
    settings,
    ...(client.hello.env && { env: client.hello.env }),
    umask: client.hello.umask,
    by: client.label,
  });
  const notes = warnings.map((warning) => draft('note', { level: 'warning', text: warning }));
  const first =
    text === undefined
      ? undefined
      : await saying(daemon, session, {
          text,
          mode: 'steer',
          key: key ?? `new ${session}`,
          by: client.label,
          cwd,
          settings,
        });
  const { seq } = await daemon.host.create(session, {
    input: { session, cwd, rules: { approval, sandbox, ...(unattended !== undefined && { unattended }) } },
    rows: [created, ...(ask.name ? [draft('renamed', { name })] : []), ...notes],
    ...(first && { first }),
  });
  return { session, name, head: seq, warnings };
}

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
  const { draft: left, seen } = await marks.get(session);
  const from = after ?? Math.max(0, before.tree.seq - attachRows);
  const rows = await host.rows(session, from, before.tree.seq - from);
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
    more: after === undefined && from > 0,
    live: hub.live(session),
    presence: hub.presence(session),
    draft: left,
    client: client.client,
    seen,
    [afterAnswer]: join,
  };
}

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

function detachAll({ hub, crowd }: Daemon, session: SessionId, by: Client): number {
  // A run without a screen is nobody's terminal.
  const others = hub
    .seats(session)
    .filter(({ outlet }) => outlet.client !== by.client && crowd.clients.get(outlet.client)?.hello.kind !== 'exec');
  for (const { outlet } of others) {
    crowd.clients.get(outlet.client)?.push({ t: 'bye', session, why: 'detached', by: by.label });
    hub.leave(session, outlet.client);
  }
  return others.length;
}

export async function detach(daemon: Daemon, client: Client, { session: ref, all }: RequestOf<'detach'>) {
  const session = resolve(daemon, client, ref);
  if (all || daemon.hub.viewers(session) > 0) return { detached: detachAll(daemon, session, client) };
  return { detached: 0 };
}

export function unattach(daemon: Daemon, client: Client, { session: ref }: RequestOf<'unattach'>) {
  daemon.hub.leave(resolve(daemon, client, ref), client.client);
  return {};
}

export async function say(daemon: Daemon, client: Client, { session: ref, text, mode, key }: RequestOf<'say'>) {
  const session = resolve(daemon, client, ref);
  driving(daemon, client, session);
  const { meta } = await daemon.host.state(session);
  if (meta.archived)
    throw new TcxError(
      'archived',
      `session ${daemon.sessions.name(session)} is archived`,
      `tcx unarchive ${daemon.sessions.name(session)}`,
    );
  const { result, seq } = await daemon.host.send(
    session,
    await saying(daemon, session, { text, mode, key, by: client.label, cwd: meta.cwd, settings: meta.settings }),
  );
  return { seq, repeated: result === 'repeated' };
}

async function saying(
  daemon: Daemon,
  session: SessionId,
  {
    text,
    mode,
    key,
    by,
    cwd,
    settings,
  }: {
    text: string;
    mode: 'steer' | 'queue';
    key: string;
    by: string;
    cwd: string;
    settings: SessionState['meta']['settings'];
  },
): Promise<Send> {
  const context = await daemon.facts(cwd, settings);
  return { to: sessionActor(session), event: { type: 'said', text, mode, by, key, context }, key, durable: true };
}

export async function interrupt(daemon: Daemon, client: Client, { session: ref, turn }: RequestOf<'interrupt'>) {
  const session = resolve(daemon, client, ref);
  driving(daemon, client, session);
  const event = { type: 'interrupted', by: client.label, ...(turn !== undefined && { turn }) };
  const { result } = await daemon.host.send(session, { to: sessionActor(session), event, durable: true });
  return {
    interrupted: result === 'done',
    state: (await daemon.sessions.view(await daemon.host.state(session))).state,
  };
}

export async function stop(daemon: Daemon, client: Client, { session: ref, key }: RequestOf<'stop'>) {
  const session = resolve(daemon, client, ref);
  driving(daemon, client, session);
  const { result } = await daemon.host.send(session, {
    to: sessionActor(session),
    event: { type: 'stopped', by: client.label },
    key,
    durable: true,
  });
  return { stopped: result === 'done' };
}

/** A plain event to the session itself, by a person. */
async function tell(daemon: Daemon, client: Client, ref: string, event: Send['event']) {
  const session = resolve(daemon, client, ref);
  driving(daemon, client, session);
  return daemon.host.send(session, { to: sessionActor(session), event, durable: true });
}

export async function resume(daemon: Daemon, client: Client, { session }: RequestOf<'resume'>) {
  await tell(daemon, client, session, { type: 'resumed', by: client.label });
  return {};
}
export async function release(daemon: Daemon, client: Client, { session }: RequestOf<'release'>) {
  await tell(daemon, client, session, { type: 'released' });
  return {};
}
export async function unqueue(daemon: Daemon, client: Client, { session, n }: RequestOf<'unqueue'>) {
  await tell(daemon, client, session, { type: 'unqueued', n, by: client.label });
  return {};
}
export async function kill(daemon: Daemon, client: Client, { session, command }: RequestOf<'kill'>) {
  await tell(daemon, client, session, { type: 'kill', n: command });
  return {};
}

export async function settings(daemon: Daemon, client: Client, { session: ref, settings: ask }: RequestOf<'settings'>) {
  const session = resolve(daemon, client, ref);
  driving(daemon, client, session);
  const change = await daemon.change(session, ask);
  await daemon.host.send(session, {
    to: sessionActor(session),
    event: { type: 'configured', settings: change, by: client.label },
    durable: true,
  });
  return { settings: (await daemon.host.state(session)).meta.settings };
}

export async function rename(daemon: Daemon, client: Client, { session: ref, name: wish }: RequestOf<'rename'>) {
  const session = resolve(daemon, client, ref);
  if (wish.trim() === '') throw new TcxError('bad-name', 'thread name must not be empty', 'tcx rename SESSION NAME');
  const name = await daemon.handles.name(session, wish);
  await daemon.host.send(session, {
    to: sessionActor(session),
    event: { type: 'renamed', name, by: client.label },
    durable: true,
  });
  return { name };
}

export async function fork(daemon: Daemon, client: Client, { session: ref, as, at, source }: RequestOf<'fork'>) {
  const from = resolve(daemon, client, ref);
  const session = as as SessionId;
  const state = await daemon.host.state(from);
  const seq = Math.min(at ?? state.tree.seq, state.tree.seq);
  const { cwd, settings: kept, env, umask } = state.meta;
  const created = draft('created', {
    cwd,
    source,
    settings: kept,
    ...(env && { env }),
    ...(umask !== undefined && { umask }),
    fork: { session: from, seq },
    by: client.label,
  });
  const { approval, sandbox } = kept;
  const { seq: head } = await daemon.host.create(session, {
    input: { session, cwd, rules: { approval, sandbox } },
    rows: [created],
    fork: { session: from, seq },
  });
  return { session, name: await daemon.handles.name(session, `${daemon.sessions.name(from)}-fork`), head };
}

/** An archived session is kept and takes nothing more; a running turn is ended first. */
export async function archive(daemon: Daemon, client: Client, { session: ref, archived }: RequestOf<'archive'>) {
  const session = resolve(daemon, client, ref);
  const to = sessionActor(session);
  if (archived) await daemon.host.send(session, { to, event: { type: 'stopped', by: client.label }, durable: true });
  await daemon.host.send(session, { to, event: { type: 'archived', archived, by: client.label }, durable: true });
  if (archived) detachAll(daemon, session, client);
  return {};
}

export async function wake(daemon: Daemon, client: Client, { session: ref, until, cancel, text }: RequestOf<'wake'>) {
  const session = resolve(daemon, client, ref);
  const event = cancel === undefined ? { type: 'wake', until, text: text ?? 'Go on.' } : { type: 'unwake', n: cancel };
  await daemon.host.send(session, { to: sessionActor(session), event, durable: true });
  return { n: cancel ?? sessionContext((await daemon.host.state(session)).tree)?.lastWake ?? 0 };
}

export async function decide(
  daemon: Daemon,
  client: Client,
  { approval: handle, choice, text, key }: RequestOf<'decide'>,
) {
  const { session, actor, call, open } = await daemon.sessions.approval(handle);
  driving(daemon, client, session);
  const picked = open && pick(open.choices, choice);
  if (open && !picked) {
    const names = open.choices.map(({ id }, index) => `${index + 1} ${id}`).join(', ');
    throw new TcxError('bad-choice', `${choice} is not a choice of ${handle}`, `one of: ${names}`);
  }
  const event = { type: 'decided', choice: picked?.id ?? 'no', by: client.label, key, ...(text && { text }) };
  const { result, seq } = await daemon.host.send(session, { to: actor as Send['to'], event, key, durable: true });
  if (result === 'ignored' || !open) throw await answeredAlready(daemon, session, call, handle);
  return { seq, session, call };
}

function pick<Choice extends { id: string; key: string }>(
  choices: readonly Choice[],
  said: string,
): Choice | undefined {
  const yes = said === 'yes' ? 'once' : said;
  return choices.find(({ id }) => id === yes) ?? choices[Number(said) - 1];
}

async function answeredAlready(daemon: Daemon, session: SessionId, call: number, handle: string): Promise<TcxError> {
  const rows = await daemon.host.rows(session, 0, Number.MAX_SAFE_INTEGER);
  const answer = rows.findLast((row) => row.kind === 'answered' && row.body.call === call);
  if (answer?.kind !== 'answered')
    return new TcxError('not-open', `${handle} is not open any more: its call ended without an answer`, 'tcx inbox');
  const { by, choice } = answer.body;
  return new TcxError(
    'answered',
    `already answered by ${by ?? 'somebody'} at ${new Date(answer.at).toISOString()}: ${choice}`,
    'tcx inbox',
  );
}

export async function rows(daemon: Daemon, client: Client, { session: ref, after, before, limit }: RequestOf<'rows'>) {
  const session = resolve(daemon, client, ref);
  const { tree } = await daemon.host.state(session);
  const end = Math.min(before ?? tree.seq + 1, tree.seq + 1);
  const from = after ?? Math.max(0, end - 1 - limit);
  return { rows: await daemon.host.rows(session, from, Math.min(limit, Math.max(0, end - 1 - from))), head: tree.seq };
}

export async function draftText(daemon: Daemon, client: Client, { session: ref, text }: RequestOf<'draft'>) {
  await daemon.marks.set(resolve(daemon, client, ref), { draft: text });
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

export async function resolved(
  daemon: Daemon,
  client: Client,
  { session: ref }: RequestOf<'resolve'>,
): Promise<Resolved> {
  const session = resolve(daemon, client, ref);
  const host = await daemon.host.state(session);
  const { name, cwd, state, what, fix, pending, held, questions } = await daemon.sessions.view(host);
  const { archived, ended } = host.meta;
  return {
    session,
    name,
    archived,
    cwd,
    state,
    what,
    ...(fix && { fix }),
    ended: ended?.status ?? null,
    pending: pending.length,
    held,
    questions,
  };
}

/** The patches that were done, with the turn and call each belongs to. */
export async function diff(
  daemon: Daemon,
  client: Client,
  { session: ref, turn }: RequestOf<'diff'>,
): Promise<AnswerOf<'diff'>> {
  const session = resolve(daemon, client, ref);
  const { cwd, fork } = (await daemon.host.state(session)).meta;
  const rows = await daemon.host.rows(session, 0, Number.MAX_SAFE_INTEGER);
  const turns = new Map(rows.flatMap((row) => (row.kind === 'call' ? [[row.body.call, row.body.turn] as const] : [])));
  const applied = new Set(
    rows.flatMap((row) => (row.kind === 'output' && row.body.status === 'done' ? [row.body.call] : [])),
  );
  const files = rows.flatMap((row) => {
    // What a fork shares was done by its source.
    if (row.kind !== 'patch' || row.seq <= (fork?.seq ?? 0) || !applied.has(row.body.call)) return [];
    const { call, changes } = row.body;
    return changes.map((change) => ({ ...change, call, turn: turns.get(call) ?? 0 }));
  });
  return { cwd, files: turn === undefined ? files : files.filter((file) => file.turn === turn) };
}
