/** What a key means where it is pressed: the one place where keys become deeds. */
import { here } from './act-lists.ts';
import type { Desk } from './desk.ts';
import type { Drawing } from './drawing.ts';
import { cleared, continued, type EditorAction, editorActions, expand, paste, type } from './editor.ts';
import { walk } from './history.ts';
import type { Input } from './input.ts';
import { actionOf } from './keys.ts';
import { type Peeled, peel } from './ladder.ts';
import { listKey } from './list-keys.ts';
import { putDown } from './question-focus.ts';
import { lookAtQuestion, questionKey } from './question-keys.ts';
import { scrollBy, scrollEnd } from './scrolling.ts';
import { readSlash, slashMatches } from './slash.ts';
import { runSlash } from './slash-actions.ts';
import type { ViewStore } from './store.ts';
import { isRunning, isWatching, openQuestion, type View } from './view.ts';

export interface ActDeps {
  readonly desk: Desk;
  readonly store: ViewStore;
  readonly now: () => number;
  readonly suspend: () => void;
  readonly leaveAtOnce: () => void;
  readonly redraw: () => void;
  readonly drawing: Drawing;
  /** The row of the first screen was taken. */
  readonly chosen: (row: number) => void;
  readonly choices: () => number;
}

export type Key = Extract<Input, { kind: 'key' }>;

export class Acts {
  readonly #deps: ActDeps;
  readonly #store: ViewStore;
  readonly #desk: Desk;

  constructor(deps: ActDeps) {
    this.#deps = deps;
    this.#store = deps.store;
    this.#desk = deps.desk;
  }

  input(input: Input) {
    this.#desk.catchUp();
    switch (input.kind) {
      case 'key':
        this.#key(input);
        return;
      case 'paste':
        this.#paste(input.text, input.cut);
        return;
      case 'focus':
        this.#store.update((view) => ({ ...view, focused: input.focused }));
        return;
      case 'wheel':
        this.#scroll(input.lines);
        return;
      case 'reply':
    }
  }

