/** All deadlines of all sessions behind one timer: a long one would overflow, wall clocks are set, and lids are closed. */
export interface Clock {
  /** Ms since 1970. */
  readonly wall: () => number;
  /** Ms the machine has been up, not counting sleep. */
  readonly uptime: () => number;
  /** Calls back after so many ms of uptime; a test's clock does when it is moved. */
  readonly wait?: (ms: number, ring: () => void) => () => void;
}

/** A clock that was set, or a machine that woke, is noticed so much later at most, when a deadline follows the wall clock. */
const lookMs = 60 * 1000;
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
  readonly #wait: NonNullable<Clock['wait']>;
  #forget: (() => void) | undefined;
  /** The uptime at which the timer rings; it may find nothing due, when what it was for was disarmed. */
  #rings = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#wait = clock.wait ?? wait;
  }

  /** Replaces a deadline of the same id. `after`, its whole length in ms, makes it count uptime; never longer than that is left. */
  arm(id: string, at: number, after: number | undefined, fire: () => void) {
    const left = at - this.#clock.wall();
    const due = after === undefined ? at : this.#clock.uptime() + Math.max(0, Math.min(left, after));
    const entry: Entry = { due, by: after === undefined ? 'wall' : 'uptime', fire };
    this.#entries.set(id, entry);
    this.#ring(this.#ahead(entry));
  }

  disarm = (id: string) => void this.#entries.delete(id);

  get size() {
    return this.#entries.size;
  }

  stop() {
    this.#forget?.();
    this.#rings = Number.POSITIVE_INFINITY;
    this.#entries.clear();
  }

  #left = ({ due, by }: Entry) => due - this.#clock[by]();
  #ahead = (entry: Entry) => Math.max(0, Math.min(this.#left(entry), entry.by === 'wall' ? lookMs : longestMs));

  /** So many ms ahead, unless the timer rings before that anyhow. */
  #ring(ms: number) {
    const rings = this.#clock.uptime() + ms;
    if (rings >= this.#rings) return;
    this.#forget?.();
    this.#rings = rings;
    this.#forget = this.#wait(ms, () => this.#fire());
  }

  #fire() {
    this.#rings = Number.POSITIVE_INFINITY;
    // In the order of their times: after a sleep or a restart several may be past.
    const due = [...this.#entries]
      .map(([id, entry]) => ({ id, fire: entry.fire, left: this.#left(entry) }))
      .filter(({ left }) => left <= 0)
      .sort((a, b) => a.left - b.left);
    for (const { id } of due) this.#entries.delete(id);
    for (const { fire } of due) fire();
    let next = longestMs;
    for (const entry of this.#entries.values()) next = Math.min(next, this.#ahead(entry));
    if (this.#entries.size > 0) this.#ring(next);
  }
}

function wait(ms: number, ring: () => void): () => void {
  const timer = setTimeout(ring, ms);
  timer.unref();
  return () => clearTimeout(timer);
}
