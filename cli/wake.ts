/** `tcx wake`: has a session go on, now or at a time; an alarm that was set can be taken back. */

import type { Client } from '../ipc/client.ts';
import { newKey } from '../ipc/session-id.ts';
import type { Parsed } from './args.ts';
import { UsageError } from './args.ts';
import { CliError, type Context, exit, type Run } from './context.ts';
import { count } from './numbers.ts';
import { clockTime, iso, parseWhen } from './time.ts';

const goOn = 'Go on.';

export const run: Run = async (context, parsed) => {
  const session = parsed.args[0]!;
  const until = untilOf(parsed);
  const cancel = count(parsed, 'cancel');
  // It brings its environment, as saying something does: a turn may wait for the key in it.
  using client = await context.connect({ kind: 'client' });
  if (cancel !== undefined) return await takeBack(context, client, parsed, session, cancel);
  if (until === undefined) return await now(context, client, parsed, session);
  const { n } = await client.request('wake', { session, until, text: textOf(parsed) });
  context.out(parsed.flags.json ? `${JSON.stringify({ n, until: iso(until) })}\n` : `${n} at ${clockTime(until)}\n`);
  return exit.done;
};

const textOf = ({ flags }: Parsed) => (typeof flags.text === 'string' ? flags.text : goOn);

function untilOf({ flags }: Parsed): number | undefined {
  if (typeof flags.at !== 'string') return undefined;
  const until = parseWhen(flags.at, Date.now());
  if (until === undefined)
    throw new UsageError(`invalid value '${flags.at}' for '--at'`, '09:00, +30m, or 2026-12-24T09:00');
  if (until > Date.now()) return until;
  throw new CliError(`${flags.at} is over`, 'tcx wake SESSION goes on now', exit.usage);
}

/** A turn that waits goes on as it is; else there is a new one. */
async function now(context: Context, client: Client, parsed: Parsed, session: string): Promise<number> {
  const { state } = await client.request('resolve', { session });
  if (state === 'parked') await client.request('resume', { session });
  else await client.request('say', { session, text: textOf(parsed), mode: 'queue', key: `wake ${newKey()}` });
  if (parsed.flags.json) context.out(`${JSON.stringify({ n: null, until: null })}\n`);
  return exit.done;
}

async function takeBack(context: Context, client: Client, parsed: Parsed, session: string, n: number): Promise<number> {
  await client.request('wake', { session, cancel: n });
  if (parsed.flags.json) context.out(`${JSON.stringify({ n, cancelled: true })}\n`);
  return exit.done;
}
