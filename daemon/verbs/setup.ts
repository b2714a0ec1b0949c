/** Verbs of the first start: what is here, a key tried and kept, a folder trusted, a key of config set. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { RequestOf } from '../../ipc/protocol.ts';
import type { Client } from '../connection.ts';
import type { Daemon } from '../daemon.ts';
import { TcxError } from '../errors.ts';

export const probeServers = async ({ setup }: Daemon, { hello }: Client, { patient }: RequestOf<'probe'>) => ({
  servers: await setup.probe(hello.env, patient ?? false),
});

export async function login({ setup }: Daemon, { hello }: Client, ask: RequestOf<'login'>) {
  const tried = await setup.login(hello.env, ask);
  if (!tried.ok) throw new TcxError(tried.refused ? 'refused' : 'unreachable', tried.why, 'tcx login --with-api-key');
  return { models: tried.models, kept: ask.keep };
}

export async function logout({ setup }: Daemon, _client: Client, { provider }: RequestOf<'logout'>) {
  await setup.logout(provider);
  return {};
}

/** Given up after this long: it is one number on a screen. */
const gitMs = 3000;
const gitBytes = 4 * 1024 * 1024;

export async function folder(_daemon: Daemon, _client: Client, { cwd }: RequestOf<'folder'>) {
  const args = ['--no-optional-locks', 'status', '--porcelain', '--untracked-files=all'];
  const options = { cwd, timeout: gitMs, maxBuffer: gitBytes };
  const said = await promisify(execFile)('git', args, options).catch(() => undefined);
  if (said === undefined) return {};
  return { changed: said.stdout.split('\n').filter((line) => line !== '').length };
}

export async function trust({ setup }: Daemon, { hello }: Client, { cwd, level }: RequestOf<'trust'>) {
  await setup.trust(cwd, hello.env, level);
  return {};
}

export async function configure({ setup }: Daemon, _client: Client, { table, key, value }: RequestOf<'configure'>) {
  await setup.configure({ table, key, value });
  return {};
}
