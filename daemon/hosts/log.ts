/** One session's log file, open to be appended to. What an append could not make durable is taken back before it is tried again. */
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Tree } from '../../actors/tree.ts';
import type { SessionId } from '../../core/ids.ts';
import type { Meta } from '../../core/meta.ts';
import { ROWS_VERSION, type Row } from '../../core/rows.ts';
import { syncFolders, writeAll } from '../files.ts';
import { encodeWithBlobs } from './large.ts';
import type { ForkedFrom, Head, Line, Places, Poison } from './line.ts';
import { logPath, readAt, readHead, readRows, readState, UnbornLog, withPlace } from './log-read.ts';

const checkpointEveryBytes = 256 * 1024;
/** A checkpoint takes at most this share of a log, however large its tree is. */
const checkpointShare = 1 / 4;

export interface OpenedLog {
  readonly log: Log;
  readonly tree: Tree;
  readonly meta: Meta;
  readonly poison?: Poison;
  /** The tree is not what the log says: the next commit has to bring it along. */
  readonly anew?: boolean;
}

export class Log {
  readonly #file: FileHandle;
  readonly #home: string;
  readonly path: string;
  readonly session: SessionId;
  readonly fork: ForkedFrom | undefined;
  /** Bytes of whole lines that count, and of those that a power cut cannot take. */
  #length = 0;
  #synced = 0;
  /** Something may lie after `#length` that could not be cut off; or before it that could not be synced. */
  #torn = false;
  #unsynced = false;
  #since = 0;
  #checkpoint = 0;
  #places: Places = [];

  private constructor(home: string, file: FileHandle, { session, fork }: Omit<Head, 'rows'>) {
    this.#home = home;
    this.path = logPath(home, session);
    this.#file = file;
    this.session = session;
    this.fork = fork;
  }

  /** Rejects with EEXIST when there is such a session; a file that never became one is replaced. */
  static async create(home: string, session: SessionId, fork?: ForkedFrom): Promise<Log> {
    const path = logPath(home, session);
    const made = await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await openNew(home, path);
    const log = new Log(home, file, { session, ...(fork && { fork }) });
    try {
      await log.append({ log: { session, rows: ROWS_VERSION, ...(fork && { fork }) } });
      await syncFolders(dirname(path), made === undefined ? dirname(path) : dirname(made));
    } catch (error) {
      await file.close();
      await unlink(path).catch(() => {});
      throw error;
    }
    return log;
  }

  /** The state at the last whole commit. A torn end is cut off. */
  static async open(home: string, session: SessionId): Promise<OpenedLog> {
    const path = logPath(home, session);
    const file = await open(path, constants.O_RDWR);
    try {
      const { head, tree, meta, poison, length, places, since, checkpoint } = await readState(home, path, file);
      const log = new Log(home, file, head);
      log.#length = length;
      log.#places = places;
      log.#since = since;
      log.#checkpoint = checkpoint;
      log.#synced = length;
      log.#torn = (await file.stat()).size > length;
      await log.mend();
      return { log, tree, meta, ...(poison && { poison }) };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get length() {
    return this.#length;
  }
  get places(): Places {
    return this.#places;
  }
  /** Commits have been added since the newest checkpoint. */
  get hasNews() {
    return this.#since > 0;
  }
  get wantsCheckpoint() {
    return this.#since >= Math.max(checkpointEveryBytes, this.#checkpoint / checkpointShare);
  }

  /** Survives this process when it returns, and with `durable` a power cut. When it rejects, the log is as it was before. */
  async append(line: Line, durable = false): Promise<void> {
    await this.mend();
    const bytes = await encodeWithBlobs(this.#home, line);
    const before = this.#length;
    try {
      await writeAll(this.#file, bytes, before);
      this.#length = before + bytes.length;
      if (durable) await this.sync();
    } catch (error) {
      this.#length = before;
      this.#torn = true;
      await this.mend().catch(() => {});
      throw error;
    }
    if ('commit' in line) {
      this.#places = withPlace(this.#places, line.commit.rows?.[0], before);
      this.#since += bytes.length;
    } else if ('checkpoint' in line) {
      this.#since = 0;
      this.#checkpoint = bytes.length;
    }
  }

  async sync(): Promise<void> {
    const length = this.#length;
    try {
      await this.#file.datasync();
      this.#synced = Math.max(this.#synced, length);
    } catch (error) {
      this.#unsynced = true;
      throw error;
    }
  }

  /** Puts right what a failed write or sync left. Rejects while the disk is still as bad. */
  async mend(): Promise<void> {
    if (this.#torn) {
      await this.#file.truncate(this.#length);
      this.#torn = false;
    }
    if (!this.#unsynced) return;
    // A system that failed to sync pages may call them clean: they are written again before anybody relies on them.
    const from = Math.min(this.#synced, this.#length);
    await writeAll(this.#file, await readAt(this.#file, from, this.#length - from), from);
    this.#unsynced = false;
    await this.sync();
  }

  close = () => this.#file.close();

  /** Rows of the first `length` bytes. */
  rows(after: number, limit: number, length = this.#length): Promise<Row[]> {
    const { path, fork } = this;
    return readRows({ home: this.#home, path, file: this.#file, length, places: this.#places, fork }, after, limit);
  }
}

async function openNew(home: string, path: string): Promise<FileHandle> {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL;
  try {
    return await open(path, flags, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !(await isUnborn(home, path))) throw error;
    await unlink(path);
    return open(path, flags, 0o600);
  }
}

async function isUnborn(home: string, path: string): Promise<boolean> {
  const file = await open(path, constants.O_RDONLY);
  try {
    await readHead(file, path);
    await readState(home, path, file);
    return false;
  } catch (error) {
    return error instanceof UnbornLog;
  } finally {
    await file.close();
  }
}
