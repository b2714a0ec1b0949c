/** Keys of an open question: letters, digits, arrows and Enter answer it; Esc ends the turn. */
import type { Approval } from '../ipc/messages.ts';
import type { ActDeps } from './act-deps.ts';
import type { Key } from './inputs.ts';
import type { ActionOf } from './keys.ts';
import { lookAt, putDown, taken } from './question-focus.ts';
import { isWatching, openQuestion, type View } from './view.ts';

/** Keys that answer, though not one of them is pressed for the composer. */
const moves: readonly string[] = ['move_up', 'move_down', 'next', 'open_fullscreen', 'open_thread', 'put_down'];

/** True when the question, or nobody, has taken the key. */
export function questionKey(deps: ActDeps, key: Key): boolean {
  const { store, now } = deps;
  const view = store.get();
  if (view.screen !== 'session') return false;
  // Leaving is never stopping, and answers nothing.
  if (view.editor.text === '' && view.keys.action('empty', key.name) === 'detach') return false;
  const pressed = { name: key.name, types: key.text !== undefined, decides: decides(view, key.name) };
  const { takes, focus } = taken(view.question, pressed, now());
  store.update((before) => ({ ...before, question: focus }));
  if (takes === 'composer') return false;
  if (takes === 'question' && !isWatching(view)) answerKey(deps, key);
  return true;
}

/** A key by which questions are answered: after one is gone it means nothing else for a while. */
export function decides({ keys }: View, name: string): boolean {
  const action = keys.action('approval', name);
  if (/^[1-9nc]$/.test(name)) return true;
  return action !== undefined && action !== 'decline' && !moves.includes(action);
}

/** The letter by which a choice is known, for each key that answers. */
const letters: Partial<Record<ActionOf<'approval'>, string>> = {
  approve: 'y',
  approve_for_session: 'a',
  approve_for_prefix: 'p',
  deny: 'd',
};

function answerKey({ store, desk, now }: ActDeps, { name }: Key) {
  const view = store.get();
  const question = openQuestion(view);
  if (!question) return;
  const { choices, approval } = question;
  const count = choices.length;
  const move = (by: number) => store.update((before) => ({ ...before, choice: (before.choice + by + count) % count }));
  const action = view.keys.action('approval', name);
  switch (action) {
    case 'move_up':
      return move(-1);
    case 'move_down':
      return move(1);
    case 'accept':
      return desk.asks.decide(approval, choices[view.choice]!.id, name);
    case 'decline':
      return desk.asks.decide(approval, choices.some(({ id }) => id === 'abort') ? 'abort' : 'no', name);
    case 'put_down':
      return store.update((before) => ({ ...before, question: putDown(before.question) }));
    case 'open_fullscreen':
      return desk.board.set({ overlay: { kind: 'whole', approval: question.id, line: 0 } });
    case 'open_thread':
      return desk.hint('it is this session that asks', 'dim');
    case 'next': {
      const all = view.session!.view.questions;
      const next = all[(all.findIndex(({ id }) => id === question.id) + 1) % all.length]!;
      if (next.id !== question.id)
        store.update((before) => ({ ...before, choice: 0, question: lookAt(before.question, next.id, now()) }));
      return;
    }
  }
  const picked = pickedBy(view, question, name);
  if (picked) desk.asks.decide(approval, picked.id, name);
}

/** The choice that a letter or a digit stands for. */
export function pickedBy({ keys }: View, { choices }: Approval, name: string) {
  const action = keys.action('approval', name);
  const letter = action && letters[action];
  return (
    choices.find(({ key }) => letter !== undefined && key === letter) ??
    (/^[1-9]$/.test(name) ? choices[Number(name) - 1] : undefined)
  );
}

export function lookAtQuestion({ store, desk, now }: ActDeps) {
  const view = store.get();
  const first = view.session?.view.questions[0];
  if (!first) return desk.hint('no question is open here', 'dim');
  store.update((before) => ({ ...before, choice: 0, question: lookAt(before.question, first.id, now()) }));
}
