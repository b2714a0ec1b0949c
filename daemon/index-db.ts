/**
 * `state.sqlite`: an index over the logs and nothing but a projection. Deleting it costs a rebuild, never a fact.
 * Written in batches with `synchronous=OFF`; each session's row says how many bytes of its log it stands for.
 */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { SessionId } from '../core/ids.ts';
import type { Meta } from '../core/meta.ts';
import type { Row } from '../core/rows.ts';
import type { Source } from '../core/settings.ts';

/** Raised when a table changes: an index of another version is dropped and built anew. */
const indexVersion = 2;

/** What the index holds of a session. */
export interface Indexed {
  readonly session: SessionId;
  readonly name: string;
  readonly meta: Meta;
  readonly seq: number;
  /** Bytes of the log it stands for. */
  readonly length: number;
  /** Something in it is open: effects, deadlines, mail or questions; it is loaded at start. */
  readonly open: boolean;
}

/** What is new of a session since the index last heard of it; `spent` is USD by day. */
export interface Fresh {
  readonly indexed: Indexed;
  readonly rows: readonly Row[];
  readonly spent: ReadonlyMap<string, number>;
}

export interface SessionQuery {
  readonly cwd?: string;
  readonly sources?: readonly Source[];
  readonly archived: boolean;
  readonly grep?: string;
  readonly like?: string;
  readonly sort?: 'updated' | 'created';
  readonly limit: number;
  readonly offset: number;
}

const schema = `
CREATE TABLE sessions (id TEXT PRIMARY KEY, name TEXT NOT NULL, cwd TEXT NOT NULL, archived INTEGER NOT NULL, updated INTEGER NOT NULL,
  seq INTEGER NOT NULL, length INTEGER NOT NULL, open INTEGER NOT NULL, meta TEXT NOT NULL) STRICT;
CREATE INDEX sessions_updated ON sessions (archived, updated DESC);
CREATE INDEX sessions_cwd ON sessions (cwd, archived, updated DESC);
CREATE INDEX sessions_open ON sessions (id) WHERE open = 1;
CREATE TABLE spent (day TEXT NOT NULL, session TEXT NOT NULL, usd REAL NOT NULL, PRIMARY KEY (day, session)) STRICT;
CREATE VIRTUAL TABLE words USING fts5 (text, session UNINDEXED, seq UNINDEXED, tokenize = 'unicode61');
`;

export class Index {
  readonly #path: string;
  readonly #db: DatabaseSync;
  #damaged = false;
  readonly #put: StatementSync;
  readonly #word: StatementSync;
  readonly #spend: StatementSync;

