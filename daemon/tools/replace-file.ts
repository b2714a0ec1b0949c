/** Puts new bytes in a file's place, so that readers and a crash see the old ones or the new ones and nothing between. */
import { constants } from 'node:fs';
import { chmod, type FileHandle, lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sha256 } from './file-bytes.ts';
import { FileProblem, hasCode, unlessMissing } from './os-error.ts';

export interface Replacement {
  /** A real path: every symlink in it is resolved. */
  readonly target: string;
  readonly bytes: Buffer;
  /** Permission bits; without them an existing file keeps its own and a new one gets what the umask leaves. */
  readonly mode?: number;
  readonly umask: number;
}

type Found = Awaited<ReturnType<typeof lstat>>;

export async function replaceFile({ target, bytes, mode, umask }: Replacement): Promise<void> {
  const found = await unlessMissing(lstat(target));
  // Nothing was a link here when the path was resolved.
  if (found?.isSymbolicLink()) throw new FileProblem('a symbolic link was put in its place');
  if (!found) await makeParents(dirname(target), umask);
  const bits = mode ?? (found ? Number(found.mode) & 0o777 : 0o666 & ~umask);
  if (found && Number(found.nlink) > 1) return overwrite(target, bytes, bits);
  const replaced = await byRename(target, bytes, bits, found);
  if (!replaced) await overwrite(target, bytes, bits);
}

/** Where a file's new bytes wait for its old ones to go; the name is known, so that a crash leaves nothing unknown. */
export const waitingPath = (target: string, hash: string) => join(dirname(target), `.tcx-${hash.slice(0, 24)}`);

/** False when this folder or owner does not allow it, so that the file has to be written where it is. */
async function byRename(target: string, bytes: Buffer, bits: number, found: Found | undefined): Promise<boolean> {
  const waiting = waitingPath(target, sha256(bytes));
  try {
    await rm(waiting, { force: true });
    const handle = await open(waiting, 'wx', 0o600);
    try {
      await fill(handle, bytes);
      if (found) await keepOwner(handle, found);
      await handle.chmod(bits);
    } finally {
      await handle.close();
    }
    await rename(waiting, target);
    return true;
  } catch (error) {
    await rm(waiting, { force: true }).catch(() => {});
    if (found && hasCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENAMETOOLONG')) return false;
    throw error;
  }
}

async function keepOwner(handle: FileHandle, { uid, gid }: Found) {
  const own = await handle.stat();
  if (own.uid !== uid || own.gid !== gid) await handle.chown(Number(uid), Number(gid));
}

/** For a file of several names, or of another owner: not atomic, but it stays the same file. */
async function overwrite(target: string, bytes: Buffer, bits: number) {
  const handle = await open(target, constants.O_WRONLY | constants.O_TRUNC | constants.O_NOFOLLOW);
  try {
    await fill(handle, bytes);
    if (((await handle.stat()).mode & 0o777) !== bits) await handle.chmod(bits);
  } finally {
    await handle.close();
  }
}

/** On the disk before it is named: a power cut leaves no empty file. */
async function fill(handle: FileHandle, bytes: Buffer) {
  await handle.writeFile(bytes);
  await handle.datasync();
}

async function makeParents(folder: string, umask: number): Promise<void> {
  if (await unlessMissing(lstat(folder))) return;
  await makeParents(dirname(folder), umask);
  try {
    await mkdir(folder);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return;
    throw error;
  }
  // The daemon's own umask is none of the person's files; what the parent hands down (setgid) stays.
  const { mode } = await lstat(folder);
  await chmod(folder, (mode & 0o7000) | (0o777 & ~umask));
}
