/** Keys of the first start. */
import type { ActDeps } from './act-deps.ts';
import { type EditorAction, editorActions, paste, type } from './editor.ts';
import type { FirstState, FirstStep } from './first-state.ts';
import type { Key } from './inputs.ts';
import { deadMs } from './question-focus.ts';
import { selectorKey } from './selector.ts';
import type { View } from './view.ts';

const trustRows = 2;

export function firstKey(deps: ActDeps, view: View, key: Key) {
  const { first } = view.board;
  if (!first) return;
  if (key.name === 'ctrl-d') return void deps.desk.leave();
  // What a server is asked cannot be taken back; leaving can.
  if (first.trying && key.name !== 'esc') return;
  const { step } = first;
  switch (step.kind) {
    case 'choose':
      return chooseKey(deps, view, first, key.name);
    case 'key':
    case 'address':
      return typedKey(deps, view, first, step, key);
    case 'wire':
    case 'model': {
      const selected = selectorKey(view.keys, step.selector, key, Math.max(1, view.size.rows - 10));
      if (selected.kind === 'moved') return put(deps, { ...first, step: { ...step, selector: selected.selector } });
      return selected.kind === 'closed' ? deps.first.back() : deps.first.picked(step, selected.item);
    }
    case 'trust':
      return trustKey(deps, view, first, step, key.name);
  }
}

const put = ({ desk }: ActDeps, first: FirstState) => desk.board.set({ first });

function chooseKey(deps: ActDeps, { keys }: View, first: FirstState, name: string) {
  const count = first.choices.length;
  const to = (row: number) => put(deps, { ...first, row: (row + count) % count, touched: true, said: null });
  const choose = (row: number) => {
    to(row);
    const choice = first.choices[row];
    if (choice) deps.first.choose(choice);
  };
  switch (keys.action('list', name)) {
    case 'move_up':
      return to(first.row - 1);
    case 'move_down':
      return to(first.row + 1);
    case 'accept':
      return choose(first.row);
    case 'cancel':
    case 'close':
      return deps.first.back();
  }
  const digit = Number(name);
  if (digit >= 1 && digit <= count) choose(digit - 1);
}

type Typed = Extract<FirstStep, { kind: 'key' | 'address' }>;

function typedKey(deps: ActDeps, { keys }: View, first: FirstState, step: Typed, key: Key) {
  if (key.name === 'esc') return deps.first.back();
  if (key.name === 'enter') return void deps.first.typed(step);
  const action = keys.action('editor', key.name);
  if (action === 'insert_newline' || (!action && key.text === undefined)) return;
  const editor = action ? editorActions[action as EditorAction](step.editor) : type(step.editor, key.text!);
  put(deps, { ...first, step: { ...step, editor } });
}

/** True when there is a line to paste into. */
export function pasteInFirst(deps: ActDeps, { board: { first } }: View, text: string): boolean {
  const step = first?.step;
  if (!first || (step?.kind !== 'key' && step?.kind !== 'address')) return false;
  put(deps, { ...first, step: { ...step, editor: paste(step.editor, text.trim().replaceAll('\n', '')) } });
  return true;
}

function trustKey(
  deps: ActDeps,
  { keys }: View,
  first: FirstState,
  { since }: Extract<FirstStep, { kind: 'trust' }>,
  name: string,
) {
  const action = keys.action('list', name);
  if (action === 'cancel' || action === 'close') return deps.first.back();
  // Nobody can have read it yet: the key was meant for what was here before.
  if (deps.now() - since < deadMs) return;
  const to = (row: number) => put(deps, { ...first, row: (row + trustRows) % trustRows });
  if (action === 'move_up') return to(first.row - 1);
  if (action === 'move_down') return to(first.row + 1);
  if (action === 'accept') return void deps.first.trust(first.row);
  const digit = Number(name);
  if (digit >= 1 && digit <= trustRows) void deps.first.trust(digit - 1);
}
