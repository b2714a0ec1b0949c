/** Asks the daemon for files while an `@path` is typed: one question at a time, and the newest of what was typed meanwhile. */
import { mentionAt } from './completion.ts';
import type { Hands } from './hands.ts';
import type { FoundFiles } from './view-parts.ts';

/** More rows than the list shows nobody looks through. */
const rowLimit = 50;
/** While the tree is still being read it is asked again soon; while the list is open, now and then: files come and go. */
const readingMs = 100;
const openMs = 1000;

export class FileSearch implements Disposable {
  readonly #hands: Hands;
  readonly #stop: () => void;
  #asked: string | undefined;
  #asking = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(hands: Hands) {
    this.#hands = hands;
    this.#stop = hands.store.listen(() => this.#changed());
  }

  [Symbol.dispose]() {
    this.#stop();
    clearTimeout(this.#timer);
  }

  #typed(): string | undefined {
    const { editor, dismissed } = this.#hands.store.get();
    if (!editor.text.includes('@')) return undefined;
    const mention = mentionAt(editor);
    return mention && mention.from !== dismissed ? mention.typed : undefined;
  }

  #changed() {
    const typed = this.#typed();
    if (typed === undefined) {
      clearTimeout(this.#timer);
      this.#asked = undefined;
      if (this.#hands.store.get().found) this.#hands.store.update((view) => ({ ...view, found: undefined }));
      return;
    }
    if (typed !== this.#asked && !this.#asking) void this.#ask(typed);
  }

  async #ask(typed: string) {
    const { store, client } = this.#hands;
    const { session, cwd } = store.get();
    this.#asked = typed;
    this.#asking = true;
    clearTimeout(this.#timer);
    const found = await client()
      ?.request('files', { cwd: session?.view.cwd ?? cwd, query: typed, limit: rowLimit })
      .catch(() => undefined);
    this.#asking = false;
    if (this.#typed() === undefined) return this.#changed();
    if (found && isNews(store.get().found, typed, found))
      store.update((view) => ({ ...view, found: { typed, rows: found.paths, complete: found.complete } }));
    const now = this.#typed();
    if (now !== typed) return this.#changed();
    this.#timer = setTimeout(() => this.#repeat(), found?.complete === false ? readingMs : openMs);
  }

  #repeat() {
    const typed = this.#typed();
    if (typed !== undefined && !this.#asking) void this.#ask(typed);
  }
}

/** The same answer again is no frame. */
const isNews = (
  before: FoundFiles | undefined,
  typed: string,
  { paths, complete }: { readonly paths: readonly string[]; readonly complete: boolean },
) =>
  before?.typed !== typed ||
  before.complete !== complete ||
  before.rows.length !== paths.length ||
  before.rows.some((row, at) => row !== paths[at]);
