/** Small files that are asked for again and again: read once, then only looked at. */
import { open, stat } from 'node:fs/promises';

/** `absent`: there is no such path. `irregular`: a folder, socket or the like. `failed`: a file that cannot be read. */
export type FileRead =
  | { readonly kind: 'absent' }
  | { readonly kind: 'irregular' }
  | { readonly kind: 'failed'; readonly why: string }
  /** The first `maxBytes` bytes; `size` is that of the whole file. */
  | { readonly kind: 'file'; readonly bytes: Uint8Array; readonly size: number };

interface Entry {
  readonly stamp: string;
  readonly read: FileRead;
}

export type ReadFile = (path: string, maxBytes: number) => Promise<FileRead>;

/**
 * Remembers the `limit` files that were used last. A file counts as unchanged while inode, size and both its times are;
 * the look comes before the read, so that a change in between is seen the next time. Symlinks are followed.
 */
export function createFileCache(limit: number): ReadFile {
  const entries = new Map<string, Entry>();
  return async (path, maxBytes) => {
    const key = `${maxBytes}:${path}`;
    const stamp = await stampOf(path);
    if (typeof stamp !== 'string') return stamp;
    const known = entries.get(key);
    entries.delete(key);
    const entry = known?.stamp === stamp ? known : { stamp, read: await read(path, maxBytes) };
    entries.set(key, entry);
    if (entries.size > limit) entries.delete(entries.keys().next().value!);
    return entry.read;
  };
}

async function stampOf(path: string): Promise<string | FileRead> {
  try {
    const { ino, size, mtimeNs, ctimeNs, isFile } = await lookAt(path);
    return isFile ? `${ino}:${size}:${mtimeNs}:${ctimeNs}` : { kind: 'irregular' };
  } catch (error) {
    return failure(error);
  }
}

async function lookAt(path: string) {
  const found = await stat(path, { bigint: true });
  return { ino: found.ino, size: found.size, mtimeNs: found.mtimeNs, ctimeNs: found.ctimeNs, isFile: found.isFile() };
}

async function read(path: string, maxBytes: number): Promise<FileRead> {
  try {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    const bytes = new Uint8Array(Math.min(size, maxBytes));
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return { kind: 'file', bytes: bytes.subarray(0, length), size };
  } catch (error) {
    return failure(error);
  }
}

/** A path through something that is no folder leads nowhere, too. */
function failure(error: unknown): FileRead {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR' ? { kind: 'absent' } : { kind: 'failed', why: message };
}
