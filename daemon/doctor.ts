/** The facts a bug report needs, each as a check with at most one remedy. Secrets are never in them. */
import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SessionId } from '../core/ids.ts';
import type { Check } from '../ipc/messages.ts';
import { findOnPath } from './find-on-path.ts';
import type { Holder } from './holder/client.ts';
import type { Host } from './hosts/host.ts';
import { readLog } from './hosts/log.ts';
import type { Index } from './index-db.ts';
import type { Place } from './listen.ts';
import type { ModelAccess } from './model-access.ts';

export interface DoctorDeps {
  readonly home: string;
  readonly place: Place;
  readonly host: Host;
  readonly holder: Holder;
  readonly index: Index;
  readonly access: ModelAccess;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly build: string;
  readonly session: SessionId | undefined;
}

type Found = Omit<Check, 'id' | 'category' | 'durationMs'>;
const run = promisify(execFile);

export async function runDoctor(deps: DoctorDeps): Promise<readonly Check[]> {
  if (deps.session !== undefined) return [await check('session', 'state', () => sessionCheck(deps, deps.session!))];
  return Promise.all([
    check('installation', 'installation', () => installation(deps)),
    check('config.load', 'config', () => config(deps)),
    check('state.index', 'state', () => index(deps)),
    check('state.journal', 'state', () => journal(deps)),
    check('daemon.socket', 'daemon', () => socket(deps)),
    check('daemon.holder', 'daemon', () => holders(deps)),
    check('runtime.search', 'tools', () =>
      program(deps, 'rg', 'grep_files searches without it, more slowly', 'install ripgrep'),
    ),
    check('git.environment', 'tools', () => program(deps, 'git', 'repositories are not recognised', 'install git')),
    check('system.disk', 'system', () => disk(deps)),
  ]);
}

async function check(id: string, category: string, look: () => Promise<Found>): Promise<Check> {
  const started = performance.now();
  const found = await look().catch((error: Error): Found => ({ status: 'fail', summary: error.message, details: {} }));
  return { id, category, ...found, durationMs: Math.round(performance.now() - started) };
}

const ok = (summary: string, details: Record<string, string> = {}): Found => ({ status: 'ok', summary, details });

async function installation({ build, home }: DoctorDeps): Promise<Found> {
  return ok(`tcx ${build}, Node ${process.versions.node}`, {
    build,
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    home,
  });
}

async function config({ access }: DoctorDeps): Promise<Found> {
  const base = await access.base();
  if (!base)
    return {
      status: 'fail',
      summary: 'config.toml cannot be read',
      details: {},
      remediation: 'tcx exec --demo "run ls" prints where it is wrong',
    };
  return ok('config.toml loads', { model: base.model ?? 'by key', provider: base.model_provider ?? 'by key' });
}

async function index({ index }: DoctorDeps): Promise<Found> {
  const sessions = index.lengths().size;
  return ok(`${sessions} sessions in the index`, { sessions: String(sessions) });
}

async function journal({ host }: DoctorDeps): Promise<Found> {
  const troubled = host.list().filter(({ trouble }) => trouble);
  if (troubled.length === 0) return ok('all loaded sessions can be written', { loaded: String(host.list().length) });
  const details = Object.fromEntries(troubled.map(({ session, trouble }) => [session, trouble!.why]));
  return {
    status: 'fail',
    summary: `${troubled.length} sessions are in trouble`,
    details,
    remediation: troubled[0]!.trouble!.fix,
  };
}

async function socket({ place }: DoctorDeps): Promise<Found> {
  const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
  const modes = { socket: mode(place.socket), run: mode(place.run), token: mode(join(place.run, 'token')) };
  if (modes.socket === '600' && modes.run === '700' && modes.token === '600')
    return ok('the socket is private', { path: place.socket, ...modes });
  return {
    status: 'fail',
    summary: 'others may reach the socket',
    details: modes,
    remediation: `chmod 700 ${place.run}; chmod 600 ${place.socket} ${join(place.run, 'token')}`,
  };
}

async function holders({ holder, build }: DoctorDeps): Promise<Found> {
  const all = await holder.status();
  const skewed = all.filter((one) => one.build !== build).length;
  return ok(
    all.length === 0
      ? 'no command has been run yet'
      : `${all.length} holder, ${all.reduce((sum, { commands }) => sum + commands.length, 0)} commands`,
    { skewed: String(skewed) },
  );
}

async function program({ env }: DoctorDeps, name: string, without: string, remediation: string): Promise<Found> {
  const path = findOnPath(name, env.PATH ?? '');
  if (!path) return { status: 'warning', summary: `${name} is not on PATH: ${without}`, details: {}, remediation };
  const { stdout } = await run(path, ['--version'], { timeout: 5000 });
  return ok(stdout.split('\n')[0] ?? name, { path });
}

async function disk({ home }: DoctorDeps): Promise<Found> {
  const { bavail, bsize } = await statfs(home);
  const gib = (bavail * bsize) / 2 ** 30;
  const status = gib < 1 ? 'fail' : gib < 5 ? 'warning' : 'ok';
  return {
    status,
    summary: `${gib.toFixed(1)} GiB free`,
    details: { home },
    ...(status !== 'ok' && { remediation: 'make room on the disk of the home' }),
  };
}

async function sessionCheck({ home, host }: DoctorDeps, session: SessionId): Promise<Found> {
  const rows = await readLog(home, session, undefined, 0, Number.MAX_SAFE_INTEGER);
  const holes = rows.filter((row, at) => at > 0 && row.seq !== rows[at - 1]!.seq + 1);
  const trouble = await host.state(session).then(
    ({ trouble }) => trouble,
    (error: Error) => ({ why: error.message, fix: 'the rows before the damage can be read: tcx log' }),
  );
  const details = { rows: String(rows.length), holes: String(holes.length) };
  if (!trouble && holes.length === 0) return ok(`${rows.length} rows, none missing`, details);
  return {
    status: 'fail',
    summary: trouble?.why ?? `${holes.length} rows are missing`,
    details,
    remediation: trouble?.fix ?? 'tcx log SESSION --json shows what is there',
  };
}