  #key(key: Key) {
    const global = actionOf('global', key.name);
    if (global === 'leave_at_once') return this.#deps.leaveAtOnce();
    if (global === 'suspend') return this.#deps.suspend();
    if (global === 'redraw') return this.#deps.redraw();
    if (global === 'interrupt_or_leave') return this.#ctrlC();
    const view = this.#store.get();
    if (view.popup) return this.#popupKey(view, key);
    if (global === 'leader') return this.#popup({ kind: 'leader', since: this.#deps.now(), shown: false });
    if (global === 'details') return this.#store.update((before) => ({ ...before, details: !before.details }));
    if (view.screen === 'first' || view.screen === 'agents') return listKey(this.#deps, view, key);
    if (questionKey(this.#deps, key)) return;
    if (isWatching(view)) return this.#watcherKey(key);
    this.#composerKey(this.#store.get(), key);
  }

  #popup = (popup: View['popup']) => this.#store.update((view) => ({ ...view, popup, now: this.#deps.now() }));

  #popupKey(view: View, key: Key) {
    const { popup } = view;
    if (popup?.kind === 'keys' && key.name !== 'esc' && this.#deps.drawing.hasMoreHelp(view, popup.page)) {
      this.#popup({ kind: 'keys', page: popup.page + 1 });
      return;
    }
    this.#popup(null);
    if (view.popup?.kind === 'stop') this.#stop(key.name);
    if (view.popup?.kind === 'leader') this.#leader(key.name);
  }

  #stop(key: string) {
    if (key === 't') void this.#desk.asks.interrupt('');
    if (key === 's')
      void this.#desk.asks.ask((client, session) =>
        client.request('stop', { session, key: `stop ${this.#deps.now()}` }),
      );
  }

  #leader(key: string) {
    const desk = this.#desk;
    switch (actionOf('leader', key)) {
      case 'detach':
        return void desk.leave();
      case 'agents':
        return desk.lists.showAgents();
      case 'new_session':
        return void desk.opening.newHere().then(() => this.#desk.lists.refresh());
      case 'next_need':
        return void desk.opening.showNextNeed();
      case 'last_session':
        return void desk.opening.showLast();
      case 'watch': {
        const role = isWatching(this.#store.get()) ? 'drive' : 'watch';
        return void desk.asks.ask((client, session) => client.request('presence', { session, role }));
      }
      case 'look_at_question':
        return lookAtQuestion(this.#deps);
      case 'stop':
        if (this.#store.get().session) this.#popup({ kind: 'stop' });
        return;
      case 'keys':
        return this.#popup({ kind: 'keys', page: 0 });
    }
  }

  #ctrlC() {
    const view = this.#store.get();
    const now = this.#deps.now();
    const question = view.screen === 'session' && view.question.open !== null;
    const peeled = peel(
      {
        popup: view.popup !== null || question || (view.screen === 'agents' && view.from !== 'shell'),
        draft: view.editor.text !== '' && view.screen !== 'agents',
        running: view.screen === 'session' && isRunning(view),
        watching: isWatching(view),
      },
      now - view.ctrlCAt,
    );
    this.#store.update((before) => ({ ...before, ctrlCAt: now }));
    this.#peel(peeled);
  }

  #peel(peeled: Peeled) {
    const view = this.#store.get();
    switch (peeled) {
      case 'close':
        if (view.popup) return this.#popup(null);
        if (view.screen === 'agents')
          return this.#store.update((before) => ({
            ...before,
            screen: before.from === 'session' ? 'session' : 'start',
          }));
        return this.#store.update((before) => ({ ...before, question: putDown(before.question) }));
      case 'clear':
        this.#desk.prompts.remember(expand(view.editor));
        return this.#store.update((before) => ({ ...before, editor: cleared(before.editor), walk: undefined }));
      case 'interrupt':
        return void this.#desk.asks.interrupt(
          `interrupted · ctrl-c again leaves · ${view.session?.view.name ?? 'the session'} stays`,
        );
      case 'leave':
        return void this.#desk.leave();
      case 'nothing':
    }
  }

  #watcherKey({ name }: Key) {
    if (this.#scrollKey(name)) return;
    if (name === 'ctrl-d') return void this.#desk.leave();
    if (name === 'left') return this.#desk.lists.showAgents();
    if (name === 'up' || name === 'down') this.#scroll(name === 'up' ? -1 : 1);
  }

  #scroll = (lines: number) => scrollBy(this.#deps, lines);

  #scrollKey(name: string): boolean {
    const page = Math.max(1, this.#store.get().size.rows - 8);
    switch (actionOf('chat', name)) {
      case 'page_up':
        this.#scroll(-page);
        return true;
      case 'page_down':
        this.#scroll(page);
        return true;
      case 'scroll_home':
        this.#scroll(Number.NEGATIVE_INFINITY);
        return true;
      case 'scroll_end':
        scrollEnd(this.#deps);
        return true;
      default:
        return false;
    }
  }

  #composerKey(view: View, key: Key) {
    if (this.#scrollKey(key.name)) return;
    if (view.screen === 'start' && view.row >= 0 && listKey(this.#deps, view, key) !== 'composer') return;
    const empty = view.editor.text === '';
    if (empty && this.#emptyKey(view, key)) return;
    switch (actionOf('chat', key.name)) {
      case 'interrupt_turn':
        if (isRunning(view)) void this.#desk.asks.interrupt('');
        return;
      case 'edit_queued_message':
        return void this.#desk.asks.editQueued();
    }
    if (this.#composerAction(this.#store.get(), key)) return;
    this.#edit(key);
  }

  /** Keys that mean something else while nothing is typed. */
  #emptyKey(view: View, { name }: Key): boolean {
    switch (actionOf('chat', name)) {
      case 'detach':
        void this.#desk.leave();
        return true;
      case 'open_agents':
        this.#desk.lists.showAgents();
        return true;
      case 'show_keys':
        this.#popup({ kind: 'keys', page: 0 });
        return true;
    }
    if (name === 'end' && view.anchor) {
      scrollEnd(this.#deps);
      return true;
    }
    if (name === 'up' && view.screen === 'start' && view.walk === undefined && here(view).length > 0) {
      this.#store.update((before) => ({ ...before, row: here(view).length - 1 }));
      return true;
    }
    return false;
  }

  #composerAction(view: View, { name }: Key): boolean {
    const matches = slashMatches(view.editor.text);
    switch (actionOf('composer', name)) {
      case 'submit':
        this.#submit(view, 'steer');
        return true;
      case 'queue': {
        const chosen = matches[view.choice];
        if (chosen) this.#setText(`/${chosen.name}${chosen.args ? ' ' : ''}`);
        else this.#submit(view, isRunning(view) ? 'queue' : 'steer');
        return true;
      }
      case 'previous':
        return matches.length > 0 ? this.#choose(-1, matches.length) : this.#recall(view, 1);
      case 'next':
        return matches.length > 0 ? this.#choose(1, matches.length) : this.#recall(view, -1);
    }
    return false;
  }

  #choose(by: number, length: number): true {
    this.#store.update((view) => ({ ...view, choice: (view.choice + by + length) % length }));
    return true;
  }

  /** Through the prompts of before, from the first or the last line of the text. */
  #recall(view: View, by: 1 | -1): boolean {
    const { editor } = view;
    const edge =
      by > 0 ? !editor.text.slice(0, editor.cursor).includes('\n') : !editor.text.slice(editor.cursor).includes('\n');
    const walking = view.walk !== undefined && editor.text === view.walk.entries[view.walk.at];
    if (!edge || (!walking && editor.text !== '')) return false;
    if (!walking && by < 0) return false;
    const next = walk(walking ? view.walk : undefined, editor.text, this.#desk.prompts.all, by);
    if (next === undefined && !walking) return false;
    const text = next ? next.entries[next.at]! : (view.walk?.draft ?? '');
    this.#store.update((before) => ({
      ...before,
      walk: next,
      editor: { ...before.editor, text, cursor: text.length },
    }));
    return true;
  }

  #setText = (text: string) =>
    this.#store.update((view) => ({ ...view, choice: 0, editor: { ...view.editor, text, cursor: text.length } }));

  #submit(view: View, mode: 'steer' | 'queue') {
    const next = mode === 'steer' ? continued(view.editor) : undefined;
    if (next) return this.#store.update((before) => ({ ...before, editor: next }));
    const text = expand(view.editor).trim();
    if (text === '') {
      if (view.session?.view.held && view.session.view.pending.length > 0) this.#desk.asks.release();
      return;
    }
    const slash = this.#slashOf(view, text);
    if (slash === undefined) return this.#desk.say(text, mode);
    if ('unknown' in slash)
      return this.#desk.hint(`Unrecognized command '/${slash.unknown}'. /help lists them`, 'warn');
    this.#setText('');
    void runSlash(this.#deps, slash.command, slash.argument).then((done) => done || this.#setText(text));
  }

  /** Enter on a half-typed name takes the marked command, unless that wants words. */
  #slashOf({ choice }: View, text: string) {
    const chosen = slashMatches(text)[choice];
    if (chosen) return { command: chosen, argument: '' };
    return text.includes('/') && /^\/[a-z-]*(\s|$)/.test(text) ? readSlash(text) : undefined;
  }

  #edit({ name, text }: Key) {
    const action = actionOf('editor', name);
    if (!action && text === undefined) return;
    this.#store.update((view) => {
      const editor = action ? editorActions[action as EditorAction](view.editor) : type(view.editor, text!);
      return { ...view, editor, row: -1, choice: editor.text === view.editor.text ? view.choice : 0 };
    });
  }

  #paste(text: string, wasCut: boolean) {
    const view = this.#store.get();
    if (isWatching(view) || view.screen === 'first' || view.screen === 'agents') return;
    this.#store.update((before) => ({
      ...before,
      popup: null,
      question: { ...before.question, open: null, keyAt: this.#deps.now() },
      editor: paste(before.editor, text),
    }));
    if (wasCut) this.#desk.hint('the paste was longer than 8 MB: its end was left out', 'warn');
    if (openQuestion(view)) this.#desk.hint('the question waits in its bar · ctrl-x y to look', 'dim');
  }
}
