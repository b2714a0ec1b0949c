/** Which session a request means, and whether its client may change it. */
import type { SessionId } from '../../core/ids.ts';
import type { Client } from '../connection.ts';
import type { Daemon } from '../daemon.ts';
import { TcxError } from '../errors.ts';

export const resolve = (daemon: Daemon, client: Client, ref: string) => daemon.sessions.resolve(ref, client.hello.cwd);

/** A watcher looks; nothing it presses changes the session. */
export function driving(daemon: Daemon, client: Client, session: SessionId) {
  if (daemon.hub.role(session, client.client) === 'watch')
    throw new TcxError('watching', 'this screen only watches the session', 'ctrl-x v to drive, or attach without -r');
}
