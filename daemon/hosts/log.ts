/** One session's log file: opened from its last checkpoint, appended to, read by seq. Damage stays in the one file. */
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { apply, type Commit, emptyTree, type Tree } from '../../actors/drive.ts';
import type { SessionId } from '../../core/ids.ts';
import { foldMeta, type Meta } from '../../core/meta.ts';
import { ROWS_VERSION, type Row } from '../../core/rows.ts';
import {
  type Checkpoint,
  checkpointStart,
  decode,
  encode,
  type ForkedFrom,
  type Line,
  type Places,
  type Poison,
} from './line.ts';

const checkpointEveryBytes = 256 * 1024;
const placeEveryBytes = 64 * 1024;
const placesLimit = 512;
const chunkBytes = 64 * 1024;
/** A line longer than this is damage, not data. */
const lineLimit = 256 * 1024 * 1024;

export class DamagedLog extends Error {
  constructor(path: string, offset: number) {
    super(`${path} cannot be read at byte ${offset}`);
    this.name = 'DamagedLog';
  }
}

/** Sessions lie by the day they began, which a UUIDv7 tells (UTC). */
export function logPath(home: string, session: SessionId): string {
  const day = new Date(Number.parseInt(session.replace('-', '').slice(0, 12), 16)).toISOString().slice(0, 10);
  return join(home, 'sessions', ...day.split('-'), `${session}.jsonl`);
}

export interface OpenedLog {
  readonly log: Log;
  readonly tree: Tree;
  readonly meta: Meta;
  readonly poison?: Poison;
}

export class Log {
  readonly #file: FileHandle;
  readonly path: string;
  readonly session: SessionId;
  readonly fork: ForkedFrom | undefined;
  /** Bytes of whole lines; what a torn write leaves after them is cut off before the next. */
  #length: number;
  #sinceCheckpoint: number;
  #places: [seq: number, offset: number][];
  readonly #home: string;

  private constructor(
    home: string,
    path: string,
    file: FileHandle,
    head: { session: SessionId; fork?: ForkedFrom },
    length: number,
  ) {
    this.#home = home;
    this.path = path;
    this.#file = file;
    this.session = head.session;
    this.fork = head.fork;
    this.#length = length;
    this.#sinceCheckpoint = 0;
    this.#places = [];
  }

  get length() {
    return this.#length;
  }

  /** Throws EEXIST when the session is there already. */
  static async create(home: string, session: SessionId, fork?: ForkedFrom): Promise<Log> {
    const path = logPath(home, session);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
    const log = new Log(home, path, file, { session, ...(fork && { fork }) }, 0);
    await log.#write(encode({ log: { session, rows: ROWS_VERSION, ...(fork && { fork }) } }));
    return log;
  }

