/** `tcx attach [SESSION]`: the screen of a session, whatever it is doing. */
import type { Client } from '../ipc/client.ts';
import type { SessionInfo } from '../ipc/messages.ts';
import { UsageError } from './args.ts';
import { CliError, type Context, type Run } from './context.ts';
import { checkNesting, checkTerminal, openScreen } from './screen.ts';

export const run: Run = async (context, parsed) => {
  const { args, flags } = parsed;
  if (args.length > 1) throw new UsageError(`one session is expected, ${args.length} words were given`);
  checkTerminal(context);
  checkNesting(context, parsed);
  const named = args[0] ?? (typeof flags.target === 'string' ? flags.target : undefined);
  const ref = await sessionOf(context, named);
  if (ref === undefined) return openScreen(context, parsed, { kind: 'pick', purpose: 'switch', everywhere: true });
  return openScreen(context, parsed, {
    kind: 'session',
    ref,
    how: {
      role: flags['read-only'] ? 'watch' : 'drive',
      ...(flags.take === true && { take: true }),
      ...(flags.detach === true && { detachOthers: true }),
    },
  });
};

/** Looked up before the screen is touched, so that a wrong name is a line in the shell. */
async function sessionOf(context: Context, named: string | undefined): Promise<string | undefined> {
  using client = await context.connect({ kind: 'cli' });
  if (named === undefined) return await nearest(client, context.cwd);
  const { session, name, archived } = await client.request('resolve', { session: named });
  if (archived) throw new CliError(`session ${name} is archived`, `tcx unarchive ${name}`);
  return session;
}

const busy: readonly SessionInfo['state'][] = ['needs you', 'thinking', 'acting', 'stopping', 'parked'];

/** The newest here that needs you or works, else the newest here. */
async function nearest(client: Client, cwd: string): Promise<string | undefined> {
  const working = await workingIn(client, cwd);
  return working ?? (await client.request('list', { what: 'sessions', cwd, limit: 1 })).sessions[0]?.id;
}

async function workingIn(client: Client, cwd: string): Promise<string | undefined> {
  const { sessions } = await client.request('list', { what: 'awake' });
  const working = sessions.filter((session) => session.cwd === cwd && busy.includes(session.state));
  return working.sort((a, b) => rank(a) - rank(b) || b.updated - a.updated)[0]?.id;
}

/** What `start = "attach"` opens. */
export async function workingHere(context: Context): Promise<string | undefined> {
  using client = await context.connect({ kind: 'cli' });
  return await workingIn(client, context.cwd);
}

const rank = ({ state }: SessionInfo) => (state === 'needs you' ? 0 : 1);
