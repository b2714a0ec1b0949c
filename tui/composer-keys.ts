/** Keys of the composer: sending, recalling, editing; some mean something else while nothing is typed. */
import type { ActDeps } from './act-deps.ts';
import { here } from './act-lists.ts';
import { escAgain } from './backtrack-keys.ts';
import { completed, completionOf, runs } from './completion.ts';
import { attachDropped, isDropped, pasteImage } from './composer-images.ts';
import { attached, continued, type EditorAction, editorActions, expand, paste, type, withText } from './editor.ts';
import { walk } from './history.ts';
import { openSearch } from './history-search-keys.ts';
import type { Input, Key } from './inputs.ts';
import { listKey } from './list-keys.ts';
import { openPopup } from './popup.ts';
import { joinsOther, warnOnce } from './same-tree.ts';
import { scrollEnd, scrollKey } from './scrolling.ts';
import { type KnownSlash, readSlash } from './slash.ts';
import { runSlash } from './slash-deeds.ts';
import { isRunning, isWatching, openQuestion, type View } from './view.ts';
import { vimTakes } from './vim-keys.ts';

export function composerKey(deps: ActDeps, key: Key) {
  const view = deps.store.get();
  if (scrollKey(deps, key.name)) return;
  if (view.screen === 'start' && view.row >= 0 && listKey(deps, view, key) !== 'composer') return;
  if (view.editor.text === '' && emptyKey(deps, view, key)) return;
  if (joinsOther(deps, view.keys.action('composer', key.name))) return;
  // Any other key is an answer of its own.
  if (view.ghost !== undefined) deps.store.update((before) => ({ ...before, ghost: undefined }));
  if (completionKey(deps, deps.store.get(), key)) return;
  if (vimTakes(deps, deps.store.get(), key)) return;
  switch (view.keys.action('chat', key.name)) {
    case 'interrupt_turn':
      if (isRunning(view)) void deps.desk.asks.interrupt('');
      else escAgain(deps, view);
      return;
    case 'edit_queued_message':
      return void deps.desk.asks.editQueued();
  }
  if (composerAction(deps, deps.store.get(), key)) return;
  edit(deps, key);
}

/** Keys that mean something else while nothing is typed. */
function emptyKey(deps: ActDeps, view: View, { name }: Key): boolean {
  switch (view.keys.action('empty', name)) {
    case 'detach':
      void deps.desk.leave();
      return true;
    case 'open_agents':
      deps.desk.lists.showAgents();
      return true;
    case 'show_keys':
      openPopup(deps, { kind: 'keys', query: '', from: 0 });
      return true;
    case 'take_suggestion':
      if (view.ghost === undefined) return false;
      deps.store.update((before) => ({
        ...before,
        ghost: undefined,
        editor: withText(before.editor, view.ghost!),
      }));
      return true;
    case 'scroll_end':
      if (!view.anchor) return false;
      scrollEnd(deps);
      return true;
  }
  const strip = view.screen === 'start' && view.walk === undefined && here(view).length > 0;
  if (strip && view.keys.action('composer', name) === 'previous') {
    deps.store.update((before) => ({ ...before, row: here(view).length - 1 }));
    return true;
  }
  return false;
}

/** The list over the composer has its own keys while there are rows in it. */
function completionKey(deps: ActDeps, view: View, { name }: Key): boolean {
  const completion = completionOf(view);
  if (!completion || completion.rows.length === 0) return false;
  const choice = Math.min(view.choice, completion.rows.length - 1);
  const move = (by: number) =>
    deps.store.update((before) => ({
      ...before,
      choice: (choice + by + completion.rows.length) % completion.rows.length,
    }));
  const take = () =>
    deps.store.update((before) => ({ ...before, choice: 0, editor: completed(before.editor, completion, choice) }));
  switch (view.keys.action('completion', name)) {
    case 'move_up':
      move(-1);
      return true;
    case 'move_down':
      move(1);
      return true;
    case 'complete':
      take();
      return true;
    case 'accept': {
      const command = runs(completion, choice);
      if (command) run(deps, command, '', expand(view.editor));
      else take();
      return true;
    }
    case 'cancel':
      deps.store.update((before) => ({ ...before, dismissed: completion.from }));
      return true;
  }
  return false;
}

