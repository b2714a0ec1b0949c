/** Crash loops: a daemon that died three times within 10 s of its start comes up in safe mode, where nothing resumes by itself. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const soonMs = 10_000;
const deaths = 3;

interface Start {
  readonly at: number;
  /** Still there 10 s later, or ended on purpose. */
  readonly well: boolean;
}

export interface Starts {
  readonly safeMode: boolean;
  /** This daemon has lived long enough, or ends on purpose. */
  readonly well: () => void;
}

export function noteStart(home: string, now: number): Starts {
  const file = join(home, 'run', 'starts.json');
  const before = read(file).slice(-deaths);
  const safeMode = before.length === deaths && before.every(({ well }) => !well);
  /** Only a note for the next start: a home that is full or gone must not keep this daemon from what it does. */
  const write = (well: boolean) => {
    try {
      writeFileSync(file, JSON.stringify([...before, { at: now, well }].slice(-deaths)), { mode: 0o600 });
    } catch {}
  };
  write(false);
  const timer = setTimeout(() => write(true), soonMs);
  timer.unref();
  return {
    safeMode,
    well: () => {
      clearTimeout(timer);
      write(true);
    },
  };
}

function read(file: string): Start[] {
  try {
    const starts: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return Array.isArray(starts) ? (starts as Start[]) : [];
  } catch {
    return [];
  }
}

/** What every client is told then. */
export const safeModeText =
  'tcxd died three times right after its start: safe mode, nothing resumes by itself. A word to a session goes on with it; tcx daemon restart leaves safe mode.';
