/** Looks again whenever the daemon says that something changed, over restarts of the daemon too. */
import type { Client } from '../ipc/client.ts';
import { ClientError } from '../ipc/client-error.ts';

/**
 * Looks now and after each change, one look at a time, until a look answers something. Rejects when the daemon is ended on
 * purpose or does not come back.
 */
export async function whenever<Answer>(
  client: Client,
  what: 'list' | 'inbox',
  look: () => Promise<Answer | undefined>,
): Promise<Answer> {
  const ended = Promise.withResolvers<never>();
  ended.promise.catch(() => {});
  let changed = Promise.withResolvers<void>();
  const again = () => changed.resolve();
  using _push = client.onPush((push) => {
    if (push.t === 'changed' && push.what === what) again();
    if (push.t === 'bye' && !push.again) ended.reject(new ClientError('bye', push.why, 'tcx daemon start'));
  });
  using _state = client.onState(({ state }) => {
    if (state === 'closed') ended.reject(new ClientError('gone', 'the daemon went away', 'tcx daemon status'));
    if (state === 'connected') client.request('watch', { what }).then(again, again);
  });
  await client.request('watch', { what });
  for (;;) {
    changed = Promise.withResolvers<void>();
    const answer = await look().catch(away);
    if (answer !== undefined) return answer;
    await Promise.race([changed.promise, ended.promise]);
  }
}

/** A connection that breaks in the middle of a look is waited for; what else a look says is the end. */
function away(error: unknown): undefined {
  if (error instanceof ClientError && error.code === 'gone') return undefined;
  throw error;
}
