/** Blobs as clients bring and fetch them: piece by piece, checked against their name before anything can refer to them. */
import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { blobPath, growingPath, isBlobHash } from './blob-files.ts';
import { TcxError } from './errors.ts';
import { syncFolders, writeAll } from './files.ts';

const sizeLimit = 256 * 1024 * 1024;
/** Blobs that grow at the same time; the one that was begun first gives way. */
const growingLimit = 16;

interface Growing {
  readonly file: FileHandle;
  readonly path: string;
  size: number;
}

export class Blobs {
  readonly #home: string;
  readonly #growing = new Map<string, Growing>();

  constructor(home: string) {
    this.#home = home;
  }

  path = (hash: string) => blobPath(this.#home, hash);

  /** A piece, in order; one at 0 begins anew. The last one is checked against the hash, synced and given its name. */
  async put(hash: string, offset: number, bytes: Uint8Array, last: boolean): Promise<void> {
    if (!isBlobHash(hash))
      throw new TcxError('bad-blob', 'a blob is named by its SHA-256 in hex', 'send the hash of the bytes');
    if (offset === 0) await this.#begin(hash);
    const growing = this.#growing.get(hash);
    if (offset !== (growing?.size ?? 0) || !growing)
      throw new TcxError(
        'bad-blob',
        `the next piece begins at byte ${growing?.size ?? 0}, not ${offset}`,
        'send the pieces in order',
      );
    if (offset + bytes.length > sizeLimit)
      throw new TcxError('too-large', `a blob may have ${sizeLimit} bytes`, 'send less');
    growing.size += bytes.length;
    await writeAll(growing.file, bytes, offset);
    if (last) await this.#finish(hash, growing);
  }

  async get(hash: string, offset: number, limit: number): Promise<{ bytes: Uint8Array; size: number }> {
    const path = isBlobHash(hash) ? this.path(hash) : '';
    const file = await open(path, 'r').catch(() => {
      throw new TcxError(
        'no-blob',
        `there is no blob ${hash.slice(0, 12)}…`,
        'it may have been cleared away with its session',
      );
    });
    try {
      const { size } = await file.stat();
      const bytes = Buffer.alloc(Math.max(0, Math.min(limit, size - offset)));
      await file.read(bytes, 0, bytes.length, offset);
      return { bytes, size };
    } finally {
      await file.close();
    }
  }

  has = (hash: string) =>
    stat(this.path(hash)).then(
      () => true,
      () => false,
    );

  async #begin(hash: string) {
    await mkdir(dirname(this.path(hash)), { recursive: true, mode: 0o700 });
    const path = growingPath(this.path(hash));
    const growing = { file: await open(path, 'w+', 0o600), path, size: 0 };
    const [oldest] = this.#growing.has(hash) ? [hash] : this.#growing.size < growingLimit ? [] : this.#growing.keys();
    if (oldest !== undefined) await this.#drop(oldest);
    this.#growing.set(hash, growing);
  }

  async #drop(hash: string) {
    const { file, path } = this.#growing.get(hash)!;
    this.#growing.delete(hash);
    await file.close();
    await rm(path, { force: true });
  }

  async #finish(hash: string, { file, path }: Growing) {
    this.#growing.delete(hash);
    try {
      const digest = createHash('sha256');
      for await (const chunk of file.createReadStream({ start: 0, autoClose: false })) digest.update(chunk);
      await file.datasync();
      if (digest.digest('hex') !== hash)
        throw new TcxError('bad-blob', 'the bytes do not have this hash', 'send them again');
      await rename(path, this.path(hash));
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
    await syncFolders(dirname(path), this.#home);
  }
}
