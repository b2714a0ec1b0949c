/**
 * Strings too large for a line of a log lie in blobs; the line has `blob:<hash>` in their place, and in `blobs` where those
 * places are. Whoever reads the line sees the string again, or `[expired]` when its blob is gone.
 */
import { keepBlob, readBlob } from '../blob-files.ts';
import { encode, type Line, type Stored } from './line.ts';

/** Bytes of a string that stay in its line. */
const largeBytes = 64 * 1024;
const mark = 'blob:';
export const expired = '[expired]';

/** The keys that lead to a value of a line. */
export type Path = readonly (string | number)[];

interface Large {
  readonly path: Path;
  readonly text: string;
}

/** The line's bytes; what is too large for it is on the disk by then. */
export async function encodeWithBlobs(home: string, line: Line): Promise<Buffer> {
  const found = largeStrings(line);
  if (found.length === 0) return encode(line);
  let light: unknown = line;
  for (const { path, text } of found) light = withValue(light, path, mark + (await keepBlob(home, Buffer.from(text))));
  return encode({ ...(light as Line), blobs: found.map(({ path }) => path) });
}

function largeStrings(line: Line): Large[] {
  const found: Large[] = [];
  const path: (string | number)[] = [];
  const look = (value: unknown) => {
    if (typeof value === 'string') {
      if (isLarge(value)) found.push({ path: [...path], text: value });
    } else if (Array.isArray(value)) value.forEach(lookAt);
    else if (value !== null && typeof value === 'object')
      for (const [key, inner] of Object.entries(value)) lookAt(inner, key);
  };
  const lookAt = (value: unknown, key: string | number) => {
    path.push(key);
    look(value);
    path.pop();
  };
  look(line);
  return found;
}

/** Half a surrogate pair has no bytes of its own: such a string stays in its line, where JSON has a way to write it. */
const isLarge = (text: string) =>
  text.length > largeBytes / 3 && Buffer.byteLength(text) > largeBytes && text.isWellFormed();

/** A copy with another value at the end of the path; what is beside the path is shared. */
function withValue(whole: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  const inner = withValue((whole as Record<string | number, unknown>)[key], rest, value);
  if (!Array.isArray(whole)) return { ...(whole as object), [key]: inner };
  return whole.with(Number(key), inner);
}

/** A line as it was before its large strings were taken out; changes and returns the one it is given. */
export async function withBlobs<Given extends Stored>(home: string, line: Given): Promise<Given> {
  for (const path of line.blobs ?? []) {
    const holder = at(line, path.slice(0, -1));
    const key = path.at(-1)!;
    const bytes = await readBlob(home, String(holder[key]).slice(mark.length));
    if (bytes) holder[key] = bytes.toString('utf8');
    else expire(line, path);
  }
  return line;
}

type Holder = Record<string | number, unknown>;
const at = (whole: unknown, path: Path) => path.reduce((value, key) => value[key] as Holder, whole as Holder);

/** A provider wants its own item back unchanged or not at all; everything else says that it is gone. */
function expire(line: unknown, path: Path) {
  const raw = path.indexOf('raw');
  if (path[1] === 'rows' && path[3] === 'body' && raw === 4) delete at(line, path.slice(0, raw)).raw;
  else at(line, path.slice(0, -1))[path.at(-1)!] = expired;
}
