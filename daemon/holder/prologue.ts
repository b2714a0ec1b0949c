/**
 * The shell lines that every launch goes through: close what leaked, set umask and limits, open what was asked for, record
 * the process, exec. node-pty leaves its masters open to all later children, so without this a command of one session
 * could type into the terminal of another.
 *
 * Which shell: POSIX lets a redirection name descriptors 0-9 only, and dash keeps to it (`exec 12>&-` looks for a program
 * named 12), while a holder's masters are above 9. dash also drops variables whose names are no identifiers, such as
 * bash's exported functions. Measured with Node 24 on Debian 12, spawn to exit of `true`: bare 1.8 ms, by dash 2.2 ms,
 * by bash 4.1 ms. So dash is taken when it can do the job and bash when not; busybox's sh can close any descriptor.
 * bash runs with -p: it then takes no functions, options or GLOBIGNORE from the environment; and with --norc, because it
 * reads ~/.bashrc when stdin looks like a network connection.
 */
import { existsSync, realpathSync } from 'node:fs';
import type { Limit, LimitName, Opened, RunSpec } from './protocol.ts';

export interface Shells {
  readonly bash?: string;
  readonly sh: string;
  readonly shIsDash: boolean;
}

export interface Launch {
  readonly file: string;
  readonly args: readonly string[];
}

/** The process that launches. */
export interface Origin {
  readonly shells: Shells;
  readonly holder: number;
  /** Descriptors above 9 are open that a child would inherit. */
  readonly leaks: boolean;
}

const bashPaths = ['/bin/bash', '/usr/bin/bash', '/usr/local/bin/bash', '/run/current-system/sw/bin/bash'];

export function findShells(): Shells {
  const sh = realpathSync('/bin/sh');
  const bash = bashPaths.find((path) => existsSync(path)) ?? (sh.endsWith('/bash') ? sh : undefined);
  const shIsDash = sh.endsWith('/dash');
  return bash === undefined ? { sh: '/bin/sh', shIsDash } : { bash, sh: '/bin/sh', shIsDash };
}

const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/;

type Chosen = { readonly path: string; readonly kind: 'bash' | 'sh' };

/** A string is why no shell here will do. */
function choose(shells: Shells, spec: RunSpec, leaks: boolean): Chosen | string {
  const high = leaks || (spec.opens ?? []).some(({ fd }) => fd > 9);
  const plain = Object.keys(spec.env).every((name) => identifier.test(name));
  if (shells.shIsDash && !high && plain) return { path: shells.sh, kind: 'sh' };
  if (shells.bash !== undefined) return { path: shells.bash, kind: 'bash' };
  if (shells.shIsDash && high)
    return 'while a terminal is open, commands can only be started safely with bash, and there is none';
  return { path: shells.sh, kind: 'sh' };
}

const descriptors = process.platform === 'linux' ? '/proc/self/fd' : '/dev/fd';

/**
 * Names here begin with `_tcx_`, because assigning to a variable of the command's environment would change it.
 * bash needs `execfail` to get past a failed exec, the others end there and run the trap.
 */
const onFailure = {
  bash: 'shopt -s execfail; _tcx_fail() { _tcx_code=$?; echo failed >>"$_tcx_meta"; exit "$_tcx_code"; }',
  sh: `_tcx_fail() { exit "$?"; }; trap 'echo failed >>"$_tcx_meta"' EXIT`,
};

/** Calls `_tcx_fail`. A pattern that matches nothing stays as it is: then nobody could say what is open, and nothing is started. */
const closeAllBut = (kept: readonly number[]) => `for _tcx_fd in ${descriptors}/*; do _tcx_fd=\${_tcx_fd##*/}
case $_tcx_fd in ${kept.join('|')}) ;; *[!0-9]*) echo "${descriptors} cannot be read" >&2; false || _tcx_fail ;; *) eval "exec $_tcx_fd>&-" || _tcx_fail ;; esac
done`;

