/** Checks that need no daemon: this terminal, this build, and what lies in the home when no daemon can say. */
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { ClientError } from '../ipc/client-error.ts';
import type { Check } from '../ipc/messages.ts';
import { readRunning } from '../ipc/socket.ts';
import type { Context } from './context.ts';
import { isAlive } from './processes.ts';

type Found = Pick<Check, 'status' | 'summary' | 'remediation'> & { readonly details?: Check['details'] };

const gib = 2 ** 30;
/** The end of what a daemon that died left. */
const lastLines = 5;

export async function localChecks(context: Context, { alone }: { readonly alone: boolean }): Promise<Check[]> {
  const own = [
    local('runtime.path', 'installation', () => onPath(context)),
    local('terminal.env', 'terminal', () => terminal(context)),
  ];
  if (!alone) return Promise.all(own);
  return Promise.all([
    ...own,
    local('runtime.provenance', 'installation', () => ({
      status: 'ok',
      summary: `tcx ${context.build}, Node ${process.versions.node}`,
      details: { program: context.program, platform: `${process.platform} ${process.arch}` },
    })),
    local('state.home', 'state', () => homeFolder(context)),
    local('daemon.leftovers', 'daemon', () => leftovers(context)),
    local('system.disk', 'system', () => disk(context)),
  ]);
}

async function local(id: string, category: string, look: () => Found | Promise<Found>): Promise<Check> {
  const started = performance.now();
  const looking = async () => look();
  const { details = {}, ...found } = await looking().catch(
    (error: Error): Found => ({ status: 'fail', summary: error.message }),
  );
  return { id, category, details, ...found, durationMs: Math.round(performance.now() - started) };
}

export const noDaemon = ({ home }: Context, { message, fix }: ClientError): Check => ({
  id: 'daemon.status',
  category: 'daemon',
  status: 'fail',
  summary: `tcxd could not be asked, so only what needs none was looked at: ${message}`,
  details: { home },
  remediation: fix,
  durationMs: 0,
});

/** Two builds may speak to each other and still differ in what they can do. */
export const skew = ({ build }: Context, daemon: string): Check => ({
  id: 'runtime.skew',
  category: 'installation',
  status: build === daemon ? 'ok' : 'warning',
  summary: build === daemon ? 'tcx and tcxd are one build' : `tcx is ${build}, the tcxd that runs is ${daemon}`,
  details: { tcx: build, tcxd: daemon },
  ...(build !== daemon && { remediation: 'tcx daemon restart' }),
  durationMs: 0,
});

function onPath({ env }: Context): Found {
  const found = (env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'tcx'))
    .filter(existsSync);
  const programs = [...new Set(found.map((path) => realpathSync(path)))];
  const details = { programs: programs.join(', ') };
  if (programs.length < 2) return { status: 'ok', summary: programs[0] ?? 'tcx is not on PATH', details };
  const summary = `${programs.length} different tcx are on PATH; ${programs[0]} is the one that runs`;
  return { status: 'warning', summary, details, remediation: `remove ${programs[1]}` };
}

function terminal({ env }: Context): Found {
  const names = ['TERM', 'COLORTERM', 'TERM_PROGRAM', 'NO_COLOR', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TMUX', 'SSH_TTY'];
  const details = Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  if (/utf-?8/i.test(locale)) return { status: 'ok', summary: `${env.TERM ?? 'no TERM'}, ${locale}`, details };
  const summary = `the locale ${locale || '(none)'} is not UTF-8: marks and borders may be garbled`;
  return { status: 'warning', summary, details, remediation: 'export LANG=C.UTF-8' };
}

function homeFolder({ home }: Context): Found {
  const mode = (statSync(home).mode & 0o777).toString(8);
  return { status: 'ok', summary: `${home} is there, mode ${mode}` };
}

/** What a daemon that ended badly left behind; none of it keeps the next one from starting. */
function leftovers({ home }: Context): Found {
  const running = readRunning(home);
  const said = readIfThere(join(home, 'logs', 'tcxd.out'))
    .trim()
    .split('\n')
    .slice(-lastLines)
    .join('\n');
  const details = {
    ...(running && { pid: `${running.pid}${isAlive(running.pid) ? '' : ' (gone)'}`, socket: running.socket }),
    ...(said !== '' && { said }),
  };
  return {
    status: 'ok',
    summary: running ? `a tcxd of pid ${running.pid} was announced` : 'no tcxd is announced',
    details,
  };
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

async function disk({ home }: Context): Promise<Found> {
  const { bavail, bsize } = await statfs(home);
  const free = (bavail * bsize) / gib;
  const summary = `${free.toFixed(1)} GiB free for ${home}`;
  return free >= 1
    ? { status: 'ok', summary }
    : { status: 'fail', summary, remediation: 'make room on the disk of the home' };
}
