/**
 * What the wire tells, gathered into steps of a few a second: more nobody sees, and each one is a frame. Streamed text and who
 * looks may come 30 times a second; what was said and done is drawn at once, and not more often than that either.
 */
import type { Step, ViewStore } from './store.ts';

const everyMs = 33;

export class Wire implements Disposable {
  readonly #store: ViewStore;
  readonly #now: () => number;
  #steps: Step[] = [];
  #urgent = false;
  #timer: NodeJS.Timeout | undefined;
  #flushedAt = Number.NEGATIVE_INFINITY;
  #urgentAt = Number.NEGATIVE_INFINITY;

  constructor(store: ViewStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** `urgent` does not wait for its turn among what is only gathered. */
  push(step: Step, urgent = false) {
    this.#steps.push(step);
    const hurries = urgent && !this.#urgent;
    this.#urgent ||= urgent;
    if (this.#timer && !hurries) return;
    clearTimeout(this.#timer);
    const since = this.#now() - (this.#urgent ? this.#urgentAt : this.#flushedAt);
    this.#timer = setTimeout(() => this.flush(), Math.max(0, everyMs - since));
  }

  flush() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#steps.length === 0) return;
    const steps = this.#steps;
    this.#steps = [];
    this.#flushedAt = this.#now();
    if (this.#urgent) this.#urgentAt = this.#flushedAt;
    this.#urgent = false;
    this.#store.update((view) => steps.reduce((before, step) => step(before), view));
  }

  [Symbol.dispose]() {
    clearTimeout(this.#timer);
  }
}
