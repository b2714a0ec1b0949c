/** grep_files: the files that have a line a pattern matches, newest first, by ripgrep or without it (tools.md §6.3). */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ReadUse } from '../../core/tools.ts';
import { type Answer, answer, interrupted, refusal } from './answer.ts';
import { searchTree } from './grep-tree.ts';
import { osError } from './os-error.ts';
import { ripgrep } from './ripgrep.ts';
import type { Found, Search } from './search.ts';

type GrepUse = Extract<ReadUse, { name: 'grep_files' }>;

export interface GrepPlace {
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** Where ripgrep is; without it the files are searched here. */
  readonly rg?: string;
  readonly timeoutMs?: number;
}

const defaultTimeoutMs = 30_000;

export async function grepFiles(use: GrepUse, { cwd, signal, rg, timeoutMs }: GrepPlace): Promise<Answer> {
  if (use.pattern.trim() === '') return refusal('pattern must not be empty');
  if (use.limit === 0) return refusal('limit must be greater than zero');
  const path = resolve(cwd, use.path ?? '.');
  const closed = await inaccessible(path);
  if (closed) return refusal(closed);
  const limitMs = timeoutMs ?? defaultTimeoutMs;
  const timeout = AbortSignal.timeout(limitMs);
  const search: Search = { ...use, cwd, path, signal: AbortSignal.any([signal, timeout]) };
  const found = await find(search, rg);
  if (signal.aborted) return interrupted;
  if (timeout.aborted) return refusal(`rg timed out after ${limitMs / 1000} seconds`);
  return told(found);
}

async function inaccessible(path: string): Promise<string | undefined> {
  try {
    await stat(path);
    return undefined;
  } catch (error) {
    return `unable to access \`${path}\`: ${osError(error)}`;
  }
}

async function find(search: Search, rg: string | undefined): Promise<Found> {
  const found: Found = rg === undefined ? { kind: 'unavailable' } : await ripgrep(rg, search);
  return found.kind === 'unavailable' ? searchTree(search) : found;
}

function told(found: Found): Answer {
  if (found.kind === 'unavailable') throw new Error('a search of our own is always available');
  if (found.kind === 'failed') return refusal(`rg failed: ${found.why}`);
  return found.paths.length === 0 ? refusal('No matches found.') : answer(found.paths.join('\n'));
}
