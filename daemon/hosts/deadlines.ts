/** All deadlines of all sessions behind one timer, at most an hour ahead: a longer one overflows, and wall clocks jump. */
export interface Clock {
  /** Ms since 1970. */
  readonly wall: () => number;
  /** Ms the machine has been up, not counting sleep. */
  readonly uptime: () => number;
}

const longestMs = 60 * 60 * 1000;

interface Entry {
  /** By the wall clock, or by the uptime for one that counts the time the machine is up. */
  readonly due: number;
  readonly by: 'wall' | 'uptime';
  readonly fire: () => void;
}

export class Deadlines {
  readonly #entries = new Map<string, Entry>();
  readonly #clock: Clock;
  #timer: NodeJS.Timeout | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Replaces a deadline of the same id. `after`, its whole length in ms, makes it count uptime; never longer than that is left. */
  arm(id: string, at: number, after: number | undefined, fire: () => void) {
    const left = at - this.#clock.wall();
    const due = after === undefined ? at : this.#clock.uptime() + Math.max(0, Math.min(left, after));
    this.#entries.set(id, { due, by: after === undefined ? 'wall' : 'uptime', fire });
    this.#schedule();
  }

  disarm(id: string) {
    if (this.#entries.delete(id)) this.#schedule();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#entries.clear();
  }

  #left = ({ due, by }: Entry) => due - this.#clock[by]();

  #schedule() {
    clearTimeout(this.#timer);
    if (this.#entries.size === 0) return;
    const next = Math.min(longestMs, ...[...this.#entries.values()].map(this.#left));
    this.#timer = setTimeout(() => this.#fire(), Math.max(0, next));
    this.#timer.unref();
  }

  #fire() {
    for (const [id, entry] of this.#entries) {
      if (this.#left(entry) > 0) continue;
      this.#entries.delete(id);
      entry.fire();
    }
    this.#schedule();
  }
}
