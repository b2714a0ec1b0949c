/** How states, folders and money look in the tables, and sessions in `--json`: times ISO 8601, durations in ms, USD as numbers. */
import type { ActorInfo, Approval, SessionInfo, StateName } from '../ipc/messages.ts';
import { iso } from './time.ts';

const marks: Readonly<Record<StateName, string>> = {
  'needs you': '!',
  thinking: '◐',
  acting: '▸',
  stopping: '▸',
  parked: '‖',
  'waiting for Temporal': '‖',
  'disk full': '‖',
  asleep: 'z',
  idle: '·',
  'done unread': '✓',
  done: '✓',
  failed: '✗',
  quarantined: '✗',
  stopped: '□',
};
export const mark = (state: StateName) => marks[state];

export const money = (usd: number | undefined) => (usd === undefined ? '' : `$${usd.toFixed(2)}`);

export const folder = (path: string, userHome: string | undefined) =>
  userHome && (path === userHome || path.startsWith(`${userHome}/`)) ? `~${path.slice(userHome.length)}` : path;

export function sessionJson(info: SessionInfo) {
  const {
    id,
    name,
    title,
    state,
    since,
    what,
    cwd,
    model,
    provider,
    source,
    created,
    updated,
    turns,
    usage,
    cost,
    archived,
    viewers,
    snippet,
  } = info;
  return {
    id,
    name,
    title,
    state,
    since: iso(since),
    what,
    cwd,
    model,
    provider,
    source,
    created: iso(created),
    updated: iso(updated),
    turns,
    usage: {
      input: usage.input,
      cached: usage.cached,
      cache_write: usage.cacheWrite,
      output: usage.output,
      reasoning: usage.reasoning,
    },
    cost_usd: cost ?? null,
    archived,
    viewers,
    ...(snippet !== undefined && { snippet }),
  };
}

export function approvalJson({
  approval,
  id,
  kind,
  session,
  name,
  call,
  summary,
  because,
  cwd,
  since,
  choices,
}: Approval) {
  return { approval, id, kind, session, name, call, summary, because, cwd, since: iso(since), choices };
}

export function actorJson({
  id,
  kind,
  name,
  state,
  since,
  parent,
  cwd,
  model,
  cost,
  pid,
  rss,
  viewers,
  what,
}: ActorInfo) {
  return {
    id,
    kind,
    name,
    state,
    since: iso(since),
    parent: parent ?? null,
    cwd: cwd ?? null,
    model: model ?? null,
    cost_usd: cost ?? null,
    pid: pid ?? null,
    rss_bytes: rss ?? null,
    viewers: viewers ?? null,
    what: what ?? '',
  };
}
