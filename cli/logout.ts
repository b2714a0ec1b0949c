/** `tcx logout`: a kept key is forgotten. */
import { exit, type Run } from './context.ts';

export const run: Run = async (context, { flags }) => {
  using client = await context.connect({ kind: 'cli' });
  await client.request('logout', { provider: typeof flags.provider === 'string' ? flags.provider : 'openai' });
  return exit.done;
};
