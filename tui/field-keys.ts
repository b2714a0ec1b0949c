/** Keys of the line that is typed under a list, and of the y or n before something ends. */
import type { ActDeps } from './act-deps.ts';
import type { Board, Confirm, Field } from './board.ts';
import { type EditorAction, editorActions, expand, paste, type } from './editor.ts';
import type { Key } from './inputs.ts';
import type { View } from './view.ts';

/** True when a line or a question of the list itself has taken the key. */
export function fieldKey(deps: ActDeps, view: View, key: Key): boolean {
  const { field, confirm } = view.board;
  if (field) typed(deps, field, key);
  else if (confirm) confirmed(deps, view, confirm, key.name);
  return field !== null || confirm !== null;
}

export function pasteInField({ desk }: ActDeps, field: Field, text: string) {
  desk.board.set({ field: { ...field, editor: paste(field.editor, text.replaceAll('\n', ' ')) } });
}

function typed(deps: ActDeps, field: Field, key: Key) {
  const { desk } = deps;
  const finding = field.kind === 'find';
  if (key.name === 'esc') return desk.board.set({ field: null, ...(finding && found(deps, '')) });
  if (key.name === 'enter' || key.name === 'tab') return submit(deps, field, key.name === 'tab' ? 'queue' : 'steer');
  const action = deps.store.get().keys.action('editor', key.name);
  if (action === 'insert_newline' || (!action && key.text === undefined)) return;
  const editor = action ? editorActions[action as EditorAction](field.editor) : type(field.editor, key.text!);
  desk.board.set({ field: { ...field, editor }, ...(finding && found(deps, editor.text)) });
}

const found = ({ store }: ActDeps, find: string): Pick<Board, 'agents'> => ({
  agents: { ...store.get().board.agents, find, placed: [] },
});

function submit(deps: ActDeps, { kind, session, editor }: Field, mode: 'steer' | 'queue') {
  const { board, hint } = { board: deps.desk.board, hint: (text: string) => deps.desk.hint(text, 'warn') };
  const text = expand(editor).trim();
  board.set({ field: null });
  if (kind === 'find' || text === '') return;
  const name = nameOf(deps.store.get(), session);
  switch (kind) {
    case 'say':
      return void board.say(session, text, mode, name);
    case 'new':
      return void board.begin(session, text);
    case 'rename':
      return void board.rename(session, text);
    case 'delete':
      if (text !== name) return hint(`that is not its name: ${name} stays`);
      return void board.remove(session, name);
  }
}

export const nameOf = ({ sessions, session: open }: View, id: string): string =>
  sessions.find((each) => each.id === id)?.name ?? (open?.view.session === id ? open.view.name : id.slice(0, 8));

function confirmed(deps: ActDeps, view: View, { does, session }: Confirm, key: string) {
  const { board } = deps.desk;
  board.set({ confirm: null });
  if (key !== 'y') return;
  const name = nameOf(view, session);
  void board[does](session, name);
}
