/** The words of the operating system for what went wrong with a file, as models know them from every other tool. */

const words: Readonly<Record<string, string>> = {
  EACCES: 'Permission denied',
  EBUSY: 'Device or resource busy',
  EDQUOT: 'Disk quota exceeded',
  EEXIST: 'File exists',
  EFBIG: 'File too large',
  EINVAL: 'Invalid argument',
  EIO: 'Input/output error',
  EISDIR: 'Is a directory',
  ELOOP: 'Too many levels of symbolic links',
  EMFILE: 'Too many open files',
  ENAMETOOLONG: 'File name too long',
  ENODEV: 'No such device',
  ENOENT: 'No such file or directory',
  ENOSPC: 'No space left on device',
  ENOTDIR: 'Not a directory',
  ENOTEMPTY: 'Directory not empty',
  ENXIO: 'No such device or address',
  EPERM: 'Operation not permitted',
  EROFS: 'Read-only file system',
  ETXTBSY: 'Text file busy',
  EXDEV: 'Invalid cross-device link',
};

/** A refusal of our own, in the same place as one of the system. */
export class FileProblem extends Error {}

/** `No such file or directory (os error 2)`. */
export function osError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, errno } = error as NodeJS.ErrnoException;
  const known = code === undefined ? undefined : words[code];
  if (known === undefined) return error.message;
  return errno === undefined ? known : `${known} (os error ${Math.abs(errno)})`;
}

export const hasCode = (error: unknown, ...codes: readonly string[]) =>
  error instanceof Error && codes.includes((error as NodeJS.ErrnoException).code ?? '');

/** Whether a file is at fault, and not we are. */
export const isOfFile = (error: unknown) =>
  error instanceof FileProblem || (error instanceof Error && (error as NodeJS.ErrnoException).code !== undefined);

/** Runs `attempt`; undefined when what it looks for is not there. */
export async function unlessMissing<Value>(attempt: Promise<Value>): Promise<Value | undefined> {
  try {
    return await attempt;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
