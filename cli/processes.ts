/** Whether a process of this user lives, and waiting for its end. */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const lookMs = 20;

/** A zombie, whose parent has not asked for its exit code yet, counts as ended. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true; // There is no /proc here, or it has ended since: the next look says so.
  }
}

/** The system does not tell of the end of other people's children, so it is looked at again and again. */
export async function ended(pid: number): Promise<void> {
  while (isAlive(pid)) await pause(lookMs);
}
