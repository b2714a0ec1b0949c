/** `tcx fork [SESSION] [PROMPT]`: a new session that shares the past of another. */
import { newSessionId } from '../ipc/session-id.ts';
import { type Parsed, UsageError } from './args.ts';
import { CliError, type Context, exit, type Run } from './context.ts';
import { newest } from './resume.ts';
import { checkNesting, checkTerminal, openScreen } from './screen.ts';

export const run: Run = async (context, parsed) => {
  const { args, flags } = parsed;
  if (!flags.detached) {
    checkTerminal(context);
    checkNesting(context, parsed);
  }
  const [named, prompt] = flags.last ? [undefined, args[0]] : args;
  if (args.length > (flags.last ? 1 : 2))
    throw new UsageError('at most a session and a prompt are expected', 'put the prompt in quotes');
  const made = await forked(context, parsed, named);
  if (!flags.detached)
    return openScreen(context, parsed, {
      kind: 'session',
      ref: made.session,
      how: { role: 'drive' },
      ...(prompt !== undefined && { prompt }),
    });
  if (prompt !== undefined) await say(context, made.session, prompt);
  context.out(flags.json ? `${JSON.stringify({ id: made.session, name: made.name })}\n` : `${made.session}\n`);
  return exit.done;
};

async function forked(context: Context, { flags }: Parsed, named: string | undefined) {
  using client = await context.connect({ kind: 'cli' });
  if (named === undefined && !flags.last)
    throw new UsageError('fork needs a session', 'tcx fork SESSION, or tcx fork --last');
  const from = named ?? (await newest(client, context, flags));
  const at = flags.at === undefined ? undefined : Number(flags.at);
  if (at !== undefined && !Number.isInteger(at))
    throw new CliError(`--at ${String(flags.at)} is no row number`, 'tcx log SESSION', exit.usage);
  const as = newSessionId();
  return await client.request('fork', { session: from, as, source: 'fork', ...(at !== undefined && { at }) });
}

async function say(context: Context, session: string, text: string) {
  using client = await context.connect({ kind: 'cli' });
  await client.request('say', { session, text, mode: 'steer', key: `fork ${session}` });
}
