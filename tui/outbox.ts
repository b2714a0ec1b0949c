/** Words on their way to the daemon: one at a time, in order, each with a key, so that one sent again is said once. */
import type { ImageAsk } from '../ipc/protocol.ts';
import { withImages } from './editor.ts';
import { isGone } from './refusal.ts';
import type { ViewStore } from './store.ts';
import type { Outgoing, View } from './view.ts';

export interface OutboxDeps {
  readonly store: ViewStore;
  readonly key: () => string;
  /** Resolves when the words are durable; rejects with `gone` when nobody can know. */
  readonly send: (words: Outgoing) => Promise<void>;
  readonly isConnected: () => boolean;
  readonly refused: (words: Outgoing, error: Error) => void;
}

/** Messages that may wait for a daemon that is away. */
export const outboxLimit = 100;

export class Outbox {
  readonly #deps: OutboxDeps;
  #sending = false;

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
  }

  add(words: Pick<Outgoing, 'session' | 'text' | 'images' | 'mode' | 'begins'>) {
    const outgoing: Outgoing = { ...words, key: this.#deps.key(), state: 'waiting' };
    this.#deps.store.update((view) => ({ ...view, outbox: [...view.outbox, outgoing] }));
    void this.drain();
  }

  /** Sends what waits; called again when the daemon is back. */
  async drain() {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (;;) {
        const next = this.#deps.store.get().outbox.find(({ state }) => state === 'waiting');
        if (!next || !this.#deps.isConnected()) return;
        this.#mark(next.key, 'sending');
        if (!(await this.#try(next))) return;
      }
    } finally {
      this.#sending = false;
    }
  }

  /** False when the daemon went away in the middle. */
  async #try(words: Outgoing): Promise<boolean> {
    try {
      await this.#deps.send(words);
      this.#mark(words.key, 'sent');
      return true;
    } catch (error) {
      if (isGone(error)) {
        this.#mark(words.key, 'waiting');
        return false;
      }
      this.#deps.store.update((view) => without(view, words.key));
      this.#deps.refused(words, error as Error);
      return true;
    }
  }

  #mark(key: string, state: Outgoing['state']) {
    this.#deps.store.update((view) => ({
      ...view,
      outbox: view.outbox.map((words) => (words.key === key ? { ...words, state } : words)),
    }));
  }
}

export const without = (view: View, key: string): View => ({
  ...view,
  outbox: view.outbox.filter((words) => words.key !== key),
});

/** Words that came back stand before what has been typed since. */
export function putBack(view: View, text: string, images: readonly ImageAsk[] = []): View {
  const { editor } = view;
  if (editor.text === '') return { ...view, editor: withImages(editor, text, images) };
  const back = withImages(editor, text, images);
  const whole = `${back.text}\n${editor.text}`;
  return { ...view, editor: { ...back, text: whole, cursor: whole.length } };
}