  constructor(home: string) {
    this.#path = join(home, 'state.sqlite');
    this.#db = openDatabase(this.#path);
    this.#put = this.#db.prepare(
      `INSERT INTO sessions (id, name, cwd, archived, updated, seq, length, open, meta) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, cwd = excluded.cwd, archived = excluded.archived, updated = excluded.updated,
         seq = excluded.seq, length = excluded.length, open = excluded.open, meta = excluded.meta`,
    );
    this.#word = this.#db.prepare('INSERT INTO words (text, session, seq) VALUES (?, ?, ?)');
    this.#spend = this.#db.prepare(
      'INSERT INTO spent (day, session, usd) VALUES (?, ?, ?) ON CONFLICT (day, session) DO UPDATE SET usd = usd + excluded.usd',
    );
  }

  /** One transaction for everything that happened since the last one. */
  write(batch: readonly Fresh[]) {
    if (batch.length === 0) return;
    this.#db.exec('BEGIN');
    try {
      for (const fresh of batch) this.#writeOne(fresh);
      this.#db.exec('COMMIT');
    } catch (error) {
      // SQLite may have rolled back by itself, which is as good.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      this.#damaged ||= isDamage(error);
      throw error;
    }
  }

  #writeOne({ indexed, rows, spent }: Fresh) {
    const { session, name, meta, seq, length, open } = indexed;
    this.#put.run(
      session,
      name,
      meta.cwd,
      Number(meta.archived),
      meta.updatedAt,
      seq,
      length,
      Number(open),
      JSON.stringify(meta),
    );
    for (const row of rows)
      if (row.kind === 'user' || row.kind === 'assistant') this.#word.run(row.body.text, session, row.seq);
    for (const [day, usd] of spent) this.#spend.run(day, session, usd);
  }

  /** A log grew by lines that say nothing new. */
  grew(session: SessionId, length: number) {
    this.#db.prepare('UPDATE sessions SET length = ? WHERE id = ?').run(length, session);
  }

  /** The environments that sessions began with. */
  environments = (): Set<string> =>
    new Set(
      this.#db
        .prepare(`SELECT DISTINCT json_extract(meta, '$.env') AS env FROM sessions`)
        .all()
        .flatMap(({ env }) => (typeof env === 'string' ? [env] : [])),
    );

  get(session: SessionId): Indexed | undefined {
    const row = this.#db.prepare('SELECT * FROM sessions WHERE id = ?').get(session);
    return row && indexed(row);
  }

  /** Bytes each session's log had when it was last indexed. */
  lengths(): Map<string, number> {
    const rows = this.#db.prepare('SELECT id, length FROM sessions').all();
    return new Map(rows.map(({ id, length }) => [String(id), Number(length)]));
  }

  withOpenWork = () =>
    this.#db
      .prepare('SELECT id FROM sessions WHERE open = 1 ORDER BY updated DESC')
      .all()
      .map(({ id }) => String(id) as SessionId);

  byPrefix = (prefix: string) =>
    this.#db
      .prepare('SELECT * FROM sessions WHERE id >= ? AND id < ? ORDER BY updated DESC LIMIT 20')
      .all(prefix, `${prefix}\uffff`)
      .map(indexed);

  newest = (cwd: string) => {
    const row = this.#db
      .prepare('SELECT * FROM sessions WHERE cwd = ? AND archived = 0 ORDER BY updated DESC LIMIT 1')
      .get(cwd);
    return row && indexed(row);
  };

  /** Sessions that share the rows of this one. */
  forksOf = (session: SessionId) =>
    this.#db.prepare(`SELECT * FROM sessions WHERE json_extract(meta, '$.fork.session') = ?`).all(session).map(indexed);

  /** Sessions that are not put away. */
  count = () => Number(this.#db.prepare('SELECT count(*) AS n FROM sessions WHERE archived = 0').get()!.n);

  /** USD of a day; undefined when nothing with a known price was used. */
  spent(day: string): number | undefined {
    const { usd } = this.#db.prepare('SELECT sum(usd) AS usd FROM spent WHERE day = ?').get(day)!;
    return usd === null ? undefined : Number(usd);
  }

  list({ cwd, sources, archived, grep, like, sort, limit, offset }: SessionQuery): {
    sessions: (Indexed & { snippet?: string })[];
    total: number;
  } {
    const where = ['archived = ?', ...(cwd === undefined ? [] : ['cwd = ?'])];
    const values: (string | number)[] = [Number(archived), ...(cwd === undefined ? [] : [cwd])];
    if (sources) {
      where.push(`json_extract(meta, '$.source') IN (SELECT value FROM json_each(?))`);
      values.push(JSON.stringify(sources));
    }
    for (const word of (like ?? '').split(/\s+/).filter(Boolean)) {
      where.push(
        `(name LIKE ? ESCAPE '~' OR cwd LIKE ? ESCAPE '~' OR json_extract(meta, '$.title') LIKE ? ESCAPE '~')`,
      );
      const pattern = `%${word.replaceAll(/[~%_]/g, '~$&')}%`;
      values.push(pattern, pattern, pattern);
    }
    const found = grep === undefined ? undefined : this.#grep(grep);
    if (found) {
      where.push(`id IN (SELECT value FROM json_each(?))`);
      values.push(JSON.stringify([...found.keys()]));
    }
    const order = sort === 'created' ? `json_extract(meta, '$.createdAt') DESC` : 'updated DESC';
    const from = `FROM sessions WHERE ${where.join(' AND ')}`;
    const rows = this.#db.prepare(`SELECT * ${from} ORDER BY ${order} LIMIT ? OFFSET ?`).all(...values, limit, offset);
    const total = Number(this.#db.prepare(`SELECT count(*) AS n ${from}`).get(...values)!.n);
    return {
      sessions: rows.map(indexed).map((row) => ({ ...row, ...(found && { snippet: found.get(row.session)! }) })),
      total,
    };
  }

  forget(session: SessionId) {
    this.#db.prepare('DELETE FROM sessions WHERE id = ?').run(session);
    this.#db.prepare('DELETE FROM words WHERE session = ?').run(session);
    this.#db.prepare('DELETE FROM spent WHERE session = ?').run(session);
  }

  /** What SQLite finds wrong with the file; empty when it is whole. */
  problems(): string[] {
    const said = this.#db
      .prepare('PRAGMA quick_check')
      .all()
      .map((row) => String(Object.values(row)[0]));
    return said.filter((line) => line !== 'ok');
  }

  /** One that turned out to be damaged is made anew by the next daemon. */
  close() {
    this.#db.close();
    if (this.#damaged) removeFiles(this.#path);
  }

  /** Sessions whose words hold all of the query's, each with the best place. */
  #grep(text: string): Map<string, string> {
    const query = (text.match(/[\p{L}\p{N}_]+/gu) ?? []).map((word) => `"${word}"*`).join(' ');
    if (query === '') return new Map();
    const rows = this.#db
      .prepare(
        `SELECT session, snippet(words, 0, '', '', '…', 12) AS snippet FROM words WHERE words MATCH ? ORDER BY rank LIMIT 2000`,
      )
      .all(query);
    const found = new Map<string, string>();
    for (const { session, snippet } of rows)
      if (!found.has(String(session))) found.set(String(session), String(snippet));
    return found;
  }
}

/** A file that is no database any more is made anew: everything in it is in the logs. */
function openDatabase(path: string): DatabaseSync {
  try {
    return openTables(path);
  } catch (error) {
    if (!isDamage(error)) throw error;
    removeFiles(path);
    return openTables(path);
  }
}

function removeFiles(path: string) {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
}

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
const isDamage = (error: unknown) => [11, 26].includes((error as { errcode?: number }).errcode ?? 0);

function openTables(path: string): DatabaseSync {
  const db = new DatabaseSync(path);
  try {
    return withTables(db);
  } catch (error) {
    db.close();
    throw error;
  }
}

function withTables(db: DatabaseSync): DatabaseSync {
  db.exec(
    'PRAGMA page_size = 1024; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA busy_timeout = 2000; PRAGMA wal_autocheckpoint = 1024',
  );
  const version = Number(db.prepare('PRAGMA user_version').get()!.user_version);
  if (version === indexVersion) {
    // Read once, so that a damaged table is noticed now.
    db.prepare('SELECT sum(length) FROM sessions').get();
    return db;
  }
  for (const { name } of db
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name IN ('sessions', 'words', 'spent')`)
    .all())
    db.exec(`DROP TABLE ${name}`);
  db.exec(schema);
  db.exec(`PRAGMA user_version = ${indexVersion}`);
  return db;
}

function indexed(row: Record<string, unknown>): Indexed {
  return {
    session: String(row.id) as SessionId,
    name: String(row.name),
    meta: JSON.parse(String(row.meta)) as Meta,
    seq: Number(row.seq),
    length: Number(row.length),
    open: row.open === 1,
  };
}
