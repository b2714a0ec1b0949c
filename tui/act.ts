/** What a key means where it is pressed: who gets it. What it does there is in the modules of the places. */
import type { ActDeps } from './act-deps.ts';
import { Burst } from './burst.ts';
import { composerKey, composerPaste } from './composer-keys.ts';
import { pressCtrlC } from './ctrl-c.ts';
import { deeds } from './deeds.ts';
import { fieldKey, pasteInField } from './field-keys.ts';
import { pasteInFirst } from './first-keys.ts';
import type { Input, Key } from './inputs.ts';
import type { Context } from './keys.ts';
import { listKey } from './list-keys.ts';
import { mouse } from './mouse.ts';
import { overlayKey } from './overlay.ts';
import { pagerBy } from './pager-keys.ts';
import { popupKey } from './popup-keys.ts';
import { questionKey } from './question-keys.ts';
import { scrollBy } from './scrolling.ts';
import { isWatching, type View } from './view.ts';
import { watcherKey } from './watcher-keys.ts';

export class Acts {
  readonly #deps: ActDeps;
  readonly #burst: Burst;

  constructor(deps: ActDeps) {
    this.#deps = deps;
    this.#burst = new Burst({
      now: deps.now,
      after: deps.after,
      emit: (input) => (input.kind === 'paste' ? composerPaste(deps, input) : this.#key(input as Key)),
    });
  }

  input(input: Input) {
    const { desk, store } = this.#deps;
    desk.catchUp();
    switch (input.kind) {
      case 'key':
        if (store.get().selection) store.update((view) => ({ ...view, selection: undefined }));
        return this.#typed(input);
      case 'paste':
        if (store.get().board.field) return pasteInField(this.#deps, store.get().board.field!, input.text);
        if (pasteInFirst(this.#deps, store.get(), input.text)) return;
        return this.#pasted(input);
      case 'focus':
        return store.update((view) => ({ ...view, focused: input.focused }));
      case 'wheel':
        return store.get().popup?.kind === 'pager'
          ? pagerBy(this.#deps, input.lines)
          : scrollBy(this.#deps, input.lines);
      case 'mouse':
        return mouse(this.#deps, input);
      case 'reply':
        // A terminal that knows the mode brackets pastes: nothing has to be guessed from the speed of keys.
        if (input.text.endsWith('$y') && /\[\?2004;[1-4]/.test(input.text)) this.#burst.on = false;
    }
  }

  /** `paste`: from config, and from what is known of the terminal. */
  guessPastes(guess: boolean) {
    this.#burst.on = guess && this.#burst.on;
  }

  #typed(key: Key) {
    if (composes(this.#deps.store.get())) return this.#burst.key(key);
    this.#burst.flush();
    this.#key(key);
  }

  #pasted(input: Extract<Input, { kind: 'paste' }>) {
    this.#burst.on = false;
    this.#burst.flush();
    composerPaste(this.#deps, input);
  }

  /** A sequence is one key with a long name, once it is whole. */
  #key(key: Key) {
    const { store, now } = this.#deps;
    const view = store.get();
    const { keys, popup } = view;
    const begun = popup?.kind === 'leader' ? popup.keys : undefined;
    const name = begun === undefined ? key.name : `${begun} ${key.name}`;
    const contexts = contextsOf(view);
    if (keys.isPrefix(contexts, name)) {
      const since = now();
      return store.update((before) => ({
        ...before,
        now: since,
        popup: { kind: 'leader', keys: name, since, shown: false },
      }));
    }
    if (begun === undefined) return this.#pressed(key);
    if (keys.action('global', key.name) === 'interrupt_or_leave') return pressCtrlC(this.#deps);
    store.update((before) => ({ ...before, popup: null }));
    if (contexts.some((context) => keys.action(context, name) !== undefined)) this.#pressed({ kind: 'key', name });
  }

  #pressed(key: Key) {
    const view = this.#deps.store.get();
    const global = view.keys.action('global', key.name);
    switch (global) {
      case 'leave_at_once':
        return this.#deps.leaveAtOnce();
      case 'suspend':
        return this.#deps.suspend();
      case 'clear_terminal':
        return this.#deps.redraw();
      case 'interrupt_or_leave':
        return pressCtrlC(this.#deps);
    }
    if (view.popup) return popupKey(this.#deps, view, key);
    if (fieldKey(this.#deps, view, key)) return;
    const deed = global && view.board.overlay?.kind !== 'picker' && deeds[global];
    if (deed) return deed(this.#deps, key);
    if (view.board.overlay) return overlayKey(this.#deps, view, view.board.overlay, key);
    if (view.screen === 'first' || view.screen === 'agents') return void listKey(this.#deps, view, key);
    if (questionKey(this.#deps, key)) return;
    if (isWatching(view)) return watcherKey(this.#deps, key);
    composerKey(this.#deps, key);
  }
}

/** Typed letters go into the composer. */
const composes = (view: View): boolean =>
  view.popup === null &&
  view.board.overlay === null &&
  view.board.field === null &&
  (view.screen === 'session' || view.screen === 'start') &&
  view.question.open === null &&
  !isWatching(view);

/** Where keys may begin a sequence now. */
function contextsOf(view: View): readonly Context[] {
  if (view.popup && view.popup.kind !== 'leader') return [];
  if (view.board.field || view.board.overlay) return ['global'];
  if (view.screen === 'first') return ['global', 'list'];
  if (view.screen === 'agents') return ['global', 'agents'];
  const { vim } = view;
  // A letter that is looked for begins nothing.
  const moves = vim?.mode === 'normal' && !vim.typing && !vim.awaits && view.editor.text !== '';
  return ['global', 'chat', 'composer', 'editor', ...(moves ? (['vim_normal'] as const) : [])];
}
