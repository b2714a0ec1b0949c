/** How the figures are taken: whole processes, medians, pairs in one run. Nothing here knows tcx. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export interface Process {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** From start to exit, in ms; a failure is an error of the bench. */
export async function wall({ file, args, cwd, env }: Process): Promise<number> {
  const started = performance.now();
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += String(chunk);
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  const took = performance.now() - started;
  if (code !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${code}: ${said.slice(0, 500)}`);
  return took;
}

/** Medians of two commands run in turn, so that whatever else the machine does falls on both. */
export async function pair(
  a: () => Promise<number>,
  b: () => Promise<number>,
  runs: number,
): Promise<{ a: number; b: number }> {
  const took = { a: [] as number[], b: [] as number[] };
  for (let run = 0; run < runs + 2; run++) {
    const [first, second] = [await a(), await b()];
    // The first two fill caches.
    if (run < 2) continue;
    took.a.push(first);
    took.b.push(second);
  }
  return { a: median(took.a), b: median(took.b) };
}

const ticksPerSecond = 100;

/** CPU time of a process so far, user and system, in ms (Linux). */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
}

/** Resident memory in bytes. */
export function rss(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}

/** Bytes a process made the system write to storage, less those of files deleted before they got there. */
export function writtenBytes(pid: number): number {
  const io = readFileSync(`/proc/${pid}/io`, 'utf8');
  const field = (name: string) => Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(io)?.[1] ?? 0);
  return field('write_bytes') - field('cancelled_write_bytes');
}
