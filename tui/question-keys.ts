/** Keys of an open question: letters, digits, arrows and Enter answer it; Esc ends the turn. */
import type { ActDeps, Key } from './act.ts';
import { actionOf } from './keys.ts';
import { lookAt, putDown, taken } from './question-focus.ts';
import { isWatching, openQuestion } from './view.ts';

const decisionKeys = /^[yapdnc1-9]$|^enter$/;

/** True when the question, or nobody, has taken the key. */
export function questionKey(deps: ActDeps, key: Key): boolean {
  const { store, now } = deps;
  const view = store.get();
  if (view.screen !== 'session') return false;
  const { takes, focus } = taken(
    view.question,
    { name: key.name, types: key.text !== undefined, decides: decisionKeys.test(key.name) },
    now(),
  );
  store.update((before) => ({ ...before, question: focus }));
  if (takes === 'composer') return false;
  if (takes === 'question' && !isWatching(view)) answerKey(deps, key);
  return true;
}

function answerKey({ store, desk, now }: ActDeps, { name }: Key) {
  const view = store.get();
  const question = openQuestion(view);
  if (!question) return;
  const { choices, approval } = question;
  const count = choices.length;
  const move = (by: number) => store.update((before) => ({ ...before, choice: (before.choice + by + count) % count }));
  switch (actionOf('question', name)) {
    case 'move_up':
      return move(-1);
    case 'move_down':
      return move(1);
    case 'accept':
      return desk.asks.decide(approval, choices[view.choice]!.id, name);
    case 'decline':
      return desk.asks.decide(approval, choices.some(({ id }) => id === 'abort') ? 'abort' : 'no', name);
    case 'next': {
      const all = view.session!.view.questions;
      const next = all[(all.findIndex(({ id }) => id === question.id) + 1) % all.length]!;
      if (next.id !== question.id)
        store.update((before) => ({ ...before, choice: 0, question: lookAt(before.question, next.id, now()) }));
      return;
    }
  }
  const letter = name === 'n' || name === 'c' ? 'esc' : name;
  const picked =
    choices.find(({ key }) => key === letter) ?? (/^[1-9]$/.test(name) ? choices[Number(name) - 1] : undefined);
  if (picked) desk.asks.decide(approval, picked.id, name);
  // Whoever wants to write something puts the question down by it.
  else if (name === 'space') store.update((before) => ({ ...before, question: putDown(before.question) }));
}

export function lookAtQuestion({ store, desk, now }: ActDeps) {
  const view = store.get();
  const first = view.session?.view.questions[0];
  if (!first) return desk.hint('no question is open here', 'dim');
  store.update((before) => ({ ...before, choice: 0, question: lookAt(before.question, first.id, now()) }));
}
