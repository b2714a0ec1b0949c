/** Verbs about all sessions and the daemon itself. */
import type { RequestOf } from '../../ipc/protocol.ts';
import type { Client } from '../connection.ts';
import type { Daemon } from '../daemon.ts';
import { dayOf } from '../projector.ts';

const listLimit = 1000;

export async function env(daemon: Daemon, _client: Client, { digest, vars }: RequestOf<'env'>) {
  await daemon.envs.put(digest, vars);
  await daemon.learned();
  return {};
}

export async function list(daemon: Daemon, _client: Client, ask: RequestOf<'list'>) {
  if (ask.what === 'actors') return { sessions: [], actors: await daemon.actors(), total: 0 };
  if (ask.what === 'awake') {
    const sessions = await daemon.sessions.awake();
    return { sessions, actors: [], total: sessions.length, ...daemon.sessions.totals(dayOf(daemon.now())) };
  }
  const { cwd, sources, grep, like, sort, archived, limit, offset } = ask;
  const found = await daemon.sessions.list({
    archived: archived ?? false,
    limit: limit ?? listLimit,
    offset: offset ?? 0,
    ...(cwd !== undefined && { cwd }),
    ...(sources && { sources }),
    ...(grep !== undefined && { grep }),
    ...(like !== undefined && { like }),
    ...(sort && { sort }),
  });
  return { ...found, actors: [] };
}

export const inbox = async (daemon: Daemon) => ({ approvals: await daemon.sessions.inbox() });

export function watch(daemon: Daemon, client: Client, { what }: RequestOf<'watch'>) {
  daemon.crowd.watch(what, client);
  return {};
}

export const config = (daemon: Daemon, client: Client, { cwd, overrides }: RequestOf<'config'>) =>
  daemon.config(cwd, client.hello.env, overrides ?? []);

export async function status(daemon: Daemon) {
  return { ...(await daemon.status()) };
}

export function stopDaemon(daemon: Daemon, _client: Client, { now, restart }: RequestOf<'daemon.stop'>) {
  // The answer goes out before the end begins.
  setImmediate(() => daemon.stop({ wait: !now, commands: !restart, again: restart ?? false }));
  return {};
}

export function trace(daemon: Daemon, client: Client, { session }: RequestOf<'daemon.trace'>) {
  daemon.crowd.traced(client, session === undefined ? undefined : daemon.sessions.resolve(session, client.hello.cwd));
  return {};
}

export const doctor = async (daemon: Daemon, client: Client, { session }: RequestOf<'daemon.doctor'>) => {
  const { cwd, env } = client.hello;
  return {
    checks: await daemon.doctor(session === undefined ? undefined : daemon.sessions.resolve(session, cwd), env),
  };
};

export const files = (daemon: Daemon, _client: Client, { cwd, query, limit }: RequestOf<'files'>) =>
  daemon.files(cwd, query, limit);

export async function blobPut(daemon: Daemon, _client: Client, { hash, offset, bytes, last }: RequestOf<'blob.put'>) {
  await daemon.blobs.put(hash, offset, bytes, last);
  return {};
}

export async function blobGet(daemon: Daemon, _client: Client, { hash, offset, limit }: RequestOf<'blob.get'>) {
  return daemon.blobs.get(hash, offset, limit);
}
