/** `tcx archive` and `tcx unarchive`: a session is put away, or comes back. */
import { exit, type Run } from './context.ts';

export const archiving =
  (archived: boolean): Run =>
  async (context, { args: [session], flags }) => {
    using client = await context.connect({ kind: 'cli' });
    await client.request('archive', { session: session!, archived });
    if (flags.json) context.out(`${JSON.stringify({ archived })}\n`);
    return exit.done;
  };

export const run = archiving(true);
