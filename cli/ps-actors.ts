/** The rows of `tcx ps -a`: every live actor, children under their parents when asked for. */
import type { ActorInfo } from '../ipc/messages.ts';
import { folder, money } from './show.ts';
import { table, terminalWidth } from './table.ts';
import { age } from './time.ts';

export interface Placed {
  readonly actor: ActorInfo;
  /** How many parents are above it. */
  readonly depth: number;
}

/** Each actor after its parent; those whose parent is not there stand at the top. */
export function inTreeOrder(actors: readonly ActorInfo[]): Placed[] {
  const known = new Set(actors.map(({ id }) => id));
  const children = Map.groupBy(actors, ({ parent }) => (parent !== undefined && known.has(parent) ? parent : ''));
  const below = (id: string, depth: number): Placed[] =>
    (children.get(id) ?? []).flatMap((actor) => [{ actor, depth }, ...below(actor.id, depth + 1)]);
  return below('', 0);
}

export function actorTable(placed: readonly Placed[], all: readonly ActorInfo[], userHome: string | undefined): string {
  const now = Date.now();
  const short = shortIds(all);
  const columns = [
    { head: 'ID', cell: ({ actor, depth }: Placed) => `${'  '.repeat(depth)}${short(actor.id)}` },
    { head: 'KIND', cell: ({ actor }: Placed) => actor.kind },
    { head: 'NAME', cell: ({ actor }: Placed) => actor.name },
    { head: 'STATE', cell: ({ actor }: Placed) => actor.state },
    { head: 'SINCE', cell: ({ actor }: Placed) => age(now - actor.since) },
    { head: 'PARENT', cell: ({ actor }: Placed) => (actor.parent === undefined ? '' : short(actor.parent)) },
    { head: 'FOLDER', cell: ({ actor }: Placed) => (actor.cwd === undefined ? '' : folder(actor.cwd, userHome)) },
    right('COST', ({ cost }) => money(cost)),
    right('PID', ({ pid }) => (pid === undefined ? '' : String(pid))),
    right('RSS', ({ rss }) => (rss === undefined ? '' : `${Math.round(rss / 1024 / 1024)} MB`)),
    right('VIEWERS', ({ viewers }) => (viewers ? String(viewers) : '')),
    { head: 'WHAT', cell: ({ actor }: Placed) => actor.what ?? '', grow: true },
  ];
  return table(placed, columns, terminalWidth());
}

const right = (head: string, cell: (actor: ActorInfo) => string) => ({
  head,
  cell: ({ actor }: Placed) => cell(actor),
  align: 'right' as const,
});

/** `fix-auth/c7` for a long id: sessions by name, their actors by what comes after it. */
function shortIds(all: readonly ActorInfo[]): (id: string) => string {
  const names = new Map(all.filter(({ kind }) => kind === 'session').map(({ id, name }) => [id, name]));
  return (id) => {
    const name = names.get(id.slice(0, 36));
    return name === undefined ? id : `${name}${id.slice(36)}`;
  };
}