/** Puts the parent first and the start last into the words of `$_tcx_stat`: on Linux fields 4 to 22 of /proc/<pid>/stat. */
const ownStat =
  process.platform === 'linux'
    ? { read: `read -r _tcx_stat </proc/self/stat; _tcx_stat=\${_tcx_stat##*) ? }`, skip: 18, start: '$1' }
    : { read: '_tcx_stat=$(LC_ALL=C TZ=UTC /bin/ps -o ppid=,lstart= -p $$)', skip: 1, start: '$*' };

/**
 * The process records itself, so that there is no instant in which it runs and nobody knows; and only while its parent is
 * the holder, or it would begin after tcxd has looked at what a dead one left.
 */
const record = (holder: number) => `${ownStat.read}
_tcx_record() { [ "$1" = ${holder} ] || { echo "its holder died" >&2; return 1; }; shift ${ownStat.skip}; echo "$$ ${ownStat.start}" >>"$_tcx_meta"; }
_tcx_record $_tcx_stat || _tcx_fail`;

const limitFlags: Readonly<Record<LimitName, string>> = {
  as: 'v',
  core: 'c',
  cpu: 't',
  data: 'd',
  fsize: 'f',
  nofile: 'n',
  stack: 's',
};

/** In the shell's own unit, rounded down; bash counts core and file sizes in blocks of 1024 unless it was told to be POSIX. */
function limitValue({ name, value }: Limit, blockBytes: number): string {
  if (value === 'unlimited') return value;
  if (name === 'cpu' || name === 'nofile') return String(value);
  return String(Math.floor(value / (name === 'core' || name === 'fsize' ? blockBytes : 1024)));
}

const redirection: Readonly<Record<Opened['mode'], string>> = { r: '<', w: '>', a: '>>', rw: '<>' };

function script(kind: Chosen['kind'], spec: RunSpec, holder: number): string {
  const opens = spec.opens ?? [];
  const blockBytes = kind === 'bash' && !('POSIXLY_CORRECT' in spec.env) ? 1024 : 512;
  return [
    '_tcx_meta=$1; shift',
    onFailure[kind],
    closeAllBut([0, 1, 2]),
    ...opens.map(({ fd, mode }, index) => `exec ${fd}${redirection[mode]}"\${${index + 1}}" || _tcx_fail`),
    opens.length > 0 ? `shift ${opens.length}` : ':',
    record(holder),
    // After the record: a limit on file sizes holds for that one too.
    `umask ${spec.umask.toString(8).padStart(4, '0')} || _tcx_fail`,
    ...(spec.limits ?? []).map(
      (limit) =>
        `ulimit ${limit.soft ? '-S ' : ''}-${limitFlags[limit.name]} ${limitValue(limit, blockBytes)} || _tcx_fail`,
    ),
    'exec "$@"',
    '_tcx_fail',
  ].join('\n');
}

const bashOptions = ['--norc', '-p', '-c'];

/** The command to start in place of `program`; strings reach the shell as parameters only, the script holds numbers. */
export function withPrologue(from: Origin, spec: RunSpec, program: string, meta: string): Launch | string {
  const shell = choose(from.shells, spec, from.leaks);
  if (typeof shell === 'string') return shell;
  const parameters = [meta, ...(spec.opens ?? []).map(({ path }) => path), program, ...spec.args];
  const options = shell.kind === 'bash' ? bashOptions : ['-c'];
  return { file: shell.path, args: [...options, script(shell.kind, spec, from.holder), 'tcx', ...parameters] };
}

/** A command that starts with only the descriptors `kept` open and writes no core file, where there is a bash to see to it. */
export function withOnly(
  kept: readonly number[],
  shells: Shells,
  [file, ...args]: readonly [string, ...string[]],
): Launch {
  if (shells.bash === undefined) return { file, args };
  const text = `_tcx_fail() { exit 1; }\n${closeAllBut(kept)}\nulimit -S -c 0\nexec "$@"`;
  return { file: shells.bash, args: [...bashOptions, text, 'tcx', file, ...args] };
}

/** A shell's complaint without its own name and line, which each shell puts in another order. */
export const plainComplaint = (text: string) => text.trim().replace(/^tcx: (exec: )?(line )?\d+: (exec: )?/, '');
