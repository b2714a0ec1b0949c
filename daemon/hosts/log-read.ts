/** Reading a session's log file: its lines, its newest checkpoint from the end, its rows by seq. Nothing here writes. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { apply, emptyTree, type Tree } from '../../actors/tree.ts';
import type { SessionId } from '../../core/ids.ts';
import { foldMeta, type Meta } from '../../core/meta.ts';
import { ROWS_VERSION, type Row } from '../../core/rows.ts';
import { withBlobs } from './large.ts';
import {
  type Checkpoint,
  checkpointStart,
  commitStart,
  decode,
  type ForkedFrom,
  type Head,
  isLine,
  type Line,
  type Places,
  type Poison,
} from './line.ts';
import { unpack } from './packed.ts';

const chunkBytes = 64 * 1024;
/** A line longer than this is damage, not data. */
const lineLimit = 256 * 1024 * 1024;
/** So many zeros in a row are a page that never reached the disk before the power was cut, not a flipped bit. */
const unwritten = '\0'.repeat(64);

export class DamagedLog extends Error {
  constructor(path: string, offset: number) {
    super(`${path} is damaged at byte ${offset}`);
    this.name = 'DamagedLog';
  }
}
/** A file that was made and never got its first commit: nobody was told that the session exists. */
export class UnbornLog extends Error {
  constructor(path: string) {
    super(`${path} holds no session`);
    this.name = 'UnbornLog';
  }
}
export class NewerLog extends Error {
  constructor(path: string, rows: number) {
    super(`${path} was written by a newer tcx (rows version ${rows}, this one reads up to ${ROWS_VERSION})`);
    this.name = 'NewerLog';
  }
}

/** Sessions lie by the day they began, which a UUIDv7 tells (UTC). */
export function logPath(home: string, session: SessionId): string {
  const day = new Date(Number.parseInt(session.replace('-', '').slice(0, 12), 16)).toISOString().slice(0, 10);
  return join(home, 'sessions', ...day.split('-'), `${session}.jsonl`);
}

/** What a log says at its last whole line. */
export interface LogState {
  readonly head: Head;
  readonly tree: Tree;
  readonly meta: Meta;
  readonly poison?: Poison;
  /** Bytes up to the end of the last whole line; what is torn comes after. */
  readonly length: number;
  readonly places: Places;
  /** Bytes of commits since the newest checkpoint, and bytes of that checkpoint. */
  readonly since: number;
  readonly checkpoint: number;
}

/** Reads from the last checkpoint on. A torn end is left out; damage before it throws DamagedLog. */
export async function readState(home: string, path: string, file: FileHandle): Promise<LogState> {
  const { size } = await file.stat();
  const head = await readHead(file, path);
  const start = await lastCheckpoint(file, size);
  const fold = new Fold(head, start?.offset ?? 0);
  for await (const { text, offset, end } of lines(file, start?.offset ?? 0, size)) {
    const line = end > size ? undefined : decode(text);
    if (line) fold.take(await withBlobs(home, line), offset, end);
    else if (isTorn(text, end, size)) break;
    else throw new DamagedLog(path, offset);
  }
  return fold.state(path);
}

class Fold {
  readonly #head: Head;
  #tree: Tree;
  #meta: Meta | undefined;
  #poison: Poison | undefined;
  #length: number;
  #places: Places = [];
  #since = 0;
  #checkpoint = 0;

  constructor(head: Head, from: number) {
    this.#head = head;
    this.#tree = emptyTree(head.session);
    this.#length = from;
  }

