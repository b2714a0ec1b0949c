/** Where a path really leads: what a permission is judged by, and what is written. */
import { readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { FileProblem, hasCode } from './os-error.ts';

const maxLinks = 40;

/**
 * The file that writing to `path` would change or make: symlinks followed in every part, also where the file, or what a
 * link points to, does not exist yet. `path` is absolute.
 */
export async function writeTarget(path: string, links = 0): Promise<string> {
  if (links > maxLinks) throw new FileProblem('Too many levels of symbolic links');
  try {
    return await realpath(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error;
  }
  const here = join(await writeTarget(dirname(path), links), basename(path));
  const link = await linkAt(here);
  return link === undefined ? here : writeTarget(resolve(dirname(here), link), links + 1);
}

/** The name that removing `path` would remove: a last link is not followed. */
export const entryTarget = async (path: string) => join(await writeTarget(dirname(path)), basename(path));

async function linkAt(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EINVAL')) return undefined;
    throw error;
  }
}
