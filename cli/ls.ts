/** `tcx ls`: all sessions of this home, newest first, asleep ones too. */
import type { Client } from '../ipc/client.ts';
import type { Ask, SessionInfo } from '../ipc/messages.ts';
import type { Parsed } from './args.ts';
import { type Context, exit, type Run } from './context.ts';
import { count } from './numbers.ts';
import { folder, mark, money, sessionJson } from './show.ts';
import { table, terminalWidth } from './table.ts';
import { age } from './time.ts';

export const run: Run = async (context, parsed) => {
  const query = queryOf(context, parsed);
  using client = await context.connect({ kind: 'cli' });
  const sessions = await find(client, parsed, query);
  if (parsed.flags.json) context.out(`${JSON.stringify(sessions.map(sessionJson))}\n`);
  else if (sessions.length === 0) context.out(nothing(parsed));
  else context.out(sessionTable(sessions, context.env.HOME));
  return exit.done;
};

type Query = Omit<Ask<'list'>, 'what' | 'archived'>;

function queryOf({ cwd }: Context, parsed: Parsed): Query {
  const { grep, cd } = parsed.flags;
  const limit = count(parsed, 'limit');
  return {
    ...(cd !== undefined && { cwd }),
    ...(typeof grep === 'string' && { grep }),
    ...(limit !== undefined && { limit: Math.max(1, limit) }),
  };
}

async function find(client: Client, { flags }: Parsed, query: Query): Promise<readonly SessionInfo[]> {
  const kinds = flags.all ? [false, true] : [flags.archived === true];
  const found = await Promise.all(
    kinds.map((archived) => client.request('list', { what: 'sessions', archived, ...query })),
  );
  const sessions = found.flatMap((answer) => answer.sessions).sort((a, b) => b.updated - a.updated);
  return query.limit === undefined ? sessions : sessions.slice(0, query.limit);
}

function sessionTable(sessions: readonly SessionInfo[], userHome: string | undefined): string {
  const now = Date.now();
  const columns = [
    { head: '', cell: ({ state }: SessionInfo) => mark(state) },
    { head: 'NAME', cell: ({ name }: SessionInfo) => name },
    { head: 'STATE', cell: ({ state, archived }: SessionInfo) => (archived ? 'archived' : state) },
    { head: 'USED', cell: ({ updated }: SessionInfo) => age(now - updated) },
    { head: 'FOLDER', cell: ({ cwd }: SessionInfo) => folder(cwd, userHome) },
    { head: 'TITLE', cell: ({ title, snippet }: SessionInfo) => snippet ?? title, grow: true },
    { head: 'COST', cell: ({ cost }: SessionInfo) => money(cost), align: 'right' as const },
  ];
  return table(sessions, columns, terminalWidth());
}

function nothing({ flags }: Parsed): string {
  const narrowed = flags.grep !== undefined || flags.cd !== undefined || flags.archived;
  return narrowed ? 'No such session. All of them: tcx ls --all\n' : 'No sessions yet. Begin one: tcx\n';
}
