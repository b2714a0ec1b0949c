/**
 * Syncs logs that may wait a little together. A sync rewrites the page a log ends in, so one that is soon to be synced for a
 * better reason is left to that.
 */
import type { Log } from './log.ts';

/** Two rounds: a power cut loses at most this much work, all of it safe to repeat. */
const roundMs = 25;

export class SyncRound {
  readonly #failed: (log: Log, error: Error) => void;
  /** Written since the last round, and before it. */
  #fresh = new Set<Log>();
  #waiting = new Set<Log>();
  #timer: NodeJS.Timeout | undefined;

  constructor(failed: (log: Log, error: Error) => void) {
    this.#failed = failed;
  }

  soon = (log: Log) => {
    if (!this.#waiting.has(log)) this.#fresh.add(log);
    this.#timer ??= setTimeout(() => this.#round(), roundMs);
  };

  /** It was synced, or is closed. */
  done = (log: Log) => {
    this.#fresh.delete(log);
    this.#waiting.delete(log);
  };

  stop() {
    clearTimeout(this.#timer);
    this.#fresh.clear();
    this.#waiting.clear();
  }

  #round() {
    for (const log of this.#waiting) log.sync().catch((error: Error) => this.#failed(log, error));
    this.#waiting = this.#fresh;
    this.#fresh = new Set();
    this.#timer = this.#waiting.size > 0 ? setTimeout(() => this.#round(), roundMs) : undefined;
  }
}
