/** Whether this is a first start, as the files of the home say. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Nothing was ever chosen or said in this home. */
export function isFresh(home: string): boolean {
  if (existsSync(join(home, 'sessions'))) return false;
  try {
    return !/^\s*model(_provider)?\s*=/m.test(readFileSync(join(home, 'config.toml'), 'utf8'));
  } catch {
    return true;
  }
}
