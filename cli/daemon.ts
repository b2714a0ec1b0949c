/** `tcx daemon`: the daemon of this home, from outside. */
import { nearest, type Parsed, UsageError } from './args.ts';
import type { Context, Run } from './context.ts';
import { install, uninstall } from './daemon-install.ts';
import { logs, trace } from './daemon-logs.ts';
import { restart, start, status, stop } from './daemon-run.ts';

const verbs: Readonly<Record<string, (context: Context, parsed: Parsed) => Promise<number>>> = {
  start,
  stop,
  restart,
  status,
  logs,
  trace,
  install,
  uninstall,
};

export const run: Run = async (context, parsed) => {
  const [verb, ...rest] = parsed.args;
  const names = Object.keys(verbs);
  if (verb === undefined) throw new UsageError('tcx daemon wants a word', names.join(', '));
  const act = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (!act) {
    const like = nearest(verb, names);
    throw new UsageError(
      `unrecognized subcommand '${verb}'`,
      like ? `a similar one exists: '${like}'` : names.join(', '),
    );
  }
  const most = verb === 'trace' ? 1 : 0;
  if (rest.length > most) throw new UsageError(`unexpected argument '${rest[most]}' found`, `tcx daemon ${verb}`);
  return act(context, { ...parsed, args: rest });
};
