/** Everything tcxd follows, whatever happens to holders: from a living one over its link, from a dead one off the disk. */
import type { CommandEnd, DeadSpool } from './dead.ts';
import type { Link } from './link.ts';
import type { Slice } from './protocol.ts';

const deadReadBytes = 64 * 1024;

export interface Listener {
  readonly output: (slice: Slice) => void;
  /** Comes once, last. */
  readonly end: (end: CommandEnd) => void;
}

export interface Places {
  linkOf(key: string): Link | undefined;
  spoolOf(key: string): DeadSpool | undefined;
}

interface Following {
  readonly key: string;
  readonly listener: Listener;
  /** The next byte to hear of; undefined when only the end is waited for. */
  at: number | undefined;
  where: Disposable | undefined;
}

export class Followings {
  readonly #places: Places;
  readonly #open = new Set<Following>();

  constructor(places: Places) {
    this.#places = places;
  }

  add(key: string, from: number | undefined, listener: Listener): Disposable {
    const following: Following = { key, listener, at: from, where: undefined };
    this.#open.add(following);
    this.#attach(following);
    return { [Symbol.dispose]: () => this.#remove(following) };
  }

  /** These keys are somewhere else now; each goes on from the byte it had reached. */
  moved(keys: ReadonlySet<string>): void {
    for (const following of this.#open) if (keys.has(following.key)) this.#attach(following);
  }

  clear(): void {
    for (const following of [...this.#open]) this.#remove(following);
  }

  #remove(following: Following): void {
    this.#open.delete(following);
    following.where?.[Symbol.dispose]();
  }

  #attach(following: Following): void {
    const link = this.#places.linkOf(following.key);
    if (!link) {
      setImmediate(() => this.#fromDisk(following));
      return;
    }
    following.where = link.follow(following.key, following.at, {
      output: (slice) => this.#output(following, slice),
      end: (end) => this.#end(following, end),
      refused: ({ why }) => this.#end(following, { kind: 'unknown', why }),
    });
  }

  /** A slice a turn of the event loop, so that a large spool keeps nobody waiting. */
  #fromDisk(following: Following): void {
    if (!this.#open.has(following)) return;
    const spool = this.#places.spoolOf(following.key);
    if (!spool) this.#end(following, { kind: 'unknown', why: 'nobody holds this command' });
    else if (following.at === undefined || following.at >= spool.total) this.#end(following, spool.end);
    else {
      this.#output(following, spool.read(following.at, deadReadBytes));
      setImmediate(() => this.#fromDisk(following));
    }
  }

  #output(following: Following, slice: Slice): void {
    following.at = slice.next;
    if (this.#open.has(following)) following.listener.output(slice);
  }

  #end(following: Following, end: CommandEnd): void {
    if (!this.#open.has(following)) return;
    this.#remove(following);
    following.listener.end(end);
  }
}
