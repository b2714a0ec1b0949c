/**
 * A command's output on disk while it runs: the first part for ever, then the newest, never more than its limit. Writes are
 * gathered, so that a chatty command costs the disk its bytes and not a write a line.
 */
import {
  closeSync,
  fsync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import type { End, Size, Sized, Slice } from './protocol.ts';
import {
  endPath,
  metaLine,
  metaPath,
  readMeta,
  readSegments,
  type Segment,
  segmentPath,
  sizesPath,
  sizesText,
  sizesWithin,
} from './spool-files.ts';

/** After a write, output waits in memory for at most this long or this much; it is what a killed holder can lose. */
const gatherMs = 25;
const gatherBytes = 64 * 1024;
/** Changes of size that are remembered; dragging a window makes hundreds. The newest replaces the last one then. */
const maxSizes = 256;

export class Spool {
  readonly dir: string;
  /** On disk, in order; the last one is being written. */
  readonly #segments: Segment[] = [];
  readonly #sizes: Sized[] = [];
  readonly #part: number;
  #pending: Buffer[] = [];
  #flushed = 0;
  #total = 0;
  #fd: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #sizesChanged = false;
  #gone = false;

  /** A third of `limit` is kept of the head, and between one and two thirds of the tail. */
  private constructor(dir: string, limit: number, size: Size | undefined) {
    this.dir = dir;
    this.#part = Math.floor(limit / 3);
    if (size) this.#sizes.push({ at: 0, cols: size.cols, rows: size.rows });
  }

  /** Undefined when the key has a spool already: some holder began it before. */
  static create(dir: string, limit: number, meta: Parameters<typeof metaLine>[0]): Spool | undefined {
    if (!makeDir(dir)) return undefined;
    try {
      writeFileSync(metaPath(dir), metaLine(meta), { mode: 0o600, flag: 'wx' });
    } catch (error) {
      rmSync(dir, { recursive: true, force: true });
      throw error;
    }
    return new Spool(dir, limit, meta.size);
  }

  get total(): number {
    return this.#total;
  }

  append(bytes: Buffer): void {
    if (this.#gone || bytes.length === 0) return;
    this.#pending.push(bytes);
    this.#total += bytes.length;
    if (!this.#timer || this.#total - this.#flushed >= gatherBytes) this.flush();
    this.#flushSoon();
  }

  resized({ cols, rows }: Size): void {
    const last = this.#sizes.at(-1);
    if (last && (last.at === this.#total || this.#sizes.length >= maxSizes)) this.#sizes.pop();
    this.#sizes.push({ at: this.#total, cols, rows });
    this.#sizesChanged = true;
    this.#flushSoon();
  }

  sizes(from: number, to: number): Sized[] {
    return sizesWithin(this.#sizes, from, to);
  }

  /** As much as there is in one stretch, from disk and from what waits for it. */
  read(from: number, limit: number): Slice {
    if (from >= this.#flushed) return this.#readPending(from, limit);
    const disk = readSegments(this.dir, this.#segments, from, limit);
    if (disk.bytes.length > 0 && (disk.next < this.#flushed || disk.bytes.length >= limit)) return disk;
    const rest = this.#readPending(this.#flushed, limit - disk.bytes.length);
    if (disk.bytes.length === 0) return { ...rest, gap: rest.from - from };
    return { ...disk, bytes: Buffer.concat([disk.bytes, rest.bytes]), next: rest.next };
  }

  #readPending(from: number, limit: number): Slice {
    const end = Math.min(this.#total, from + limit);
    let at = this.#flushed;
    const parts: Buffer[] = [];
    for (const chunk of this.#pending) {
      const [start, stop] = [Math.max(from - at, 0), Math.min(end - at, chunk.length)];
      if (start < stop) parts.push(chunk.subarray(start, stop));
      at += chunk.length;
    }
    return { from, bytes: parts.length === 1 ? parts[0]! : Buffer.concat(parts), next: Math.max(from, end), gap: 0 };
  }

  #flushSoon(): void {
    this.#timer ??= setTimeout(() => this.flush(), gatherMs);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#gone) return;
    const chunks = this.#pending;
    this.#pending = [];
    try {
      for (const chunk of chunks) this.#write(chunk);
      if (this.#sizesChanged) writeFileSync(sizesPath(this.dir), sizesText(this.#sizes), { mode: 0o600 });
      this.#sizesChanged = false;
    } catch {
      // A full disk: what could not be written becomes a gap, and the next bytes begin a new segment.
      this.#closeSegment();
    }
    this.#flushed = this.#total;
  }

  #write(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      const segment = this.#segmentWithRoom();
      const wrote = writeSync(this.#fd!, chunk, at, Math.min(chunk.length - at, this.#part - segment.length));
      segment.length += wrote;
      this.#flushed += wrote;
      at += wrote;
    }
  }

  #segmentWithRoom(): Segment {
    const current = this.#segments.at(-1);
    if (current && this.#fd !== undefined && current.length < this.#part) return current;
    this.#closeSegment();
    while (this.#segments.length > 2) unlinkSync(segmentPath(this.dir, this.#segments.splice(1, 1)[0]!.start));
    const segment = { start: this.#flushed, length: 0 };
    this.#fd = openSync(segmentPath(this.dir, segment.start), 'wx', 0o600);
    this.#segments.push(segment);
    return segment;
  }

  #closeSegment(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
    const last = this.#segments.at(-1);
    if (last?.length === 0) {
      this.#segments.pop();
      rmSync(segmentPath(this.dir, last.start), { force: true });
    }
  }

  /** No more output comes. What is there can still be read. */
  close(): void {
    this.flush();
    this.#closeSegment();
  }

  /**
   * How it ended, durable: a power cut leaves the whole file or none. Only the sync is left to another thread, so that
   * nothing of ours appears in a folder that is being removed.
   */
  writeEnd(end: End, done: (error: unknown) => void): void {
    const path = `${endPath(this.dir)}.new`;
    try {
      const fd = openSync(path, 'w', 0o600);
      writeSync(fd, JSON.stringify(end));
      fsync(fd, (error) => {
        closeSync(fd);
        if (!this.#gone) renameSync(path, endPath(this.dir));
        done(error);
      });
    } catch (error) {
      done(error);
    }
  }

  remove(): void {
    this.close();
    this.#gone = true;
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** A folder without a whole `meta` is one that a dying holder left, before it started anything. */
function makeDir(dir: string): boolean {
  try {
    mkdirSync(dir, { mode: 0o700 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (readMeta(dir)) return false;
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir, { mode: 0o700 });
    return true;
  }
}
