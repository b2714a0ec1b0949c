/** `tcx interrupt`: ends the turn that runs. Done as well when none does, and says so. */
import { exit, type Run } from './context.ts';

export const run: Run = async (context, { args: [session], flags }) => {
  using client = await context.connect({ kind: 'cli' });
  const { interrupted, state } = await client.request('interrupt', { session: session! });
  if (flags.json) context.out(`${JSON.stringify({ interrupted, state })}\n`);
  else if (!interrupted) context.err(`no turn runs: ${session} is ${state}\n`);
  return exit.done;
};
