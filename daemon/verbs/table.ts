/** Every verb and who does it: the wire's requests on one screen. `hello` belongs to the connection. */
import type { ToDaemon, Verb } from '../../ipc/protocol.ts';
import type { Answer, Client } from '../connection.ts';
import type { Daemon } from '../daemon.ts';
import * as home from './home.ts';
import * as look from './look.ts';
import * as peek from './peek.ts';
import * as remove from './remove.ts';
import * as session from './session.ts';
import * as setup from './setup.ts';
import * as viewers from './viewers.ts';
import * as words from './words.ts';

type Handler<Name extends Verb> = (
  daemon: Daemon,
  client: Client,
  request: Extract<ToDaemon, { t: Name }>,
) => object | Promise<object>;

const handlers: { readonly [Name in Exclude<Verb, 'hello'>]: Handler<Name> } = {
  env: home.env,
  new: session.newSession,
  attach: viewers.attach,
  unattach: viewers.unattach,
  say: words.say,
  unqueue: words.unqueue,
  release: words.release,
  decide: words.decide,
  interrupt: words.interrupt,
  stop: words.stop,
  resume: words.resume,
  kill: words.kill,
  settings: session.settings,
  rename: session.rename,
  fork: session.fork,
  rewind: session.rewind,
  archive: session.archive,
  delete: remove.deleteSession,
  wake: session.wake,
  draft: viewers.draftText,
  presence: viewers.presence,
  detach: viewers.detach,
  rows: look.rows,
  resolve: look.resolved,
  peek: peek.peek,
  diff: look.diff,
  list: home.list,
  inbox: home.inbox,
  watch: home.watch,
  files: home.files,
  'blob.put': home.blobPut,
  'blob.get': home.blobGet,
  config: home.config,
  probe: setup.probeServers,
  login: setup.login,
  logout: setup.logout,
  folder: setup.folder,
  trust: setup.trust,
  configure: setup.configure,
  'daemon.status': home.status,
  'daemon.stop': home.stopDaemon,
  'daemon.trace': home.trace,
  'daemon.doctor': home.doctor,
  ping: () => ({}),
};

export async function handle(daemon: Daemon, client: Client, request: ToDaemon): Promise<Answer> {
  if (request.t === 'hello') return {};
  const handler = handlers[request.t] as Handler<Verb>;
  return (await handler(daemon, client, request)) as Answer;
}
