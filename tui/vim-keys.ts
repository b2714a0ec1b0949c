/** Vim's keys on the screen: what vim takes of a key, and what it leaves to the composer. */
import type { ActDeps } from './act-deps.ts';
import { type Editor, type EditorAction, editorActions, type as typed } from './editor.ts';
import type { Key } from './inputs.ts';
import type { Keys } from './keys.ts';
import type { View } from './view.ts';
import { insertMode, remembered, type VimKey, vimKey } from './vim.ts';

const plain =
  (keys: Keys) =>
  (editor: Editor, { name, text }: VimKey): Editor => {
    const action = keys.action('editor', name);
    if (action) return editorActions[action as EditorAction](editor);
    return text === undefined ? editor : typed(editor, text);
  };

/** True when the key was vim's. */
export function vimTakes({ store }: ActDeps, { editor, vim, keys }: View, key: Key): boolean {
  if (!vim) return false;
  const pressed: VimKey = { ...key, action: keys.action('vim_normal', key.name) };
  // Nothing is there to move in: what begins a command line or lists all keys does that.
  if (editor.text === '' && vim.mode === 'normal' && (key.name === '/' || key.name === '!' || key.name === '@')) {
    store.update((view) => ({ ...view, vim: { ...vim, mode: 'insert' } }));
    return false;
  }
  const next = vimKey({ editor, vim }, pressed, plain(keys));
  if (next) store.update((view) => ({ ...view, ...next, walk: undefined }));
  else store.update((view) => ({ ...view, vim: remembered(vim, pressed) }));
  // In normal mode no letter is typed.
  return next !== undefined || (vim.mode === 'normal' && key.text !== undefined);
}

export function toggleVim({ store, desk }: Pick<ActDeps, 'store' | 'desk'>) {
  const on = store.get().vim === undefined;
  store.update((view) => ({ ...view, vim: on ? insertMode : undefined }));
  desk.hint(on ? 'vim keys: esc for normal mode, /vim ends them' : 'vim keys are off', 'dim');
}
