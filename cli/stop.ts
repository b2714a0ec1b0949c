/** `tcx stop`: ends the turn, its commands and the session; the conversation is kept. */
import { newKey } from '../ipc/session-id.ts';
import { exit, type Run } from './context.ts';

export const run: Run = async (context, { args: [session], flags }) => {
  using client = await context.connect({ kind: 'cli' });
  const { stopped } = await client.request('stop', { session: session!, key: `stop ${newKey()}` });
  if (flags.json) context.out(`${JSON.stringify({ stopped })}\n`);
  else if (!stopped) context.err(`${session} is stopped already\n`);
  return exit.done;
};
