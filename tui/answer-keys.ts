/** Keys of the question in the pane under a list: only there do letters and digits answer, and one held key answers one. */
import type { Approval } from '../ipc/messages.ts';
import type { ActDeps } from './act-deps.ts';
import { answeringNow, folded } from './board.ts';
import type { Key } from './inputs.ts';
import { lookAt, noFocus, taken } from './question-focus.ts';
import { decides, pickedBy } from './question-keys.ts';

export function lookInPane({ desk, store, now }: ActDeps, question: Approval) {
  desk.board.set({ answering: lookAt(store.get().board.answering, question.id, now()), choice: 0 });
  void desk.board.peek(question.session);
}

/** True when the pane, or nobody, has taken the key. */
export function answerInPane(deps: ActDeps, key: Key): boolean {
  const { desk, store, now } = deps;
  const view = store.get();
  const { board } = view;
  const question = answeringNow(board);
  // One that is gone meanwhile takes no key, and its keys mean nothing else for a moment.
  if (board.answering.open && !question)
    desk.board.set({ answering: { ...board.answering, open: null, deafUntil: now() + goneMs } });
  const { takes, focus } = taken(
    store.get().board.answering,
    { name: key.name, types: false, decides: decides(view, key.name) },
    now(),
  );
  desk.board.set({ answering: focus });
  if (takes === 'composer') return false;
  if (takes === 'question' && question) paneKey(deps, question, key.name);
  return true;
}

const goneMs = 500;

function paneKey(deps: ActDeps, question: Approval, name: string) {
  const { desk, store } = deps;
  const view = store.get();
  const { board, keys } = view;
  const { choices, approval } = question;
  const to = (by: number) => desk.board.set({ choice: (board.choice + by + choices.length) % choices.length });
  switch (keys.action('approval', name)) {
    case 'move_up':
      return to(-1);
    case 'move_down':
      return to(1);
    case 'accept':
      return void desk.board.decide([approval], choices[board.choice]!.id, name);
    case 'decline':
      // Esc leaves the pane; n and c answer, as in the session.
      if (name !== 'esc') break;
      return desk.board.set({ answering: noFocus, choice: 0 });
    case 'open_fullscreen':
      return desk.board.set({ overlay: { kind: 'whole', approval: question.id, line: 0 } });
    case 'open_thread':
      desk.board.set({ answering: noFocus, overlay: null });
      return void desk.opening.show(question.session);
  }
  if (keys.action('inbox', name) === 'answer_all') {
    const same = folded(board.inbox).find(({ all }) => all.some(({ id }) => id === question.id))?.all ?? [question];
    const choice = choices[board.choice]!.id;
    return void desk.board.decide(
      same.map((each) => each.approval),
      choice,
      name,
    );
  }
  const ends = name === 'n' || name === 'c' ? choices.find(({ id }) => id === 'abort') : undefined;
  const picked = ends ?? pickedBy(view, question, name);
  if (picked) void desk.board.decide([approval], picked.id, name);
}
