/** What the wire tells, gathered into at most 30 steps a second: more nobody sees, and each one is a frame. */
import type { Step, ViewStore } from './store.ts';

const everyMs = 33;

export class Wire implements Disposable {
  readonly #store: ViewStore;
  readonly #now: () => number;
  #steps: Step[] = [];
  #timer: NodeJS.Timeout | undefined;
  #flushedAt = Number.NEGATIVE_INFINITY;

  constructor(store: ViewStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  push(step: Step) {
    this.#steps.push(step);
    if (this.#timer) return;
    const wait = Math.max(0, everyMs - (this.#now() - this.#flushedAt));
    this.#timer = setTimeout(() => this.flush(), wait);
  }

  flush() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#steps.length === 0) return;
    const steps = this.#steps;
    this.#steps = [];
    this.#flushedAt = this.#now();
    this.#store.update((view) => steps.reduce((before, step) => step(before), view));
  }

  [Symbol.dispose]() {
    clearTimeout(this.#timer);
  }
}
