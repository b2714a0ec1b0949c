/** `tcx agents`: all sessions on one screen, or with --json as data. */
import { exit, type Run } from './context.ts';
import { openScreen } from './screen.ts';
import { sessionJson } from './show.ts';

export const run: Run = async (context, parsed) => {
  if (!parsed.flags.json) return openScreen(context, parsed, { kind: 'agents' });
  using client = await context.connect({ kind: 'cli' });
  const [awake, all, { approvals }] = await Promise.all([
    client.request('list', { what: 'awake' }),
    client.request('list', { what: 'sessions' }),
    client.request('inbox', {}),
  ]);
  const ids = new Set(awake.sessions.map(({ id }) => id));
  const sessions = [...awake.sessions, ...all.sessions.filter(({ id }) => !ids.has(id))];
  const asks = (id: string) => approvals.filter(({ session }) => session === id).map(({ approval }) => approval);
  context.out(
    `${JSON.stringify(
      sessions.map((each) => ({ ...sessionJson(each), approvals: asks(each.id) })),
      null,
      2,
    )}\n`,
  );
  return exit.done;
};
