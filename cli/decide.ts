/** `tcx decide`, `approve` and `deny`: the answer to an open question. The first one counts; a later one is told whose did. */
import { newKey } from '../ipc/session-id.ts';
import type { Context } from './context.ts';
import { exit, type Run } from './context.ts';

export const run: Run = (context, { args: [approval, choice], flags }) =>
  decide(context, { approval: approval!, choice: choice! }, flags);

/** The command for one choice. */
export const deciding =
  (choice: string): Run =>
  (context, { args: [approval], flags }) =>
    decide(context, { approval: approval!, choice }, flags);

interface Flags {
  readonly text?: unknown;
  readonly json?: unknown;
}

async function decide(
  context: Context,
  answer: { readonly approval: string; readonly choice: string },
  { text, json }: Flags,
): Promise<number> {
  using client = await context.connect({ kind: 'cli' });
  const said = typeof text === 'string' ? { text } : {};
  const { session, call } = await client.request('decide', { ...answer, ...said, key: `decide ${newKey()}` });
  if (json) context.out(`${JSON.stringify({ ...answer, session, call })}\n`);
  return exit.done;
}
