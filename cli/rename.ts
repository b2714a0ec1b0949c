/** `tcx rename`: another name, made of a-z, 0-9 and dashes and unique in this home; prints the name it got. */
import { exit, type Run } from './context.ts';

export const run: Run = async (context, { args: [session, wish], flags }) => {
  using client = await context.connect({ kind: 'cli' });
  const { name } = await client.request('rename', { session: session!, name: wish! });
  context.out(flags.json ? `${JSON.stringify({ name })}\n` : `${name}\n`);
  return exit.done;
};
