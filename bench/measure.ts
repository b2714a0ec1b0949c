/** How the figures are taken: whole processes, medians, pairs in one run. Nothing here knows tcx. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error('nothing was measured');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** What two figures share is taken once. */
export function shared<Value>(take: () => Promise<Value>): () => Promise<Value> {
  let taken: Promise<Value> | undefined;
  return () => {
    taken ??= take();
    return taken;
  };
}

export interface Process {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Times {
  /** From start to exit, in ms. */
  readonly wall: number;
  /** CPU of the process and its children that it waited for, in ms. */
  readonly cpu: number;
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

/** Bash accounts for what a process used: of a dead one nothing can be read any more. */
export async function times({ file, args, cwd, env }: Process): Promise<Times> {
  const timed = ['-c', 'TIMEFORMAT="%3R %3U %3S"; time "$@" >/dev/null 2>&1', 'bash', file, ...args];
  const child = spawn('bash', timed, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += String(chunk);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${code}`);
  const [real, user, system] = said.trim().split(' ').map(Number);
  return { wall: real! * 1000, cpu: (user! + system!) * 1000 };
}

export interface Runs {
  readonly runs: number;
  /** How many at first are thrown away: they fill caches. */
  readonly warm?: number;
}

/** Medians of two things done in turn, so that whatever else the machine does falls on both. */
export async function pair(
  a: () => Promise<number>,
  b: () => Promise<number>,
  { runs, warm = 2 }: Runs,
): Promise<{ a: number; b: number }> {
  const took = { a: [] as number[], b: [] as number[] };
  for (let run = 0; run < runs + warm; run++) {
    const [first, second] = [await a(), await b()];
    if (run < warm) continue;
    took.a.push(first);
    took.b.push(second);
  }
  return { a: median(took.a), b: median(took.b) };
}
