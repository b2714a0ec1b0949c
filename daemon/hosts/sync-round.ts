/** Syncs logs that may wait a little together, so that a busy daemon asks the disk 20 times a second and not for each commit. */
import type { Log } from './log.ts';

/** A power cut loses at most this much work, all of it safe to repeat. */
const roundMs = 50;

export class SyncRound {
  readonly #dirty = new Set<Log>();
  readonly #failed: (log: Log, error: Error) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(failed: (log: Log, error: Error) => void) {
    this.#failed = failed;
  }

  soon = (log: Log) => {
    this.#dirty.add(log);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const logs = [...this.#dirty];
      this.#dirty.clear();
      for (const dirty of logs) dirty.sync().catch((error: Error) => this.#failed(dirty, error));
    }, roundMs);
  };

  /** A log that is closed syncs itself. */
  forget = (log: Log) => {
    this.#dirty.delete(log);
  };

  stop() {
    clearTimeout(this.#timer);
    this.#dirty.clear();
  }
}