  take(line: Line, offset: number, end: number) {
    if ('checkpoint' in line) {
      this.#tree = line.checkpoint.tree;
      this.#meta = line.checkpoint.meta;
      this.#places = line.checkpoint.places;
      this.#since = 0;
      this.#checkpoint = end - offset;
    } else if ('commit' in line) {
      if (line.base) {
        this.#tree = line.base.tree;
        this.#meta = line.base.meta;
      }
      const commit = unpack(line.commit, this.#tree);
      this.#places = withPlace(this.#places, commit.rows[0], offset);
      this.#tree = apply(this.#tree, commit);
      this.#meta = foldMeta(this.#meta, commit.rows);
      this.#since += end - offset;
      this.#poison = undefined;
    } else if ('poison' in line) this.#poison = line.poison;
    this.#length = end;
  }

  state(path: string): LogState {
    const { fork } = this.#head;
    if (this.#tree.seq <= (fork?.seq ?? 0)) throw new UnbornLog(path);
    return {
      head: this.#head,
      tree: this.#tree,
      meta: this.#meta ?? foldMeta(undefined, []),
      ...(this.#poison && { poison: this.#poison }),
      length: this.#length,
      places: this.#places,
      since: this.#since,
      checkpoint: this.#checkpoint,
    };
  }
}

/** A line that was being written when everything stopped: without its end, or with a page of it missing. */
const isTorn = (text: string, end: number, size: number) => end > size || text.includes(unwritten);

const placeEveryBytes = 64 * 1024;
const placesLimit = 512;

/** The table with one place more, if it is time for one; every second goes when there are too many. */
export function withPlace(places: Places, first: Row | undefined, offset: number): Places {
  const last = places.at(-1);
  if (!first || (last && offset - last[1] < placeEveryBytes)) return places;
  const more: Places = [...places, [first.seq, offset]];
  return more.length > placesLimit ? more.filter((_, index) => index % 2 === 0) : more;
}

/** Reads a log that nobody has open, without touching it. Of a damaged one there are the rows before the damage. */
export const readLog = (home: string, session: SessionId, after: number, limit: number): Promise<Row[]> =>
  withFile(logPath(home, session), async (file, path) => {
    const { size: length } = await file.stat();
    const { fork } = await readHead(file, path);
    const places = (await lastCheckpoint(file, length))?.places ?? [];
    return readRows({ home, path, file, length, places, fork, untilDamage: true }, after, limit);
  });

/** The rows a fork shares: its source may be written to at the same time, so only its first bytes are looked at. */
const readShared = (home: string, { session, bytes }: ForkedFrom, after: number, limit: number): Promise<Row[]> =>
  withFile(logPath(home, session), async (file, path) => {
    const { fork } = await readHead(file, path);
    const places = (await lastCheckpoint(file, bytes))?.places ?? [];
    return readRows({ home, path, file, length: bytes, places, fork }, after, limit);
  });

/** A log's state, and its rows, for whoever only looks. */
export const readWhole = <Value>(
  home: string,
  session: SessionId,
  use: (state: LogState, rows: (after: number, limit: number) => Promise<Row[]>) => Promise<Value>,
): Promise<Value> =>
  withFile(logPath(home, session), async (file, path) => {
    const state = await readState(home, path, file);
    const { length, places, head } = state;
    return use(state, (after, limit) => readRows({ home, path, file, length, places, fork: head.fork }, after, limit));
  });

async function withFile<Value>(path: string, use: (file: FileHandle, path: string) => Promise<Value>): Promise<Value> {
  const file = await open(path, constants.O_RDONLY);
  try {
    return await use(file, path);
  } finally {
    await file.close();
  }
}

export interface Readable {
  readonly home: string;
  readonly path: string;
  readonly file: FileHandle;
  readonly length: number;
  readonly places: Places;
  readonly fork: ForkedFrom | undefined;
  /** What lies before damage is better than nothing. */
  readonly untilDamage?: true;
}

/** The rows after `after`, at most `limit`, in order; those before a fork are read from where it came. */
export async function readRows(log: Readable, after: number, limit: number): Promise<Row[]> {
  const { fork, home } = log;
  if (limit <= 0) return [];
  const shared = fork && after < fork.seq ? Math.min(limit, fork.seq - after) : 0;
  const inherited = fork && shared > 0 ? await readShared(home, fork, after, shared) : [];
  return [...inherited, ...(await ownRows(log, Math.max(after, fork?.seq ?? 0), limit - inherited.length))];
}

async function ownRows(
  { home, path, file, length, places, untilDamage }: Readable,
  after: number,
  limit: number,
): Promise<Row[]> {
  if (limit <= 0) return [];
  const place = places.findLast(([seq]) => seq <= after + 1);
  const rows: Row[] = [];
  for await (const { text, offset, end } of lines(file, place?.[1] ?? 0, length)) {
    if (isLine(text) && !text.startsWith(commitStart)) continue;
    const line = decode(text);
    if (!line && (untilDamage || isTorn(text, end, length))) break;
    if (!line || !('commit' in line)) throw new DamagedLog(path, offset);
    if ((line.commit.rows?.at(-1)?.seq ?? 0) <= after) continue;
    for (const row of (await withBlobs(home, line)).commit.rows ?? []) {
      if (row.seq > after) rows.push(row);
      if (rows.length >= limit) return rows;
    }
  }
  return rows;
}

export async function readHead(file: FileHandle, path: string): Promise<Head> {
  const { size } = await file.stat();
  for await (const { text, end } of lines(file, 0, size)) {
    const line = decode(text);
    if (line && 'log' in line) {
      if (line.log.rows > ROWS_VERSION) throw new NewerLog(path, line.log.rows);
      return line.log;
    }
    if (isTorn(text, end, size)) break;
    throw new DamagedLog(path, 0);
  }
  throw new UnbornLog(path);
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

export async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(buffer, done, length - done, offset + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return buffer.subarray(0, done);
}

interface TextLine {
  readonly text: string;
  readonly offset: number;
  /** The offset after the newline; beyond the end of what is read for a line that has none. */
  readonly end: number;
}

async function* lines(file: FileHandle, from: number, to: number): AsyncGenerator<TextLine> {
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
