/**
 * Mail between sessions: at least once, in order, and applied once, because the receiver counts what it has from whom.
 * What cannot be delivered stays in its sender's outbox and is tried again with the next mail, or when the sender is loaded.
 */
import { type SessionId, sessionOf } from '../../core/ids.ts';
import { HostError } from './host.ts';
import type { Loaded } from './loaded.ts';

export interface PostDeps {
  readonly load: (session: SessionId) => Promise<Loaded>;
  readonly now: () => number;
  /** Told of what no delivery should come to. */
  readonly broken: (error: Error) => void;
}

export class Post {
  readonly #deps: PostDeps;
  readonly #busy = new Map<SessionId, 'once' | 'again'>();

  constructor(deps: PostDeps) {
    this.#deps = deps;
  }

  /** Delivers what lies in a session's outbox; one round at a time, so that no mail overtakes another. */
  deliver = (from: SessionId) => {
    if (this.#busy.has(from)) {
      this.#busy.set(from, 'again');
      return;
    }
    void this.#rounds(from).catch((error: Error) => {
      if (!(error instanceof HostError)) this.#deps.broken(error);
    });
  };

  async #rounds(from: SessionId) {
    try {
      do {
        this.#busy.set(from, 'once');
        await this.#round(from);
      } while (this.#busy.get(from) === 'again');
    } finally {
      // At once: a mail that comes after the last look finds nobody busy.
      this.#busy.delete(from);
    }
  }

  async #round(from: SessionId) {
    const sender = await this.#deps.load(from);
    const stuck = new Set<SessionId>();
    for (const { to, event, n } of Object.values(sender.state.tree.outbox)) {
      const receiver = sessionOf(to);
      if (stuck.has(receiver)) continue;
      try {
        const loaded = await this.#deps.load(receiver);
        await loaded.put([{ job: 'event', to, event: { ...event, at: this.#deps.now() }, mail: { from, n } }], false);
      } catch (error) {
        if (!(error instanceof HostError)) throw error;
        // A receiver that is gone takes nothing, now or ever.
        if (error.code !== 'no-session') {
          stuck.add(receiver);
          continue;
        }
      }
      await (await this.#deps.load(from)).put([{ job: 'mailed', n }], false);
    }
  }
}
