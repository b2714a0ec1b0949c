/** `tcx ps`: what is awake, those that need a person first; `-a` every actor, `--short` a line for a status bar. */
import type { Client } from '../ipc/client.ts';
import { ClientError } from '../ipc/client-error.ts';
import type { AnswerOf, SessionInfo } from '../ipc/messages.ts';
import type { Parsed } from './args.ts';
import { type Context, exit, type Run } from './context.ts';
import { actorTable, inTreeOrder } from './ps-actors.ts';
import { actorJson, folder, mark, money, sessionJson } from './show.ts';
import { table, terminalWidth } from './table.ts';
import { age } from './time.ts';
import { createScreen } from './watch-screen.ts';
import { whenever } from './whenever.ts';

export const run: Run = async (context, parsed) => {
  const { flags } = parsed;
  if (flags.short) return short(context);
  const watch = flags.watch === true;
  const show = createScreen(context, { json: flags.json === true, watch });
  using client = await context.connect({ kind: 'cli', reconnect: watch });
  const every = flags.all === true || flags.tree === true || flags.kind !== undefined;
  const look = every ? () => actors(context, client, parsed, show) : () => sessions(context, client, show);
  if (watch) await whenever(client, 'list', look);
  else await look();
  return exit.done;
};

type Show = ReturnType<typeof createScreen>;

/** Empty when nothing is awake, and without a daemon: a status bar asks every few seconds. */
async function short(context: Context): Promise<number> {
  try {
    using client = await context.connect({ kind: 'cli', start: false });
    const { sessions } = await client.request('list', { what: 'awake' });
    const count = (...states: string[]) => sessions.filter(({ state }) => states.includes(state)).length;
    const parts = [
      ['!', count('needs you')],
      ['▸', count('acting', 'thinking', 'stopping')],
      ['‖', count('parked', 'waiting for Temporal', 'disk full')],
      ['✓', count('done unread')],
      ['✗', count('failed', 'quarantined')],
    ] as const;
    const line = parts.flatMap(([sign, n]) => (n > 0 ? [`${sign} ${n}`] : [])).join('  ');
    if (line !== '') context.out(`${line}\n`);
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
  }
  return exit.done;
}

async function sessions(context: Context, client: Client, show: Show): Promise<undefined> {
  const answer = await client.request('list', { what: 'awake' });
  show(answer.sessions.map(sessionJson), () => sessionTable(answer, context.env.HOME));
}

function sessionTable(answer: AnswerOf<'list'>, userHome: string | undefined): string {
  if (answer.sessions.length === 0) return `Nothing is awake. ${counted(answer)}\n`;
  const now = Date.now();
  const columns = [
    { head: '', cell: ({ state }: SessionInfo) => mark(state) },
    { head: 'NAME', cell: ({ name }: SessionInfo) => name },
    { head: 'STATE', cell: ({ state }: SessionInfo) => state },
    { head: 'SINCE', cell: ({ since }: SessionInfo) => age(now - since) },
    { head: 'FOLDER', cell: ({ cwd }: SessionInfo) => folder(cwd, userHome) },
    { head: 'WHAT', cell: ({ what }: SessionInfo) => what, grow: true },
    { head: 'COST', cell: ({ cost }: SessionInfo) => money(cost), align: 'right' as const },
  ];
  return `${table(answer.sessions, columns, terminalWidth())}${counted(answer)}\n`;
}

function counted({ sessions, known = 0, today }: AnswerOf<'list'>): string {
  const of = `${sessions.length} of ${known} ${known === 1 ? 'session is' : 'sessions are'} awake`;
  const cost = today === undefined ? '' : ` · today ${money(today)}`;
  return `${of} (all: tcx ls · every actor: tcx ps -a)${cost}`;
}

async function actors(context: Context, client: Client, { flags }: Parsed, show: Show): Promise<undefined> {
  const all = (await client.request('list', { what: 'actors' })).actors;
  const { kind } = flags;
  const ordered = flags.tree ? inTreeOrder(all) : all.map((actor) => ({ actor, depth: 0 }));
  const shown = kind === undefined ? ordered : ordered.filter(({ actor }) => actor.kind === kind);
  show(
    shown.map(({ actor }) => actorJson(actor)),
    () => actorTable(shown, all, context.env.HOME),
  );
}
