/** `tcx new [PROMPT]`: a session made now; with `-d` it goes on alone and its id is printed. */
import { newSessionId } from '../ipc/session-id.ts';
import { type Parsed, UsageError } from './args.ts';
import { type Context, exit, type Run } from './context.ts';
import { openScreen } from './screen.ts';
import { settingsAsk } from './settings.ts';

const modes = ['read-only', 'workspace-write', 'danger-full-access'];

export const run: Run = async (context, parsed) => {
  const { args, flags } = parsed;
  if (args.length > 1)
    throw new UsageError(`one prompt is expected, ${args.length} words were given`, 'put the prompt in quotes');
  // tmux's fingers type `new -s NAME`.
  if (typeof flags.sandbox === 'string' && !modes.includes(flags.sandbox))
    throw new UsageError('-s is the sandbox mode; a name is -n', `tcx new -n ${flags.sandbox}`);
  const [prompt] = args;
  const name = typeof flags.name === 'string' ? flags.name : undefined;
  if (flags.detached) return detached(context, parsed, prompt, name);
  return openScreen(context, parsed, { kind: 'new', ...(prompt !== undefined && { prompt }), ...(name && { name }) });
};

async function detached(
  context: Context,
  parsed: Parsed,
  text: string | undefined,
  name: string | undefined,
): Promise<number> {
  using client = await context.connect({ kind: 'tui' });
  const made = await client.request('new', {
    session: newSessionId(),
    cwd: context.cwd,
    source: 'cli',
    settings: settingsAsk(context, parsed),
    ...(name && { name }),
    ...(text !== undefined && { text }),
  });
  for (const warning of made.warnings) context.err(`warning: ${warning}\n`);
  context.out(parsed.flags.json ? `${JSON.stringify({ id: made.session, name: made.name })}\n` : `${made.session}\n`);
  return exit.done;
}
