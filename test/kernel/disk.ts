/** A disk that fails on demand: the methods of every open file reject with what the test says. */
import { type FileHandle, open } from 'node:fs/promises';
import { vi } from 'vitest';

type Method = 'write' | 'datasync' | 'truncate';

/** The prototype all open files share; Node does not export it. */
export async function fileHandles(): Promise<FileHandle> {
  const handle = await open('/dev/null');
  await handle.close();
  return Object.getPrototypeOf(handle) as FileHandle;
}

/** `fail` is asked before each call; undone by `vi.restoreAllMocks()`. */
export async function disk(method: Method, fail: () => Error | undefined): Promise<void> {
  const proto = await fileHandles();
  const real = proto[method] as (...args: unknown[]) => Promise<unknown>;
  const broken = async function (this: FileHandle, ...args: unknown[]) {
    const error = fail();
    if (error) throw error;
    return real.apply(this, args);
  };
  vi.spyOn(proto, method).mockImplementation(broken as never);
}

export const enospc = () => Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
