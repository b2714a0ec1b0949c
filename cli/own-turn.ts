/** Picks out of a session's rows those of the one turn that a prompt began. Pure. */
import type { Row, TurnEnd } from '../core/rows.ts';

export interface Seen {
  /** Rows of the turn, in order. */
  readonly rows: readonly Row[];
  readonly ended?: TurnEnd;
  /** It waits for something, as far as these rows tell. */
  readonly parked: boolean;
  /** Why the turn will never begin. */
  readonly lost?: string;
}

export class OwnTurn {
  readonly #key: string;
  readonly #fresh: boolean;
  /** Rows since a turn began that may turn out to be this one. */
  #candidate: Row[] = [];
  #turn: number | undefined;
  #queued: number | undefined;
  /** What comes after its end is of other turns. */
  #over = false;

  /** `key` is the prompt's; in a `fresh` session what is noted before the turn belongs to it. */
  constructor(key: string, fresh: boolean) {
    this.#key = key;
    this.#fresh = fresh;
  }

  /** Undefined until it began. */
  get number() {
    return this.#turn;
  }

  take(rows: readonly Row[]): Seen {
    const own: Row[] = [];
    let parked = false;
    if (this.#over) return { rows: own, parked };
    for (const row of rows) {
      if (this.#turn === undefined) own.push(...this.#before(row));
      else own.push(row);
      const lost = this.#lost(row);
      if (lost !== undefined) return { rows: own, parked, lost };
      if (row.kind === 'turn.parked') parked = row.body.turn === this.#turn;
      if (row.kind === 'turn.resumed') parked = false;
      if (row.kind === 'turn.ended' && row.body.turn === this.#turn) {
        this.#over = true;
        return { rows: own, parked: false, ended: row.body.status };
      }
    }
    return { rows: own, parked };
  }

  #before(row: Row): readonly Row[] {
    if (row.kind === 'turn.started') this.#candidate = [];
    if (row.kind === 'queued' && row.body.key === this.#key) this.#queued = row.body.n;
    if (row.kind === 'user' && row.body.key === this.#key) {
      this.#turn = row.body.turn;
      return [...this.#candidate, row];
    }
    if (row.kind === 'note' && this.#fresh) return [row];
    // The rows between a turn's beginning and its first words are few; those of another turn are dropped at the next.
    if (row.kind === 'turn.started' || row.kind === 'context') this.#candidate.push(row);
    return [];
  }

  #lost(row: Row): string | undefined {
    if (this.#turn !== undefined) return undefined;
    if (row.kind === 'unqueued' && row.body.n === this.#queued)
      return `the prompt was taken back${row.body.by ? ` by ${row.body.by}` : ''} before its turn`;
    if (row.kind === 'stopped')
      return `the session was stopped${row.body.by ? ` by ${row.body.by}` : ''} before the turn`;
    return undefined;
  }
}
