/**
 * The newest rows of a conversation, held in memory from when they are first asked for until they are forgotten; those before
 * them are read from the log each time.
 */
import type { Row } from '../../core/rows.ts';

/** How far a session's log counts: its newest row, the row its conversation begins after, and its bytes up to there. */
export interface Reach {
  readonly seq: number;
  readonly window: number;
  readonly length: number;
}

export interface WindowLog {
  readonly path: string;
  rows(after: number, limit: number, length: number): Promise<Row[]>;
}

export class Window {
  readonly #log: WindowLog;
  readonly #reach: () => Reach;
  readonly #limit: number;
  /** The newest of the conversation, at most `limit`, without holes. */
  #rows: Row[] | undefined;

  constructor(log: WindowLog, reach: () => Reach, limit: number) {
    this.#log = log;
    this.#reach = reach;
    this.#limit = limit;
  }

  /** The whole conversation as it is now. */
  async all(): Promise<readonly Row[]> {
    const held = this.#current() ?? (await this.#load());
    const { window, length } = this.#reach();
    const older = (held[0]?.seq ?? 0) - 1 - window;
    if (older <= 0) return held;
    const newest = [...held];
    return [...(await this.#log.rows(window, older, length)), ...newest];
  }

  /** From memory where it holds them, else from the log. */
  async rows(after: number, limit: number): Promise<readonly Row[]> {
    const first = this.#rows?.[0]?.seq;
    if (this.#rows && first !== undefined && after + 1 >= first)
      return this.#rows.slice(after + 1 - first, after + 1 - first + limit);
    return this.#log.rows(after, limit, this.#reach().length);
  }

  add(rows: readonly Row[]) {
    if (!this.#rows) return;
    for (const row of rows) this.#rows.push(row);
    // Some at a time, so that not every commit copies what is left.
    if (this.#rows.length > this.#limit) this.#rows = this.#rows.slice(-Math.ceil(this.#limit * 0.75));
  }

  forget() {
    this.#rows = undefined;
  }

  /** What is held, without what a compaction stands for by now. */
  #current(): Row[] | undefined {
    const { window } = this.#reach();
    if (this.#rows?.[0] && this.#rows[0].seq <= window) this.#rows = this.#rows.filter(({ seq }) => seq > window);
    return this.#rows;
  }

  /** Read on until nothing was committed meanwhile; from then on each commit adds its own. */
  async #load(): Promise<Row[]> {
    const rows: Row[] = [];
    const { seq: newest, window } = this.#reach();
    for (let seq = Math.max(window, newest - this.#limit); seq < this.#reach().seq; seq = rows.at(-1)!.seq) {
      const more = await this.#log.rows(seq, Number.MAX_SAFE_INTEGER, this.#reach().length);
      if (more.length === 0) throw new Error(`${this.#log.path} has no row ${seq + 1}`);
      for (const row of more) rows.push(row);
    }
    this.#rows ??= rows;
    return this.#current() ?? rows;
  }
}
