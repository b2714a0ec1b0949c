/** Verbs that make a session or change what it is: its settings, name, alarms, place. */
import { type SessionId, sessionActor } from '../../core/ids.ts';
import { draft } from '../../core/rows.ts';
import type { RequestOf } from '../../ipc/protocol.ts';
import type { Client } from '../connection.ts';
import type { Daemon } from '../daemon.ts';
import { TcxError } from '../errors.ts';
import { sessionContext } from '../views.ts';
import { driving, resolve } from './reference.ts';
import { detachAll } from './viewers.ts';
import { pictured, refuseBlank, saying } from './words.ts';

export async function newSession(daemon: Daemon, client: Client, ask: RequestOf<'new'>) {
  const { cwd, source, text, key } = ask;
  const pictures = await pictured(daemon, ask.images);
  const session = ask.session as SessionId;
  if (text !== undefined) refuseBlank(text);
  const { settings, warnings: ofConfig } = await daemon.settings(cwd, client.hello.env, ask.settings);
  const { approval, sandbox, unattended, tools } = settings;
  const { parts, warnings: ofFacts } = await daemon.facts(cwd, settings);
  const warnings = [...ofConfig, ...ofFacts];
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
      : saying(session, { text, ...pictures, mode: 'steer', key: key ?? `new ${session}`, by: client.label }, parts);
  const { seq } = await daemon.host.create(session, {
    input: { session, cwd, rules: { approval, sandbox, ...(unattended !== undefined && { unattended }) }, tools },
    rows: [created, ...(ask.name ? [draft('renamed', { name })] : []), ...notes],
    ...(first && { first }),
  });
  return { session, name, head: seq, warnings };
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

export async function fork(
  daemon: Daemon,
  client: Client,
  { session: ref, as, at, cwd: here, source }: RequestOf<'fork'>,
) {
  const from = resolve(daemon, client, ref);
  const session = as as SessionId;
  const state = await daemon.host.state(from);
  const seq = Math.min(at ?? state.tree.seq, state.tree.seq);
  const { settings: kept, env, umask } = state.meta;
  const cwd = here ?? state.meta.cwd;
  const created = draft('created', {
    cwd,
    source,
    settings: kept,
    ...(env && { env }),
    ...(umask !== undefined && { umask }),
    fork: { session: from, seq },
    by: client.label,
  });
  const { approval, sandbox, tools } = kept;
  const { seq: head } = await daemon.host.create(session, {
    input: { session, cwd, rules: { approval, sandbox }, tools },
    rows: [created],
    fork: { session: from, seq },
  });
  return { session, name: await daemon.handles.name(session, `${daemon.sessions.name(from)}-fork`), head };
}

export async function rewind(daemon: Daemon, client: Client, { session: ref, to }: RequestOf<'rewind'>) {
  const session = resolve(daemon, client, ref);
  driving(daemon, client, session);
  const state = await daemon.host.state(session);
  const name = daemon.sessions.name(session);
  if (to < 1 || to > state.tree.seq)
    throw new TcxError('bad-row', `${name} has no row ${to}`, `tcx log ${name} shows its rows`);
  const { result } = await daemon.host.send(session, {
    to: sessionActor(session),
    event: { type: 'rewound', to, by: client.label },
    durable: true,
  });
  if (result !== 'done')
    throw new TcxError(
      'busy',
      `a turn of ${name} runs: a conversation goes back between turns`,
      `tcx interrupt ${name}`,
    );
  return {};
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
