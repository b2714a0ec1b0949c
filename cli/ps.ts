/** `tcx ps`: what is awake, those that need a person first; `-a` every actor, `--short` a line for a status bar. */
import type { Client } from '../ipc/client.ts';
import { ClientError } from '../ipc/client-error.ts';
import type { ActorInfo, SessionInfo } from '../ipc/messages.ts';
import { type Context, exit, type Run } from './context.ts';
import { folder, mark, money, sessionJson } from './show.ts';
import { table, terminalWidth } from './table.ts';
import { age, iso } from './time.ts';

export const run: Run = async (context, { flags }) => {
  if (flags.short) return short(context);
  using client = await context.connect({ kind: 'cli' });
  const print = flags.all || flags.kind ? () => actors(context, client, flags) : () => sessions(context, client, flags);
  await print();
  if (flags.watch) await watch(client, print);
  return exit.done;
};

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

async function sessions(context: Context, client: Client, flags: { json?: unknown }) {
  const { sessions } = await client.request('list', { what: 'awake' });
  if (flags.json) {
    context.out(`${JSON.stringify(sessions.map(sessionJson))}\n`);
    return;
  }
  if (sessions.length === 0) {
    context.out('Nothing is awake. All sessions: tcx ls\n');
    return;
  }
  const now = Date.now();
  const columns = [
    { head: '', cell: ({ state }: SessionInfo) => mark(state) },
    { head: 'NAME', cell: ({ name }: SessionInfo) => name },
    { head: 'STATE', cell: ({ state }: SessionInfo) => state },
    { head: 'SINCE', cell: ({ since }: SessionInfo) => age(now - since) },
    { head: 'FOLDER', cell: ({ cwd }: SessionInfo) => folder(cwd, context.env.HOME) },
    { head: 'WHAT', cell: ({ what }: SessionInfo) => what, grow: true },
    { head: 'COST', cell: ({ cost }: SessionInfo) => money(cost), align: 'right' as const },
  ];
  context.out(table(sessions, columns, terminalWidth()));
}

async function actors(context: Context, client: Client, flags: { json?: unknown; kind?: unknown; tree?: unknown }) {
  const all = (await client.request('list', { what: 'actors' })).actors;
  const shown = flags.kind ? all.filter(({ kind }) => kind === flags.kind) : all;
  if (flags.json) {
    context.out(`${JSON.stringify(shown.map((actor) => ({ ...actor, since: iso(actor.since) })))}\n`);
    return;
  }
  const now = Date.now();
  const columns = [
    {
      head: 'ID',
      cell: ({ id }: ActorInfo) =>
        flags.tree && shown.some(({ parent, id: other }) => other === id && parent) ? `  ${id}` : id,
    },
    { head: 'KIND', cell: ({ kind }: ActorInfo) => kind },
    { head: 'NAME', cell: ({ name }: ActorInfo) => name },
    { head: 'STATE', cell: ({ state }: ActorInfo) => state },
    { head: 'SINCE', cell: ({ since }: ActorInfo) => age(now - since) },
    { head: 'PID', cell: ({ pid }: ActorInfo) => (pid === undefined ? '' : String(pid)), align: 'right' as const },
    {
      head: 'RSS',
      cell: ({ rss }: ActorInfo) => (rss === undefined ? '' : `${Math.round(rss / 1024 / 1024)} MB`),
      align: 'right' as const,
    },
    { head: 'WHAT', cell: ({ what }: ActorInfo) => what ?? '', grow: true },
  ];
  context.out(table(shown, columns, terminalWidth()));
}

/** Prints again whenever something changed, until the daemon or the person ends it. */
async function watch(client: Client, print: () => Promise<void>) {
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  let printing: Promise<void> = Promise.resolve();
  using _push = client.onPush((push) => {
    if (push.t === 'changed') printing = printing.then(print);
  });
  using _state = client.onState(({ state }) => {
    if (state === 'closed') resolve();
  });
  await client.request('watch', { what: 'list' });
  await ended;
  await printing;
}
