/** Reads a whole file of bounded size, and hashes one of any size. Only regular files: a pipe or device would never end. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { FileProblem, hasCode, unlessMissing } from './os-error.ts';

const pieceBytes = 256 * 1024;

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** What a file is made of, without its content. */
export interface FileFacts {
  readonly mode: number;
  readonly size: number;
  /** Device and inode: the same for every name of a file. */
  readonly identity: string;
}

/** Opens without waiting, so that a named pipe is told from a file before it blocks. */
export async function openFile(path: string): Promise<{ handle: FileHandle; facts: FileFacts }> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = await handle.stat({ bigint: true });
    if (found.isDirectory()) throw directory();
    if (!found.isFile()) throw new FileProblem('not a regular file');
    const facts = { mode: Number(found.mode) & 0o777, size: Number(found.size), identity: `${found.dev}:${found.ino}` };
    return { handle, facts };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** As the system says it when one reads a directory. */
const directory = () => Object.assign(new Error('EISDIR'), { code: 'EISDIR', errno: -21 });

export async function readFileBytes(path: string, limit: number): Promise<{ bytes: Buffer; facts: FileFacts }> {
  const { handle, facts } = await openFile(path);
  try {
    const pieces: Buffer[] = [];
    let length = 0;
    for await (const piece of piecesOf(handle)) {
      length += piece.length;
      if (length > limit) throw new FileProblem(`larger than ${limit / 1024 / 1024} MiB`);
      pieces.push(piece);
    }
    return { bytes: Buffer.concat(pieces, length), facts };
  } finally {
    await handle.close();
  }
}

/** The SHA-256 of a file in hex; null when there is none. */
export async function hashFile(path: string): Promise<string | null> {
  try {
    const { handle } = await openFile(path);
    const hash = createHash('sha256');
    try {
      for await (const piece of piecesOf(handle)) hash.update(piece);
    } finally {
      await handle.close();
    }
    return hash.digest('hex');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return null;
    throw error;
  }
}

/** A fresh buffer each time. */
async function* piecesOf(handle: FileHandle): AsyncGenerator<Buffer> {
  for (;;) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(pieceBytes), 0, pieceBytes, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

/** What is at `path`, symlinks followed; undefined when nothing is. */
export const kindAt = async (path: string): Promise<'file' | 'directory' | 'other' | undefined> => {
  const found = await unlessMissing(stat(path));
  return found && (found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other');
};