  /** The state at the last whole commit. A torn last line is cut off; damage before it throws DamagedLog. */
  static async open(home: string, session: SessionId): Promise<OpenedLog> {
    const path = logPath(home, session);
    const file = await open(path, constants.O_RDWR);
    try {
      return await Log.#restore(home, path, file);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  static async #restore(home: string, path: string, file: FileHandle): Promise<OpenedLog> {
    const { size } = await file.stat();
    const head = await readHead(file, path);
    const log = new Log(home, path, file, head, 0);
    const start = await lastCheckpoint(file, size);
    const from = start?.offset ?? 0;
    log.#length = from;
    let tree = emptyTree(head.session);
    let meta: Meta | undefined;
    let poison: Poison | undefined;
    for await (const { text, offset, end } of lines(file, from, size)) {
      const line = end > size ? undefined : decode(text);
      if (!line) {
        if (end < size) throw new DamagedLog(path, offset);
        break;
      }
      if ('checkpoint' in line) {
        ({ tree, meta } = line.checkpoint);
        log.#places = line.checkpoint.places.map(([seq, at]) => [seq, at]);
        log.#sinceCheckpoint = 0;
      } else if ('commit' in line) {
        log.#place(line.commit, offset);
        tree = apply(tree, line.commit);
        meta = foldMeta(meta, line.commit.rows);
        log.#sinceCheckpoint += end - offset;
        poison = undefined;
      } else if ('poison' in line) poison = line.poison;
      log.#length = end;
    }
    if (log.#length < size) await file.truncate(log.#length);
    if (!meta && head.fork) throw new DamagedLog(path, log.#length);
    return { log, tree, meta: meta ?? foldMeta(undefined, []), ...(poison && { poison }) };
  }

  /** Appends one line and is durable in the file when it returns; `sync` makes it survive a power cut too. */
  async append(line: Line): Promise<void> {
    const offset = this.#length;
    const bytes = encode(line);
    await this.#write(bytes);
    if ('commit' in line) {
      this.#place(line.commit, offset);
      this.#sinceCheckpoint += bytes.length;
    } else if ('checkpoint' in line) this.#sinceCheckpoint = 0;
  }

  get wantsCheckpoint() {
    return this.#sinceCheckpoint >= checkpointEveryBytes;
  }
  get places(): Places {
    return this.#places;
  }

  sync = () => this.#file.datasync();
  close = () => this.#file.close();

  /** A half-written line, as a full disk leaves it, is cut off again, so that the file always ends in a whole one. */
  async #write(bytes: Buffer) {
    try {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, this.#length + done);
        done += bytesWritten;
      }
      this.#length += bytes.length;
    } catch (error) {
      await this.#file.truncate(this.#length).catch(() => {});
      throw error;
    }
  }

  /** Every second place goes when there are too many, so that the table's size does not grow with the log. */
  #place(commit: Commit, offset: number) {
    const [first] = commit.rows;
    const last = this.#places.at(-1);
    if (!first || (last && offset - last[1] < placeEveryBytes)) return;
    this.#places.push([first.seq, offset]);
    if (this.#places.length > placesLimit) this.#places = this.#places.filter((_, index) => index % 2 === 0);
  }

  /** The rows after `after`, at most `limit`, in order; those before a fork are read from where it came. */
  rows(after: number, limit: number): Promise<Row[]> {
    return readAll(
      { home: this.#home, file: this.#file, length: this.#length, places: this.#places, fork: this.fork },
      after,
      limit,
    );
  }
}

interface Readable {
  readonly home: string;
  readonly file: FileHandle;
  readonly length: number;
  readonly places: Places;
  readonly fork: ForkedFrom | undefined;
}

/** Reads a log without touching it: of one that is written to at the same time, the first `length` bytes. */
export async function readLog(
  home: string,
  session: SessionId,
  length: number | undefined,
  after: number,
  limit: number,
): Promise<Row[]> {
  const path = logPath(home, session);
  const file = await open(path, constants.O_RDONLY);
  try {
    const size = length ?? (await file.stat()).size;
    const head = await readHead(file, path);
    const places = (await lastCheckpoint(file, size))?.places ?? [];
    return await readAll({ home, file, length: size, places, fork: head.fork }, after, limit);
  } finally {
    await file.close();
  }
}

async function readAll(log: Readable, after: number, limit: number): Promise<Row[]> {
  const { fork } = log;
  const inherited =
    fork && after < fork.seq
      ? await readLog(log.home, fork.session, fork.bytes, after, Math.min(limit, fork.seq - after))
      : [];
  const own = await readRows(
    log.file,
    log.length,
    log.places,
    Math.max(after, fork?.seq ?? 0),
    limit - inherited.length,
  );
  return [...inherited.filter(({ seq }) => seq <= (fork?.seq ?? 0)), ...own];
}

async function readHead(file: FileHandle, path: string): Promise<{ session: SessionId; fork?: ForkedFrom }> {
  const { size } = await file.stat();
  for await (const { text } of lines(file, 0, size)) {
    const line = decode(text);
    if (line && 'log' in line) {
      if (line.log.rows > ROWS_VERSION)
        throw new Error(`${path} was written by a newer tcx (rows version ${line.log.rows})`);
      return line.log;
    }
    break;
  }
  throw new DamagedLog(path, 0);
}

async function readRows(
  file: FileHandle,
  length: number,
  places: Places,
  after: number,
  limit: number,
): Promise<Row[]> {
  if (limit <= 0) return [];
  const place = places.findLast(([seq]) => seq <= after + 1);
  const rows: Row[] = [];
  for await (const { text } of lines(file, place?.[1] ?? 0, length)) {
    if (!text.startsWith('{"commit":')) continue;
    const line = JSON.parse(text) as { commit: Partial<Commit> };
    for (const row of line.commit.rows ?? []) {
      if (row.seq > after) rows.push(row);
      if (rows.length >= limit) return rows;
    }
  }
  return rows;
}

/** Looks for the last whole checkpoint line from the end, a chunk at a time. */
async function lastCheckpoint(file: FileHandle, size: number): Promise<{ offset: number; places: Places } | undefined> {
  const start = Buffer.from(`\n${checkpointStart}`);
  let tail = Buffer.alloc(0);
  for (let offset = size; offset > 0; ) {
    const from = Math.max(0, offset - chunkBytes);
    tail = Buffer.concat([await readAt(file, from, offset - from), tail.subarray(0, start.length - 1)]);
    for (let at = tail.lastIndexOf(start); at >= 0; at = at === 0 ? -1 : tail.lastIndexOf(start, at - 1)) {
      const checkpoint = await checkpointAt(file, from + at + 1, size);
      if (checkpoint) return { offset: from + at + 1, places: checkpoint.places };
    }
    offset = from;
  }
  return undefined;
}

async function checkpointAt(file: FileHandle, offset: number, size: number): Promise<Checkpoint | undefined> {
  for await (const { text, end } of lines(file, offset, size)) {
    const line = end <= size ? decode(text) : undefined;
    return line && 'checkpoint' in line ? line.checkpoint : undefined;
  }
  return undefined;
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(buffer, done, length - done, offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return buffer.subarray(0, done);
}

/** The lines of a part of a file. `end` is the offset after the newline, beyond `to` for a line that has none. */
async function* lines(
  file: FileHandle,
  from: number,
  to: number,
): AsyncGenerator<{ text: string; offset: number; end: number }> {
  let offset = from;
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  for (let at = from; at < to; ) {
    const chunk = await readAt(file, at, Math.min(chunkBytes, to - at));
    if (chunk.length === 0) break;
    at += chunk.length;
    let begin = 0;
    for (let newline = chunk.indexOf(10); newline >= 0; newline = chunk.indexOf(10, begin)) {
      const line = Buffer.concat([...pending, chunk.subarray(begin, newline)]);
      pending = [];
      pendingBytes = 0;
      begin = newline + 1;
      yield { text: line.toString('utf8'), offset, end: offset + line.length + 1 };
      offset += line.length + 1;
    }
    if (begin < chunk.length) {
      pending.push(chunk.subarray(begin));
      pendingBytes += chunk.length - begin;
      if (pendingBytes > lineLimit) throw new Error(`a line of more than ${lineLimit} bytes at ${offset}`);
    }
  }
  if (pendingBytes > 0) yield { text: Buffer.concat(pending).toString('utf8'), offset, end: offset + pendingBytes + 1 };
}
