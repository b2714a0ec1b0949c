/** list_dir: the tree below a directory, sorted, a page at a time (tools.md §6.2). */
import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { ReadUse } from '../../core/tools.ts';
import { firstBytes } from '../../core/truncate.ts';
import { type Answer, answer, interrupted, refusal } from './answer.ts';
import { hasCode, isOfFile, osError } from './os-error.ts';

type ListDirUse = Extract<ReadUse, { name: 'list_dir' }>;

const maxNameBytes = 500;
/** Of one answer, whatever the model asks for. */
const maxEntries = 10_000;

export async function listDir(use: ListDirUse, { signal }: { readonly signal: AbortSignal }): Promise<Answer> {
  const wrong = mistake(use);
  if (wrong) return refusal(wrong);
  try {
    return await page(use, signal);
  } catch (error) {
    if (!isOfFile(error)) throw error;
    return refusal(`failed to read directory: ${osError(error)}`);
  }
}

function mistake({ path, offset, limit, depth }: ListDirUse): string | undefined {
  if (offset === 0) return 'offset must be a 1-indexed entry number';
  if (limit === 0) return 'limit must be greater than zero';
  if (depth === 0) return 'depth must be greater than zero';
  return isAbsolute(path) ? undefined : 'dir_path must be an absolute path';
}

async function page({ path, offset, limit, depth }: ListDirUse, signal: AbortSignal): Promise<Answer> {
  const most = Math.min(limit, maxEntries);
  const lines = [`Absolute path: ${path}`];
  let seen = 0;
  for await (const line of tree(path, depth, '')) {
    if (signal.aborted) return interrupted;
    if (++seen < offset) continue;
    if (lines.length > most) {
      lines.push(`More than ${most} entries found`);
      break;
    }
    lines.push(line);
  }
  return seen > 0 && seen < offset ? refusal('offset exceeds directory entry count') : answer(lines.join('\n'));
}

/** Entries in the order they are shown. Each directory is read when its turn comes, so that the first page is cheap. */
async function* tree(path: string, depth: number, indent: string): AsyncGenerator<string> {
  for (const entry of await sortedEntries(path, indent === '')) {
    yield `${indent}${firstBytes(entry.name, maxNameBytes)}${suffix(entry)}`;
    if (entry.isDirectory() && depth > 1) yield* tree(join(path, entry.name), depth - 1, `${indent}  `);
  }
}

/** Below the first directory, one that is gone or closed to us is shown without its content. */
async function sortedEntries(path: string, first: boolean): Promise<Dirent[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (!first && hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM')) return [];
    throw error;
  }
}

function suffix(entry: Dirent): string {
  if (entry.isSymbolicLink()) return '@';
  if (entry.isDirectory()) return '/';
  return entry.isFile() ? '' : '?';
}
