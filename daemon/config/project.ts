/** What a working directory belongs to: its project's root, and the repository whose trust it shares. */
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { ReadFile } from './file-cache.ts';

export interface Project {
  readonly root: string;
  /** From the root down to the working directory, both included. */
  readonly dirs: readonly string[];
}

/** The nearest folder at or above `cwd` that holds one of the markers; `cwd` itself when there is none. */
export async function findProject(cwd: string, markers: readonly string[]): Promise<Project> {
  const upwards = ancestors(cwd);
  const depth = await firstIndex(upwards, async (dir) => {
    const held = await Promise.all(markers.map((marker) => exists(join(dir, marker))));
    return held.includes(true);
  });
  const dirs = upwards.slice(0, depth < 0 ? 1 : depth + 1).reverse();
  return { root: dirs[0]!, dirs };
}

/** The root of the git repository around `dir`; for a linked worktree that of the main one. */
export async function repositoryRoot(dir: string, read: ReadFile): Promise<string | undefined> {
  const upwards = ancestors(dir);
  const depth = await firstIndex(upwards, (candidate) => exists(join(candidate, '.git')));
  const root = upwards[depth];
  return root && ((await mainWorktree(root, read)) ?? root);
}

const pointer = /^gitdir: (.+)\s*$/;

/**
 * The main worktree that a linked one at `root` belongs to. Its `.git` file could name any repository, one that is
 * trusted too, so it only counts when that repository knows of this worktree.
 */
async function mainWorktree(root: string, read: ReadFile): Promise<string | undefined> {
  const named = pointer.exec((await textOf(read, join(root, '.git'))) ?? '')?.[1];
  if (!named) return undefined;
  const gitDir = resolve(root, named);
  const [common, back] = await Promise.all([
    textOf(read, join(gitDir, 'commondir')),
    textOf(read, join(gitDir, 'gitdir')),
  ]);
  if (!common || !back) return undefined;
  const known = resolve(gitDir, back.trim());
  const main = resolve(gitDir, common.trim());
  const mutual = (await realOf(known)) === (await realOf(join(root, '.git')));
  return mutual && basename(main) === '.git' ? dirname(main) : undefined;
}

/** The path with symlinks followed, or as it is when it leads nowhere. */
export const realOf = (path: string): Promise<string> => realpath(path).catch(() => path);

/** `dir` and every folder above it, nearest first. */
function ancestors(dir: string): readonly string[] {
  const above = dirname(dir);
  return above === dir ? [dir] : [dir, ...ancestors(above)];
}

async function firstIndex<Item>(items: readonly Item[], test: (item: Item) => Promise<boolean>): Promise<number> {
  for (const [index, item] of items.entries()) if (await test(item)) return index;
  return -1;
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Git's own files hold one path. */
const maxPointerBytes = 8192;

/** A folder, which `.git` of a main worktree is, has no text. */
async function textOf(readFile: ReadFile, path: string): Promise<string | undefined> {
  const read = await readFile(path, maxPointerBytes);
  return read.kind === 'file' ? new TextDecoder().decode(read.bytes) : undefined;
}
