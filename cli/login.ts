/** `tcx login`: a key from stdin is tried and kept; `tcx login status` says which there are. */
import { text as readAll } from 'node:stream/consumers';
import { UsageError } from './args.ts';
import { CliError, type Context, exit, type Run } from './context.ts';

export const run: Run = async (context, { args: [what], flags }) => {
  if (what === 'status') return status(context);
  if (what !== undefined) throw new UsageError(`login takes status, not ${what}`);
  const provider = typeof flags.provider === 'string' ? flags.provider : 'openai';
  if (!flags['with-api-key'] || context.stdinIsTty)
    throw new CliError(
      'a key is read from stdin',
      `printenv OPENAI_API_KEY | tcx login --with-api-key --provider ${provider}`,
    );
  const key = (await readAll(process.stdin)).trim();
  if (key === '') throw new CliError('stdin holds no key', 'printenv OPENAI_API_KEY | tcx login --with-api-key');
  using client = await context.connect({ kind: 'client' });
  const { models } = await client.request('login', { provider, key, keep: true });
  context.err(`The key works${models.length > 0 ? `, ${models.length} models` : ''}, and is kept.\n`);
  return exit.done;
};

async function status(context: Context) {
  using client = await context.connect({ kind: 'client' });
  const { keyed, choice, keys = [] } = await client.request('config', { cwd: context.cwd });
  for (const name of keys) context.err(`A key of ${name} is kept.\n`);
  context.err(choice ? `New sessions use ${choice.model} at ${choice.provider}.\n` : 'No model is configured.\n');
  if (choice && !keyed) context.err(`Its key is not here.\n`);
  return keyed ? exit.done : exit.failed;
}
