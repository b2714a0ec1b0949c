/** `tcx say`: words into the turn that runs, or a turn of their own. The same key twice is said once. */

import type { AnswerOf } from '../ipc/messages.ts';
import { newKey } from '../ipc/session-id.ts';
import type { Parsed } from './args.ts';
import { CliError, type Context, exit, type Run } from './context.ts';
import { readStdin } from './prompt.ts';

export const run: Run = async (context, parsed) => {
  const [session, ...words] = parsed.args;
  const text = words.length === 1 && words[0] === '-' ? (await readStdin()).replace(/\n$/, '') : words.join(' ');
  const mode = parsed.flags.queue ? 'queue' : 'steer';
  return say(context, parsed, { session: session!, text, mode });
};

export interface Words {
  readonly session: string;
  readonly text: string;
  readonly mode: 'steer' | 'queue';
}

export async function say(context: Context, { flags }: Pick<Parsed, 'flags'>, words: Words): Promise<number> {
  if (words.text.trim() === '') throw new CliError('there is nothing to say', 'tcx say SESSION "go on"', exit.usage);
  const key = typeof flags.key === 'string' ? flags.key : `say ${newKey()}`;
  // A client that brings its environment: a turn that waits for a key goes on when this terminal has it.
  using client = await context.connect({ kind: 'client' });
  const said = await client.request('say', { ...words, key });
  report(context, flags.json === true, said);
  return exit.done;
}

function report(context: Context, json: boolean, { seq, repeated }: AnswerOf<'say'>) {
  if (json) context.out(`${JSON.stringify({ seq, repeated })}\n`);
  else if (repeated) context.err('said before with this key: nothing was said again\n');
}
