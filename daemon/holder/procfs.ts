/** What the system says of processes: when one started, which belong to a session; and signals that reach only the right ones. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const linux = process.platform === 'linux';

/** Clock ticks since the boot are only told from those of another boot with this beside them. macOS gives wall-clock time. */
let boot: string | undefined;
export function bootId(): string {
  boot ??= linux ? readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8) : '';
  return boot;
}

export const joinStart = (start: string, bootOfStart: string) =>
  bootOfStart === '' ? start : `${start}@${bootOfStart}`;

/** Fields 3 and on of /proc/<pid>/stat; the name before them may hold anything, also brackets and spaces. */
function statFields(pid: number | string): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

const startField = 19;
const sessionField = 3;

/** When a process started, as text that no other process of the same pid ever has; undefined when there is none. */
export function startTime(pid: number): string | undefined {
  if (linux) {
    const ticks = statFields(pid)?.[startField];
    return ticks === undefined ? undefined : joinStart(ticks, bootId());
  }
  try {
    const text = execFileSync('/bin/ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { LC_ALL: 'C', TZ: 'UTC' },
    });
    return text.trim().replace(/\s+/g, ' ') || undefined;
  } catch {
    return undefined;
  }
}

export const isSame = (pid: number, start: string) => startTime(pid) === start;

/** All processes of a session, its own process groups and background jobs included. Only Linux tells. */
export function sessionMembers(session: number): number[] {
  if (!linux) return [];
  const wanted = String(session);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && statFields(name)?.[sessionField] === wanted)
    .map(Number);
}

/** False when nobody is there to get it. */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH' || (error as NodeJS.ErrnoException).code === 'EPERM')
      return false;
    throw error;
  }
}

export const signalGroup = (group: number, signal: NodeJS.Signals): boolean => signalProcess(-group, signal);

/**
 * Ends a session for good, what moved itself into another process group of it too: a shell's background jobs do.
 * The leader must be known to live, or the number may be somebody else's by now.
 */
export function killSession(leader: number): boolean {
  const members = sessionMembers(leader);
  const sent = signalGroup(leader, 'SIGKILL');
  for (const pid of members) signalProcess(pid, 'SIGKILL');
  return sent;
}

/** Kills what is left of a command whose holder died, if its leader is still the process that was recorded. */
export const killLeft = (leader: number, start: string): boolean => isSame(leader, start) && killSession(leader);
