/** The first start as a matter of files: whether it is one, and keeping what was chosen. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
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

/** Before everything that is in config.toml, where a key of the top level may always stand. */
export function keepChoice(path: string, provider: string) {
  const before = read(path);
  if (/^\s*model_provider\s*=/m.test(before)) return;
  writeFileSync(`${path}.new`, `model_provider = "${provider}"\n${before}`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
