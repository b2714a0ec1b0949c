/** `tcx detach`: the terminals that look at a session are shown their shells again; the session does not notice. */
import type { Client } from '../ipc/client.ts';
import { exit, type Run } from './context.ts';

export const run: Run = async (context, { args: [session], flags }) => {
  using client = await context.connect({ kind: 'cli' });
  const sessions = flags.all ? await watched(client) : [session ?? '.'];
  let detached = 0;
  for (const each of sessions) detached += (await client.request('detach', { session: each })).detached;
  if (flags.json) context.out(`${JSON.stringify({ detached })}\n`);
  else if (detached === 0) context.err('no terminal was attached\n');
  return exit.done;
};

async function watched(client: Client): Promise<string[]> {
  const { sessions } = await client.request('list', { what: 'awake' });
  return sessions.filter(({ viewers }) => viewers > 0).map(({ id }) => id);
}
