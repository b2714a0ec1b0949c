/** The session that --last means. */
import type { Source } from '../core/settings.ts';
import type { Client } from '../ipc/client.ts';
import { CliError } from './context.ts';

/** Sessions that a person began at a screen; scripts begin the others. */
export const interactive: readonly Source[] = ['cli', 'fork'];

/** The newest of a folder, or of all of them, that these kinds of clients began. */
export async function newestSession(
  client: Client,
  { cwd, sources }: { readonly cwd?: string; readonly sources?: readonly Source[] },
): Promise<string> {
  const { sessions } = await client.request('list', {
    what: 'sessions',
    limit: 1,
    ...(cwd !== undefined && { cwd }),
    ...(sources && { sources: [...sources] }),
  });
  if (sessions[0]) return sessions[0].id;
  throw new CliError(cwd === undefined ? 'there is no session yet' : `there is no session in ${cwd}`, 'tcx ls --all');
}
