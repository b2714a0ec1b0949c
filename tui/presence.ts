/** What the daemon keeps of somebody at a screen: that they type, whether they look, the size of the screen, and their draft. */
import type { Client } from '../ipc/client.ts';
import { type Editor, expand } from './editor.ts';
import type { ViewStore } from './store.ts';
import type { Size } from './view.ts';

export interface PresenceDeps {
  readonly store: ViewStore;
  readonly client: () => Client | undefined;
}

/** A draft is saved when nothing was typed for so long. */
const draftMs = 500;
/** Somebody who has not pressed a key for so long does not type. */
const typingMs = 3000;
/** Seen is what was on a focused screen for so long. */
const seenMs = 1000;

export class Presence implements Disposable {
  readonly #deps: PresenceDeps;
  readonly #stop: () => void;
  #session: string | undefined;
  #editor: Editor;
  #saved = '';
  #size: Size;
  #typing = false;
  #looks: boolean | undefined;
  #draftTimer: NodeJS.Timeout | undefined;
  #typingTimer: NodeJS.Timeout | undefined;
  #seenTimer: NodeJS.Timeout | undefined;

  constructor(deps: PresenceDeps) {
    this.#deps = deps;
    const { editor, size } = deps.store.get();
    this.#editor = editor;
    this.#size = size;
    this.#stop = deps.store.listen(() => this.#changed());
  }

  [Symbol.dispose]() {
    this.#stop();
    for (const timer of [this.#draftTimer, this.#typingTimer, this.#seenTimer]) clearTimeout(timer);
  }

  /** The draft goes to the daemon now; resolves when it is there, or cannot be. */
  async saveDraft(): Promise<void> {
    clearTimeout(this.#draftTimer);
    this.#draftTimer = undefined;
    const session = this.#session;
    const client = this.#deps.client();
    const text = expand(this.#deps.store.get().editor);
    if (!session || !client || text === this.#saved || this.#deps.store.get().session?.view.session !== session) return;
    this.#saved = text;
    await client.request('draft', { session, text }).catch(() => {
      this.#saved = '\u0000';
    });
  }

  /** As if nobody looked: while the client is stopped by the shell. */
  away() {
    this.#looks = false;
    this.#tell({ focused: false, typing: false });
  }

  /** What the daemon knew is forgotten: it was away, or this is another session. */
  again() {
    this.#looks = undefined;
    this.#typing = false;
    this.#saved = '\u0000';
    this.#changed();
  }

  #changed() {
    const view = this.#deps.store.get();
    const session = view.session?.view.session;
    if (session !== this.#session) {
      this.#session = session;
      this.#saved = expand(view.editor);
      this.#editor = view.editor;
      this.#looks = undefined;
      this.#typing = false;
    }
    if (!session) return;
    if (view.editor.text !== this.#editor.text) this.#edited(view.editor);
    if (view.size !== this.#size) {
      this.#size = view.size;
      this.#tell({ size: view.size });
    }
    this.#look(view.focused && view.screen === 'session' && view.anchor === undefined);
  }

  #edited(editor: Editor) {
    this.#editor = editor;
    clearTimeout(this.#draftTimer);
    this.#draftTimer = setTimeout(() => void this.saveDraft(), draftMs);
    clearTimeout(this.#typingTimer);
    if (editor.text === '') return this.#types(false);
    this.#types(true);
    this.#typingTimer = setTimeout(() => this.#types(false), typingMs);
  }

  #types(typing: boolean) {
    if (typing === this.#typing) return;
    this.#typing = typing;
    this.#tell({ typing });
  }

  #look(looks: boolean) {
    if (looks === this.#looks) return;
    this.#looks = looks;
    clearTimeout(this.#seenTimer);
    if (looks) this.#seenTimer = setTimeout(() => this.#tell({ focused: true }), seenMs);
    else this.#tell({ focused: false });
  }

  #tell(change: { typing?: boolean; focused?: boolean; size?: Size }) {
    const session = this.#session;
    if (!session) return;
    // Nobody waits for it, and a daemon that is away learns it again when it is back.
    void this.#deps
      .client()
      ?.request('presence', { session, ...change })
      .catch(() => {});
  }
}
