/**
 * What a spool looks like on disk, for the holder that writes it and for the daemon that finds one whose holder died.
 * `run/spool/<key>/`: `meta` (a line of JSON before the launch, then `<pid> <start>` by the process itself, `failed` when
 * exec failed), `o<offset>` (output from that byte on), `sizes`, `end` (how it ended, by rename).
 */
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bootId, joinStart } from './procfs.ts';
import type { End, Size, Sized, Slice } from './protocol.ts';

export const spoolRoot = (run: string) => join(run, 'spool');

/** A key as a file name: readable, reversible, so no two keys share one. */
export const spoolDir = (run: string, key: string) =>
  join(spoolRoot(run), encodeURIComponent(key).replace(/^\./, '%2E'));

export const metaPath = (dir: string) => join(dir, 'meta');
export const endPath = (dir: string) => join(dir, 'end');
export const sizesPath = (dir: string) => join(dir, 'sizes');
export const segmentPath = (dir: string, start: number) => join(dir, `o${start}`);

export interface Meta {
  readonly key: string;
  readonly incarnation: string;
  readonly boot: string;
  readonly file: string;
  readonly cwd: string;
  readonly size?: Size;
}

/** The process of a spool; `start` as `procfs.ts` tells it. The leader is also its group and its session. */
export interface Leader {
  readonly pid: number;
  readonly start: string;
}

/** Keeps a meta small whatever the command: both are only for people to read. */
const shown = (path: string) => (path.length > 120 ? `…${path.slice(-119)}` : path);

export const metaLine = (meta: Omit<Meta, 'boot'>) =>
  `${JSON.stringify({ ...meta, file: shown(meta.file), cwd: shown(meta.cwd), boot: bootId() })}\n`;

export interface ReadMeta {
  readonly meta: Meta;
  /** Absent when the process died before it could exec. */
  readonly leader?: Leader;
  readonly execFailed: boolean;
}

/** Undefined when there is none, or only the first bytes of one. */
export function readMeta(dir: string): ReadMeta | undefined {
  try {
    const [first = '', ...rest] = readFileSync(metaPath(dir), 'utf8').split('\n');
    const meta = JSON.parse(first) as Meta;
    const execFailed = rest.includes('failed');
    const recorded = rest.map((line) => /^(\d+) (.+)$/.exec(line)).find((match) => match !== null);
    if (!recorded) return { meta, execFailed };
    return { meta, execFailed, leader: { pid: Number(recorded[1]), start: joinStart(recorded[2]!, meta.boot) } };
  } catch {
    return undefined;
  }
}

export function readEnd(dir: string): End | undefined {
  try {
    return JSON.parse(readFileSync(endPath(dir), 'utf8')) as End;
  } catch {
    return undefined;
  }
}

export const sizesText = (sizes: readonly Sized[]) =>
  sizes.map(({ at, cols, rows }) => `${at} ${cols} ${rows}\n`).join('');

/** The sizes a terminal had, in order; none for pipes. */
export function readSizes(dir: string, { size }: Meta): Sized[] {
  if (!size) return [];
  try {
    const lines = readFileSync(sizesPath(dir), 'utf8').matchAll(/^(\d+) (\d+) (\d+)$/gm);
    return [...lines].map(([, at, cols, rows]) => ({ at: Number(at), cols: Number(cols), rows: Number(rows) }));
  } catch {
    return [{ at: 0, cols: size.cols, rows: size.rows }];
  }
}

/** The sizes in force from byte `from` until before `to`. */
export function sizesWithin(sizes: readonly Sized[], from: number, to: number): Sized[] {
  const before = sizes.findLast(({ at }) => at <= from);
  const within = sizes.filter(({ at }) => at > from && at < to);
  return before ? [before, ...within] : within;
}

/** A stretch of output that one file holds. */
export interface Segment {
  readonly start: number;
  length: number;
}

/** All stretches of a spool that nobody writes any more, in order. */
export function segmentsOf(dir: string): Segment[] {
  return readdirSync(dir)
    .filter((name) => /^o\d+$/.test(name))
    .map((name) => ({ start: Number(name.slice(1)), length: statSync(join(dir, name)).size }))
    .sort((a, b) => a.start - b.start);
}

/** Output from byte `from` on, up to the first place where bytes are missing; starts behind a gap when `from` lies in one. */
export function readSegments(dir: string, segments: readonly Segment[], from: number, limit: number): Slice {
  const parts: Uint8Array[] = [];
  let begin = from;
  let next = from;
  for (const { start, length } of segments) {
    if (start + length <= next) continue;
    const at = Math.max(start, next);
    if (parts.length > 0 && (at > next || next - begin >= limit)) break;
    const part = readPart(segmentPath(dir, start), at - start, Math.min(start + length - at, limit - (next - begin)));
    if (part.length === 0) continue;
    if (parts.length === 0) begin = at;
    parts.push(part);
    next = at + part.length;
  }
  return { from: begin, bytes: parts.length === 1 ? parts[0]! : Buffer.concat(parts), next, gap: begin - from };
}

/** Empty when somebody took the file away: a gap then. */
function readPart(path: string, position: number, length: number): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(length);
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    let has = 0;
    for (let got = -1; has < length && got !== 0; has += got)
      got = readSync(fd, bytes, has, length - has, position + has);
    return bytes.subarray(0, has);
  } catch {
    return bytes.subarray(0, 0);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
