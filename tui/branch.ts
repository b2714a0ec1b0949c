/** The branch a folder is on, read from git's own files: no process is started for a line of status. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export function branchOf(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const head = headFile(join(at, '.git'));
    if (head !== undefined) return branch(head);
    if (at === dirname(at)) return undefined;
  }
}

/** A worktree's `.git` is a file that names the folder. */
function headFile(path: string): string | undefined {
  try {
    if (statSync(path).isDirectory()) return join(path, 'HEAD');
    const place = /^gitdir: (.+)$/m.exec(readFileSync(path, 'utf8'))?.[1];
    return place && join(resolve(dirname(path), place.trim()), 'HEAD');
  } catch {
    return undefined;
  }
}

function branch(file: string): string | undefined {
  try {
    const head = readFileSync(file, 'utf8').trim();
    return /^ref: refs\/heads\/(.+)$/.exec(head)?.[1] ?? head.slice(0, 8);
  } catch {
    return undefined;
  }
}
