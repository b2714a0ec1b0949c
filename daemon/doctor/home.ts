/** Checks of the home: config, keys, what lies on the disk, and the daemon that runs for it. */

import { statSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { noModel } from '../../core/providers.ts';
import { sessionLogs } from '../projector.ts';
import { amiss, type DoctorDeps, type Found, ok } from './check.ts';

export async function config({ access, client }: DoctorDeps): Promise<Found> {
  const outlook = await access.outlook(client);
  if (!outlook.ok)
    return amiss('fail', `config.toml cannot be used: ${outlook.text.split('\n')[0]}`, 'mend the line it names', {
      text: outlook.text,
    });
  const { choice, files } = outlook;
  const chosen = choice.kind === 'chosen' ? { provider: choice.provider, model: choice.model } : {};
  return ok(files.length === 0 ? 'no config.toml: all defaults' : `loads: ${files.join(', ')}`, chosen);
}

export async function credentials({ access, client }: DoctorDeps): Promise<Found> {
  const outlook = await access.outlook(client);
  if (!outlook.ok) return amiss('warning', 'not looked at: config.toml cannot be used', 'mend config.toml');
  const { choice, plan, keys } = outlook;
  const details = { variables: keys.join(', ') || 'none' };
  if (choice.kind === 'none') return amiss('warning', 'no model is configured', noModel, details);
  if (choice.kind === 'failed') return amiss('fail', choice.why, 'mend config.toml', details);
  const { key } = plan!;
  if (key.kind === 'variable' && !key.names.some((name) => keys.includes(name)))
    return amiss('fail', `${choice.provider} needs a key`, `set ${key.names[0]}`, details);
  return ok(`${choice.provider} ${key.kind === 'none' ? 'needs no key' : 'has its key'}`, details);
}

/** What lies under the home, and whether the index is a whole SQLite file. */
export async function paths({ home, index }: DoctorDeps): Promise<Found> {
  const sizes = await Promise.all(
    ['sessions', 'blobs', 'env', 'logs', 'run'].map(
      async (name) => [name, megabytes(await sizeOf(join(home, name)))] as const,
    ),
  );
  const details = Object.fromEntries(sizes);
  const problems = index.problems();
  if (problems.length === 0) return ok('the index is whole', details);
  return amiss(
    'fail',
    `the index is damaged: ${problems[0]}`,
    `tcx daemon stop && rm ${join(home, 'state.sqlite')}* (it is made anew from the logs)`,
    details,
  );
}

const megabytes = (bytes: number) => `${(bytes / 1_000_000).toFixed(1)} MB`;

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map((file) =>
      stat(join(file.parentPath, file.name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Logs that the index knows nothing of, and sessions in the index whose log is gone. */
export async function parity({ home, index, host }: DoctorDeps): Promise<Found> {
  const known = index.lengths();
  const loaded = new Set(host.list().map(({ session }) => session as string));
  let logs = 0;
  let unknown = 0;
  for await (const { session } of sessionLogs(home)) {
    logs++;
    if (!known.delete(session) && !loaded.has(session)) unknown++;
  }
  const gone = known.size;
  const details = { logs: String(logs), unknown: String(unknown), gone: String(gone) };
  if (unknown === 0 && gone === 0) return ok(`${logs} logs, all in the index`, details);
  return amiss(
    'warning',
    `${unknown} logs are not in the index, ${gone} in it have no log`,
    'tcx daemon restart',
    details,
  );
}

export async function journal({ host }: DoctorDeps): Promise<Found> {
  const troubled = host.list().flatMap(({ session, trouble }) => (trouble ? [{ session, trouble }] : []));
  const [first] = troubled;
  if (!first) return ok('every loaded session can be written', { loaded: String(host.list().length) });
  const details = Object.fromEntries(troubled.map(({ session, trouble }) => [session, trouble.why]));
  return amiss('fail', `${troubled.length} sessions are in trouble: ${first.trouble.why}`, first.trouble.fix, details);
}

export async function status(deps: DoctorDeps): Promise<Found> {
  const { pid, rss, sessions, actors, clients, safeMode } = await deps.status();
  const details = {
    pid: String(pid),
    memory: megabytes(rss),
    sessions: String(sessions),
    actors: String(actors),
    clients: String(clients),
  };
  if (safeMode)
    return amiss('warning', 'safe mode: tcxd died three times right after its start', 'tcx daemon restart', details);
  return ok(`pid ${pid}, ${sessions} sessions loaded`, details);
}

export async function socket({ place }: DoctorDeps): Promise<Found> {
  const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
  const token = join(place.run, 'token');
  const modes = { socket: mode(place.socket), run: mode(place.run), token: mode(token) };
  if (modes.socket === '600' && modes.run === '700' && modes.token === '600')
    return ok('the socket is private', { path: place.socket, ...modes });
  return amiss(
    'fail',
    'others may reach the socket',
    `chmod 700 ${place.run}; chmod 600 ${place.socket} ${token}`,
    modes,
  );
}

/** A holder of another build ends with its last command; until then there are two. */
export async function holders(deps: DoctorDeps): Promise<Found> {
  const { build } = await deps.status();
  const all = await deps.holder.status();
  const commands = all.reduce((sum, one) => sum + one.commands.filter(({ end }) => !end).length, 0);
  const old = all.filter((one) => one.build !== build);
  const details = {
    holders: String(all.length),
    running: String(commands),
    older: old.map((one) => one.build).join(', '),
  };
  return ok(all.length === 0 ? 'no command has been run yet' : `holds ${commands} running commands`, details);
}
