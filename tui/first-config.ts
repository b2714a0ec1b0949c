/** Writes the choice of the first start into config.toml, before everything that is there. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

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
