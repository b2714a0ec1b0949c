/** Blobs as files of a home: named by the SHA-256 of their bytes, whole and synced before anything names them. */
import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolders, writeAll } from './files.ts';

export const isBlobHash = (hash: string) => /^[0-9a-f]{64}$/.test(hash);
export const blobFolder = (home: string) => join(home, 'blobs');
export const blobPath = (home: string, hash: string) => join(blobFolder(home), hash.slice(0, 2), hash);
/** The name of one that is being written. */
export const growingPath = (path: string) => `${path}.${randomBytes(6).toString('hex')}.new`;

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Answers the hash once a power cut cannot take the bytes any more. */
export async function keepBlob(home: string, bytes: Uint8Array): Promise<string> {
  const hash = hashOf(bytes);
  const path = blobPath(home, hash);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  if (!(await isRenewed(home, hash))) await writeNew(path, bytes);
  // Whoever wrote one that was there already may not have come to this yet.
  await syncFolders(dirname(path), home);
  return hash;
}

/**
 * Makes a blob that is there young again, so that no sweep takes it before it is named. It is looked at after that: a sweep
 * judges and unlinks in one turn of the event loop, so what is there now stays.
 */
async function isRenewed(home: string, hash: string): Promise<boolean> {
  const there = await chmod(blobPath(home, hash), 0o600).then(
    () => true,
    () => false,
  );
  return there && (await readBlob(home, hash)) !== undefined;
}

async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  const growing = growingPath(path);
  const file = await open(growing, 'wx', 0o600);
  try {
    await writeAll(file, bytes, 0).finally(() => file.datasync().finally(() => file.close()));
    await rename(growing, path);
  } catch (error) {
    await rm(growing, { force: true });
    throw error;
  }
}

/** Undefined when it is gone, or not what it was. */
export async function readBlob(home: string, hash: string): Promise<Buffer | undefined> {
  if (!isBlobHash(hash)) return undefined;
  try {
    const bytes = await readFile(blobPath(home, hash));
    return hashOf(bytes) === hash ? bytes : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
