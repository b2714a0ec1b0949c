/** What the system says of a process: CPU, memory, bytes written. Linux only. */
import { readdirSync, readFileSync } from 'node:fs';
import { sum } from './measure.ts';

/** CPU time of all threads of a process so far, in ms. Threads that ended are not in it. */
export function cpuMs(pid: number): number {
  const tasks = readdirSync(`/proc/${pid}/task`);
  return sum(tasks.map((task) => Number(read(`/proc/${pid}/task/${task}/schedstat`).split(' ')[0]))) / 1e6;
}

/** Begins to count; what it gives tells the CPU used since, as a share of one core in per cent. */
export function countCpu(pids: () => readonly number[]): () => number {
  const before = new Map(pids().map((pid) => [pid, cpuMs(pid)]));
  const started = performance.now();
  return () => {
    const used = pids().map((pid) => cpuMs(pid) - (before.get(pid) ?? 0));
    return (sum(used) / (performance.now() - started)) * 100;
  };
}

/** Resident memory in bytes. */
export const rss = (pid: number): number => 1024 * field(`/proc/${pid}/status`, 'VmRSS');

/** Memory in bytes, with what several processes share divided among them. */
export const pss = (pid: number): number => 1024 * field(`/proc/${pid}/smaps_rollup`, 'Pss');

/** Bytes of the pages a process made dirty and the system had, or has, to write; less those of files deleted before. */
export const dirtied = (pid: number): number =>
  field(`/proc/${pid}/io`, 'write_bytes') - field(`/proc/${pid}/io`, 'cancelled_write_bytes');

/** How often the main thread of a process has gone to sleep, and so was woken, so far. */
export const wakes = (pid: number): number => field(`/proc/${pid}/status`, 'voluntary_ctxt_switches');

/** A process and all that descend from it. */
export function treeOf(pid: number): number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return [pid, ...children.flatMap(treeOf)];
}

/** Every process whose environment has this home: also those that left whoever started them. */
export function livingIn(home: string): number[] {
  return readdirSync('/proc').flatMap((name) =>
    /^\d+$/.test(name) && read(`/proc/${name}/environ`).split('\0').includes(`HOME=${home}`) ? [Number(name)] : [],
  );
}

function field(file: string, name: string): number {
  const found = new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(read(file));
  if (!found) throw new Error(`${file} does not tell ${name}`);
  return Number(found[1]);
}

/** Empty when the process or thread has just ended, or is somebody else's. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}
