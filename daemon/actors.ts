/** `tcx ps -a`: every live actor of the daemon as a row, durable and resident ones alike, with the processes behind them. */
import { readFile } from 'node:fs/promises';
import type { CallContext } from '../actors/call-steps.ts';
import type { SessionContext } from '../actors/session.ts';
import type { Snapshot } from '../actors/tree.ts';
import { type ActorId, actorNumber, effectKey } from '../core/ids.ts';
import type { ActorInfo } from '../ipc/messages.ts';
import type { Handles } from './handles.ts';
import type { HolderStatus } from './holder/client.ts';
import type { Host, SessionState } from './hosts/host.ts';
import type { Residents } from './residents.ts';
import type { Sessions } from './sessions.ts';
import { openQuestions, tagsOf } from './views.ts';

export interface ActorsDeps {
  readonly host: Host;
  readonly sessions: Sessions;
  readonly handles: Handles;
  readonly residents: Residents;
  readonly holders: () => Promise<readonly HolderStatus[]>;
}

export async function listActors(deps: ActorsDeps): Promise<ActorInfo[]> {
  const pids = new Map(
    (await deps.holders()).flatMap(({ commands }) =>
      commands.filter(({ end }) => !end).map(({ key, pid }) => [key, pid] as const),
    ),
  );
  const perSession = await Promise.all(deps.host.list().map((state) => ofSession(deps, state, pids)));
  const residents = await Promise.all(deps.residents.list().map((resident) => ofResident(resident)));
  return [...perSession.flat(), ...residents];
}

async function ofSession(
  deps: ActorsDeps,
  state: SessionState,
  pids: ReadonlyMap<string, number>,
): Promise<ActorInfo[]> {
  const { session, tree, meta } = state;
  const info = await deps.sessions.info(state);
  const top: ActorInfo = {
    id: session,
    kind: 'session',
    name: info.name,
    state: info.state,
    since: info.since,
    cwd: meta.cwd,
    model: meta.settings.model,
    ...(info.cost !== undefined && { cost: info.cost }),
    viewers: info.viewers,
    what: info.what,
  };
  const others = (Object.entries(tree.actors) as [ActorId, Snapshot][]).filter(([id]) => id !== (session as string));
  const rows = await Promise.all(others.map(([id, snapshot]) => ofActor(deps, state, id, snapshot, pids)));
  return [top, ...turnOf(state, info.name), ...rows, ...(await approvalsOf(deps, state))];
}

/** A turn is no actor of its own: its row is read off the session's state. */
function turnOf({ session, tree, meta }: SessionState, name: string): ActorInfo[] {
  const snapshot = tree.actors[session as string as ActorId];
  if (!snapshot || typeof snapshot.value !== 'object') return [];
  const { turn, startedAt } = snapshot.context as SessionContext;
  const value = snapshot.value as { turn?: string };
  return [
    {
      id: `${session}/t${turn}`,
      kind: 'turn',
      name: `${name} turn ${turn}`,
      state: value.turn ?? 'running',
      since: startedAt || meta.changedAt,
      parent: session,
    },
  ];
}

async function ofActor(
  deps: ActorsDeps,
  { session, meta }: SessionState,
  id: ActorId,
  snapshot: Snapshot,
  pids: ReadonlyMap<string, number>,
): Promise<ActorInfo> {
  const n = actorNumber(id) ?? 0;
  const common = {
    id,
    parent: session,
    since: meta.changedAt,
    state: [...tagsOf(snapshot)][0] ?? String(snapshot.value),
  };
  if (snapshot.machine === 'call') {
    const { startedAt } = snapshot.context as CallContext;
    return { ...common, kind: 'call', name: `c${n}`, since: startedAt, what: deps.sessions.callText(session, n) };
  }
  if (snapshot.machine === 'wake') return { ...common, kind: 'wake', name: `w${n}` };
  const pid = pids.get(effectKey(id, 'run', 1));
  const name = deps.handles.handle('command', id) ?? `p${n}`;
  const rss = pid === undefined ? undefined : await residentMemory(pid);
  return {
    ...common,
    kind: 'command',
    name,
    cwd: meta.cwd,
    what: deps.sessions.callText(session, n),
    ...(pid !== undefined && { pid }),
    ...(rss !== undefined && { rss }),
  };
}

async function approvalsOf(deps: ActorsDeps, state: SessionState): Promise<ActorInfo[]> {
  if (openQuestions(state.tree).length === 0) return [];
  const questions = await deps.sessions.questions(state);
  return questions.map(({ approval, id, since, summary, call, session }) => ({
    id,
    kind: 'approval',
    name: approval,
    state: 'needs you',
    since,
    parent: `${session}/c${call}`,
    what: summary,
  }));
}

async function ofResident({
  kind,
  id,
  state,
  since,
  context,
}: ReturnType<Residents['list']>[number]): Promise<ActorInfo> {
  const pid = typeof context.pid === 'number' ? context.pid : undefined;
  const rss = pid === undefined ? undefined : await residentMemory(pid);
  return {
    id: `${kind}:${id}`,
    kind,
    name: kind === 'workspace' ? (id.split('/').at(-1) ?? id) : id,
    state,
    since,
    ...(kind === 'workspace' && { cwd: id }),
    ...(kind === 'pty' && { parent: String(context.session) }),
    ...(pid !== undefined && { pid }),
    ...(rss !== undefined && { rss }),
  };
}

/** Bytes; undefined where the system does not tell or the process is gone. */
async function residentMemory(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}
