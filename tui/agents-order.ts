/** Sessions in the order in which they want a person, in groups with a heading; who moves in the list finds rows where they were. Pure. */
import type { SessionInfo, StateName } from '../ipc/messages.ts';
import { type Agents, type Placed, questionOf } from './board.ts';
import type { View } from './view.ts';
import { folder } from './words.ts';

export const groups: readonly { readonly title: string; readonly states: readonly StateName[] }[] = [
  { title: 'NEEDS YOU', states: ['needs you', 'quarantined', 'disk full', 'waiting for Temporal'] },
  { title: 'WORKING', states: ['thinking', 'acting', 'stopping'] },
  { title: 'PARKED', states: ['parked'] },
  { title: 'DONE', states: ['done unread', 'done', 'failed'] },
  { title: 'ASLEEP', states: ['idle', 'asleep', 'stopped'] },
];

/** Without a key for so long, the list takes its order anew. */
export const restMs = 3000;

export const groupOf = ({ state }: SessionInfo): number => groups.findIndex(({ states }) => states.includes(state));

/** Grouped; unread before read, then the newest. */
export const ordered = (sessions: readonly SessionInfo[]): readonly SessionInfo[] =>
  [...sessions].sort((a, b) => groupOf(a) - groupOf(b) || unread(a) - unread(b) || b.updated - a.updated);

const unread = ({ state }: SessionInfo) => (state === 'done unread' ? 0 : 1);

/** A parent stands for its children with the most urgent state among them. */
export const childrenOf = (sessions: readonly SessionInfo[], id: string): readonly SessionInfo[] =>
  ordered(sessions.filter(({ parent }) => parent === id));

export function urgent(session: SessionInfo, children: readonly SessionInfo[]): SessionInfo {
  const first = ordered([session, ...children])[0]!;
  return first.id === session.id ? session : { ...session, state: first.state, what: first.what, since: first.since };
}

type Listing = Pick<View, 'sessions' | 'cwd' | 'userHome'>;

/** The sessions that the filters leave, those of others' folded away. */
export function listed({ sessions, cwd }: Listing, agents: Agents): readonly SessionInfo[] {
  const ids = new Set(sessions.map(({ id }) => id));
  const words = agents.find.toLowerCase().split(/\s+/).filter(Boolean);
  return sessions.filter((session) => {
    if (session.parent !== undefined && ids.has(session.parent)) return false;
    if (session.archived || agents.hidden.includes(session.id)) return false;
    if (agents.hereOnly && session.cwd !== cwd) return false;
    if (agents.unreadOnly && !['needs you', 'done unread', 'failed'].includes(session.state)) return false;
    const text = `${session.name} ${session.title} ${session.cwd} ${session.what}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** The order that the list would have now. */
export function placedNow(view: Listing, agents: Agents): readonly Placed[] {
  const shown = ordered(listed(view, agents).map((session) => urgent(session, childrenOf(view.sessions, session.id))));
  if (agents.by === 'state')
    return shown.map((session) => ({ id: session.id, group: groups[groupOf(session)]?.title ?? '' }));
  const name = (session: SessionInfo) =>
    agents.by === 'folder' ? folder(session.cwd, view.userHome) : session.model || 'no model';
  const names = [...new Set(shown.map(name))];
  return names.flatMap((group) => shown.filter((session) => name(session) === group).map(({ id }) => ({ id, group })));
}

/** The list as it is to be drawn: in its true order when nobody moves in it, else as it was with what is new at its group's end. */
export function settleAgents(view: View, now: number): View {
  if (view.screen !== 'agents') return view;
  const { agents } = view.board;
  const wanted = placedNow(view, agents);
  const atTop = agents.marked === undefined || agents.marked === agents.placed[0]?.id;
  const free = atTop || agents.placed.length === 0 || now - agents.keyAt >= restMs;
  const placed = free ? wanted : kept(agents.placed, wanted);
  const marked = markOf(agents, placed, view, atTop && now - agents.keyAt >= restMs);
  const stale = !free && !same(placed, wanted);
  if (same(placed, agents.placed) && marked === agents.marked && stale === agents.stale) return view;
  return { ...view, board: { ...view.board, agents: { ...agents, placed, marked, stale } } };
}

const same = (a: readonly Placed[], b: readonly Placed[]) =>
  a.length === b.length && a.every(({ id, group }, at) => id === b[at]!.id && group === b[at]!.group);

function kept(before: readonly Placed[], wanted: readonly Placed[]): readonly Placed[] {
  const still = before.filter(({ id }) => wanted.some((other) => other.id === id));
  const fresh = wanted.filter(({ id }) => !before.some((other) => other.id === id));
  const all = [...still];
  for (const each of fresh) {
    const at = all.findLastIndex(({ group }) => group === each.group);
    all.splice(at < 0 ? all.length : at + 1, 0, each);
  }
  return all;
}

/** One that is gone leaves the mark where it was. At the top, and untouched for a while, the mark is on whatever is first. */
function markOf({ marked, placed: before }: Agents, placed: readonly Placed[], { sessions }: Listing, atRest: boolean) {
  if (atRest) return placed[0]?.id;
  const parent = sessions.find(({ id }) => id === marked)?.parent;
  if (marked !== undefined && placed.some(({ id }) => id === marked || id === parent)) return marked;
  const at = Math.max(
    0,
    before.findIndex(({ id }) => id === marked),
  );
  return placed[Math.min(at, placed.length - 1)]?.id;
}

export interface AgentRow {
  readonly session: SessionInfo;
  readonly group: string;
  /** Sessions below it: folded away, or the rows that follow. */
  readonly children: number;
  readonly isChild: boolean;
  readonly isFolded: boolean;
}

/** The rows that can be marked, from top to bottom. */
export function agentRows({ sessions, board: { agents } }: Pick<View, 'sessions' | 'board'>): readonly AgentRow[] {
  const byId = new Map(sessions.map((session) => [session.id, session]));
  return agents.placed.flatMap(({ id, group }): readonly AgentRow[] => {
    const session = byId.get(id);
    if (!session) return [];
    const children = childrenOf(sessions, id);
    const isFolded = children.length > 0 && !agents.unfolded.includes(id);
    const top: AgentRow = {
      session: isFolded ? urgent(session, children) : session,
      group,
      children: children.length,
      isChild: false,
      isFolded,
    };
    if (isFolded) return [top];
    return [top, ...children.map((child) => ({ session: child, group, children: 0, isChild: true, isFolded: false }))];
  });
}

/** The question of a row: a folded one asks what those below it ask. */
export function rowQuestion({ sessions, board }: Pick<View, 'sessions' | 'board'>, row: AgentRow | undefined) {
  if (!row) return undefined;
  const below = row.isFolded ? childrenOf(sessions, row.session.id) : [];
  return [row.session, ...below].map(({ id }) => questionOf(board, id)).find((question) => question !== undefined);
}

export const markedRow = (view: Pick<View, 'sessions' | 'board'>): AgentRow | undefined =>
  agentRows(view).find(({ session }) => session.id === view.board.agents.marked);
