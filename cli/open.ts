/** `tcx [PROMPT]`: the screen of a new session here. No session is made before something is said. */
import { UsageError } from './args.ts';
import type { Run } from './context.ts';
import { run as resume } from './resume.ts';
import { openScreen } from './screen.ts';

export const run: Run = async (context, parsed) => {
  const { args, flags } = parsed;
  if (flags.continue) return resume(context, { ...parsed, flags: { ...flags, last: true } });
  if (args.length > 1)
    throw new UsageError(`one prompt is expected, ${args.length} words were given`, 'put the prompt in quotes');
  const [prompt] = args;
  return openScreen(context, parsed, { kind: 'new', ...(prompt !== undefined && { prompt }) });
};
