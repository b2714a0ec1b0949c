/** `tcx [PROMPT]`: the screen of a new session here. No session is made before something is said. */
import { UsageError } from './args.ts';
import { workingHere } from './attach.ts';
import type { Run } from './context.ts';
import { run as resume } from './resume.ts';
import { checkTerminal, openScreen } from './screen.ts';
import { screenConfig } from './screen-config.ts';

export const run: Run = async (context, parsed) => {
  const { args, flags } = parsed;
  if (flags.continue) return resume(context, { ...parsed, flags: { ...flags, last: true } });
  if (args.length > 1)
    throw new UsageError(`one prompt is expected, ${args.length} words were given`, 'put the prompt in quotes');
  const [prompt] = args;
  checkTerminal(context);
  const { start } = screenConfig(context, parsed);
  if (prompt === undefined && start === 'agents') return openScreen(context, parsed, { kind: 'agents' });
  const working = prompt === undefined && start === 'attach' ? await workingHere(context) : undefined;
  if (working) return openScreen(context, parsed, { kind: 'session', ref: working, how: { role: 'drive' } });
  return openScreen(context, parsed, { kind: 'new', ...(prompt !== undefined && { prompt }) });
};
