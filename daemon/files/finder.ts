/** Which paths match what somebody types, best first. A longer query looks only through what the shorter one left. */
import { fuzzy } from '../../core/fuzzy.ts';

interface Entry {
  readonly path: string;
  readonly lower: string;
  readonly depth: number;
}

export interface Found {
  readonly paths: readonly string[];
  readonly total: number;
}

export class Finder {
  #entries: readonly Entry[] = [];
  #last: { readonly query: string; readonly left: readonly Entry[] } | undefined;

  /** Another list of paths. */
  take(paths: Iterable<string>) {
    this.#entries = Array.from(paths, (path) => ({ path, lower: path.toLowerCase(), depth: depthOf(path) }));
    this.#last = undefined;
  }

  find(query: string, limit: number): Found {
    if (query === '') return this.#top(limit);
    const last = this.#last;
    const among = last && query.startsWith(last.query) ? last.left : this.#entries;
    const left: Entry[] = [];
    const best = new Best(limit);
    for (const entry of among) {
      const score = fuzzy(query, entry.path, entry.lower);
      if (score === undefined) continue;
      left.push(entry);
      best.add(entry, score);
    }
    this.#last = { query, left };
    return { paths: best.paths(), total: left.length };
  }

  /** Nothing typed: what lies on top. */
  #top(limit: number): Found {
    const best = new Best(limit);
    for (const entry of this.#entries) best.add(entry, -entry.depth);
    return { paths: best.paths(), total: this.#entries.length };
  }
}

const depthOf = (path: string) => path.split('/').filter((part) => part !== '').length;

/** The best few, in order; those that are equal by shortness, then by name. */
class Best {
  readonly #limit: number;
  readonly #kept: { readonly entry: Entry; readonly score: number }[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(entry: Entry, score: number) {
    const worst = this.#kept.at(-1);
    const next = { entry, score };
    if (this.#kept.length >= this.#limit && worst && order(next, worst) >= 0) return;
    let at = this.#kept.length;
    while (at > 0 && order(next, this.#kept[at - 1]!) < 0) at--;
    this.#kept.splice(at, 0, next);
    if (this.#kept.length > this.#limit) this.#kept.pop();
  }

  paths = () => this.#kept.map(({ entry }) => entry.path);
}

type Scored = { readonly entry: Entry; readonly score: number };
const order = (a: Scored, b: Scored): number =>
  b.score - a.score ||
  a.entry.path.length - b.entry.path.length ||
  (a.entry.path < b.entry.path ? -1 : a.entry.path > b.entry.path ? 1 : 0);