function composerAction(deps: ActDeps, view: View, { name }: Key): boolean {
  switch (view.keys.action('composer', name)) {
    case 'submit':
      submit(deps, view, 'steer');
      return true;
    case 'queue':
      submit(deps, view, isRunning(view) ? 'queue' : 'steer');
      return true;
    case 'paste_image':
      void pasteImage(deps);
      return true;
    case 'history_search_previous':
      openSearch(deps);
      return true;
    case 'previous':
      return recall(deps, view, 1);
    case 'next':
      return recall(deps, view, -1);
  }
  return false;
}

/** Through the prompts of before, from the first or the last line of the text. */
function recall({ store, desk }: ActDeps, view: View, by: 1 | -1): boolean {
  const { editor } = view;
  const edge =
    by > 0 ? !editor.text.slice(0, editor.cursor).includes('\n') : !editor.text.slice(editor.cursor).includes('\n');
  const walking = view.walk !== undefined && editor.text === view.walk.entries[view.walk.at];
  if (!edge || (!walking && editor.text !== '')) return false;
  if (!walking && by < 0) return false;
  const next = walk(walking ? view.walk : undefined, editor.text, desk.prompts.all, by);
  if (next === undefined && !walking) return false;
  const text = next ? next.entries[next.at]! : (view.walk?.draft ?? '');
  store.update((before) => ({ ...before, walk: next, editor: { ...before.editor, text, cursor: text.length } }));
  return true;
}

const setText = ({ store }: ActDeps, text: string) =>
  store.update((view) => ({ ...view, choice: 0, editor: { ...view.editor, text, cursor: text.length } }));

function submit(deps: ActDeps, view: View, mode: 'steer' | 'queue') {
  const next = mode === 'steer' ? continued(view.editor) : undefined;
  if (next) return deps.store.update((before) => ({ ...before, editor: next }));
  const text = expand(view.editor).trim();
  if (text === '') {
    if (view.session?.view.held && view.session.view.pending.length > 0) deps.desk.asks.release();
    return;
  }
  const slash = /^\/[a-z-]*(\s|$)/.test(text) ? readSlash(text) : undefined;
  if (slash === undefined && warnOnce(deps)) return;
  if (slash === undefined) return deps.desk.say(text, mode, attached(view.editor));
  if ('unknown' in slash)
    return deps.desk.hint(
      `Unrecognized command '/${slash.unknown}'. Type "/" for a list of supported commands.`,
      'warn',
    );
  run(deps, slash.command, slash.argument, text);
}

/** The text is gone while the command runs; it is back when it could not. */
function run(deps: ActDeps, command: KnownSlash, argument: string, text: string) {
  setText(deps, '');
  void runSlash(deps, command, argument).then((done) => {
    if (done) return;
    setText(deps, text);
    // Its list was answered already.
    deps.store.update((view) => ({ ...view, dismissed: 0 }));
  });
}

function edit({ store }: ActDeps, { name, text }: Key) {
  const action = store.get().keys.action('editor', name);
  if (!action && text === undefined) return;
  store.update((view) => {
    const editor = action ? editorActions[action as EditorAction](view.editor) : type(view.editor, text!);
    const dismissed = editor.text.length <= (view.dismissed ?? -1) ? undefined : view.dismissed;
    return { ...view, editor, dismissed, row: -1, choice: editor.text === view.editor.text ? view.choice : 0 };
  });
}

type Pasted = Omit<Extract<Input, { kind: 'paste' }>, 'kind'>;

export function composerPaste(deps: ActDeps, { text, cut, typed }: Pasted) {
  const { store, desk, now } = deps;
  const view = store.get();
  if (view.board.overlay || isWatching(view) || view.screen === 'first' || view.screen === 'agents') return;
  const picture = isDropped(deps, text);
  store.update((before) => ({
    ...before,
    popup: null,
    question: { ...before.question, open: null, keyAt: now() },
    editor: picture ? before.editor : paste(before.editor, text, typed),
  }));
  if (picture) attachDropped(deps, text);
  if (cut) desk.hint('the paste was longer than 8 MB: its end was left out', 'warn');
  if (!openQuestion(view)) return;
  const look = view.keys.hint('global', 'look_at_question', 'to look');
  desk.hint(['the question waits in its bar', look].filter((part) => part).join(' · '), 'dim');
}
