/** What `tcx exec` is asked to do: a new session, one that goes on, or a fork; with which prompt, and how long questions wait. */
import { type Parsed, UsageError } from './args.ts';
import { parseDuration } from './time.ts';

export type Plan = { readonly prompt: string | undefined; readonly needsPrompt: boolean } & (
  | { readonly how: 'new' }
  /** Without a target the newest one. */
  | { readonly how: 'resume'; readonly target: string | undefined }
  | { readonly how: 'fork'; readonly target: string }
);

export function planOf({ args, flags }: Parsed): Plan {
  const [word, first, second] = args;
  if (word === 'resume') {
    atMost(args, flags.last ? 2 : 3);
    // With --last a single word is the prompt: the session is named already.
    if (flags.last) return { how: 'resume', target: undefined, prompt: first, needsPrompt: true };
    return { how: 'resume', target: first, prompt: second, needsPrompt: true };
  }
  if (flags.last || flags.all) throw new UsageError(`--${flags.last ? 'last' : 'all'} goes with tcx exec resume`);
  if (word === 'fork') {
    atMost(args, 3);
    if (first === undefined)
      throw new UsageError(
        'the following required arguments were not provided: SESSION',
        'tcx exec fork SESSION [PROMPT]',
      );
    return { how: 'fork', target: first, prompt: second, needsPrompt: second !== undefined };
  }
  atMost(args, 1);
  return { how: 'new', prompt: word, needsPrompt: true };
}

function atMost(args: readonly string[], count: number) {
  if (args.length > count)
    throw new UsageError(`unexpected argument '${args[count]}' found`, 'put the prompt in quotes');
}

/** How long questions are waited for: undefined not at all, infinite without a time. In ms. */
export function waitApproval({ flags }: Parsed): number | undefined {
  const value = flags['wait-approval'];
  if (typeof value !== 'string') return undefined;
  if (value === '') return Number.POSITIVE_INFINITY;
  const ms = parseDuration(value);
  if (ms !== undefined) return ms;
  throw new UsageError(`invalid value '${value}' for '--wait-approval'`, 'a duration such as 30s, 5m or 1h');
}
