/** What `import { connect } from 'tcx'` gives: a client of the daemon, as the screens and the command line use it. */
import { homedir } from 'node:os';
import type { Client } from './client.ts';
import { ClientError } from './client-error.ts';
import type { Connecting } from './connecting.ts';
import { ensureHome, fileSystem, homeOf } from './home.ts';
import { connect as connectTo } from './start.ts';

export type { Row } from '../core/rows.ts';
export { Attachment, type AttachmentListener } from './attachment.ts';
export type { Client } from './client.ts';
export { ClientError } from './client-error.ts';
export type { Approval, Attached, Push, SessionInfo, SessionView } from './messages.ts';
export { newKey, newSessionId } from './session-id.ts';

export type ConnectOptions = Partial<Omit<Connecting, 'kind' | 'build' | 'codexHome'>>;

/**
 * Connects to the daemon of a home, by default the one `tcx` itself would use here, and starts it when none answers
 * (`start: false`: rejects instead). Rejects with a ClientError: a code, a sentence, and the command that mends it.
 */
export function connect(options: ConnectOptions = {}): Promise<Client> {
  const { env = process.env, cwd = process.cwd() } = options;
  const flags = options.home === undefined ? {} : { home: options.home };
  const made = ensureHome(homeOf({ flags, env, cwd, userHome: homedir() }), { uid: process.getuid?.(), fileSystem });
  if (!made.ok) return Promise.reject(new ClientError('bad-home', made.why, made.fix));
  const { path: home, codex } = made.home;
  return connectTo({ ...options, home, codexHome: codex, build: __TCX_VERSION__, kind: 'client', cwd, env });
}
