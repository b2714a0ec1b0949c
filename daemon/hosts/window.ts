/** The rows a conversation is computed from, held in memory from when they are first asked for until they are forgotten. */
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
  #rows: Row[] | undefined;

  constructor(log: WindowLog, reach: () => Reach) {
    this.#log = log;
    this.#reach = reach;
  }

  async all(): Promise<readonly Row[]> {
    this.#rows ??= await this.#read();
    const { window } = this.#reach();
    if (this.#rows[0] && this.#rows[0].seq <= window) this.#rows = this.#rows.filter(({ seq }) => seq > window);
    return this.#rows;
  }

  /** From memory where it holds them, else from the log. */
  async rows(after: number, limit: number): Promise<readonly Row[]> {
    const first = this.#rows?.[0]?.seq;
    if (this.#rows && first !== undefined && after + 1 >= first)
      return this.#rows.slice(after + 1 - first, after + 1 - first + limit);
    return this.#log.rows(after, limit, this.#reach().length);
  }

  add(rows: readonly Row[]) {
    if (this.#rows) for (const row of rows) this.#rows.push(row);
  }

  forget() {
    this.#rows = undefined;
  }

  /** Read on until nothing was committed meanwhile; from then on each commit adds its own. */
  async #read(): Promise<Row[]> {
    const rows: Row[] = [];
    for (let seq = this.#reach().window; seq < this.#reach().seq; seq = rows.at(-1)!.seq) {
      const more = await this.#log.rows(seq, Number.MAX_SAFE_INTEGER, this.#reach().length);
      if (more.length === 0) throw new Error(`${this.#log.path} has no row ${seq + 1}`);
      for (const row of more) rows.push(row);
    }
    return this.#rows ?? rows;
  }
}
