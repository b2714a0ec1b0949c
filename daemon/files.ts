/** Bytes on a disk for good: writes that are whole, and folders that still have their files after a power cut. */
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';

export async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}

/** A new file is only there after a power cut when its folder was synced, and so with each folder that is new: up to `to`. */
export async function syncFolders(from: string, to: string): Promise<void> {
  for (let path = from; ; path = dirname(path)) {
    const folder = await open(path, 'r');
    await folder.sync().finally(() => folder.close());
    if (path === to || path === dirname(path)) return;
  }
}
