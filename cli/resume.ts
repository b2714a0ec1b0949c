/** `tcx resume [SESSION] [PROMPT]`: go on with a session, with other settings if flags say so. */
import type { Client } from '../ipc/client.ts';
import { type Parsed, UsageError } from './args.ts';
import { CliError, type Context, type Run } from './context.ts';
import { checkNesting, checkTerminal, openScreen } from './screen.ts';
import { settingsAsk } from './settings.ts';

export const run: Run = async (context, parsed) => {
  checkTerminal(context);
  checkNesting(context, parsed);
  const { args, flags } = parsed;
  // With --last a single word is the prompt: the session is named already.
  const [named, prompt] = flags.last ? [undefined, args[0]] : args;
  if (args.length > (flags.last ? 1 : 2))
    throw new UsageError('at most a session and a prompt are expected', 'put the prompt in quotes');
  const ref = await found(context, parsed, named);
  if (ref === undefined)
    return openScreen(context, parsed, {
      kind: 'pick',
      purpose: 'resume',
      everywhere: flags.all === true,
      scripts: flags['include-non-interactive'] === true,
      settings: settingsAsk(context, parsed),
      ...(prompt !== undefined && { prompt }),
    });
  return openScreen(context, parsed, {
    kind: 'session',
    ref,
    how: { role: 'drive' },
    settings: settingsAsk(context, parsed),
    ...(prompt !== undefined && { prompt }),
  });
};

/** Undefined: a person picks one from the list. */
async function found(context: Context, { flags }: Parsed, named: string | undefined): Promise<string | undefined> {
  using client = await context.connect({ kind: 'cli' });
  if (named === undefined) return flags.last ? await newest(client, context, flags) : undefined;
  const { session, name, archived } = await client.request('resolve', { session: named });
  if (archived) throw new CliError(`session ${name} is archived`, `tcx unarchive ${name}`);
  return session;
}

const interactive = ['cli', 'fork'];
const lookedAt = 1000;

/** The newest of this folder that a person began; all folders with --all, scripts' too with --include-non-interactive. */
export async function newest(client: Client, { cwd }: Pick<Context, 'cwd'>, flags: Parsed['flags']): Promise<string> {
  const { sessions } = await client.request('list', { what: 'sessions', limit: lookedAt, ...(!flags.all && { cwd }) });
  const first = sessions.find(({ source }) => flags['include-non-interactive'] || interactive.includes(source));
  if (first) return first.id;
  throw new CliError(
    `there is no session${flags.all ? '' : ` in ${cwd}`} to go on with`,
    flags.all ? 'tcx' : 'tcx resume --last --all',
  );
}
