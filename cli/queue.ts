/** `tcx queue --thread S --message TEXT`: say --queue in Codex's words. The daemon is started for it when none runs. */
import { UsageError } from './args.ts';
import type { Run } from './context.ts';
import { say } from './say.ts';

export const run: Run = async (context, parsed) => {
  const { thread, message } = parsed.flags;
  const missing = [
    ...(typeof thread === 'string' ? [] : ['--thread <SESSION>']),
    ...(typeof message === 'string' ? [] : ['--message <TEXT>']),
  ];
  if (typeof thread === 'string' && typeof message === 'string')
    return say(context, parsed, { session: thread, text: message, mode: 'queue' });
  throw new UsageError(
    `the following required arguments were not provided: ${missing.join(' ')}`,
    'tcx queue --thread SESSION --message TEXT',
  );
};
