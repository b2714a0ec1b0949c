/** Ctrl-C pressed: which layer it takes off the screen, and that done. */
import type { ActDeps } from './act-deps.ts';
import { completionOf } from './completion.ts';
import { cleared, expand } from './editor.ts';
import { type Peeled, peel } from './ladder.ts';
import { noFocus, putDown } from './question-focus.ts';
import { isRunning, isWatching, type View } from './view.ts';

export function pressCtrlC(deps: ActDeps) {
  const view = deps.store.get();
  const now = deps.now();
  const question = view.screen === 'session' && view.question.open !== null;
  const peeled = peel(
    {
      popup:
        view.popup !== null ||
        isOver(view) ||
        question ||
        isListed(view) ||
        (view.screen === 'agents' && view.from !== 'shell'),
      draft: view.editor.text !== '' && view.screen !== 'agents' && view.board.overlay === null,
      running: view.screen === 'session' && isRunning(view),
      watching: isWatching(view),
    },
    now - view.ctrlCAt,
  );
  deps.store.update((before) => ({ ...before, ctrlCAt: now }));
  peelOff(deps, peeled);
}

/** A list stands over the composer. */
const isListed = (view: View) =>
  (view.screen === 'session' || view.screen === 'start') && (completionOf(view)?.rows.length ?? 0) > 0;

function peelOff(deps: ActDeps, peeled: Peeled) {
  const { store, desk } = deps;
  const view = store.get();
  switch (peeled) {
    case 'close':
      if (view.popup?.kind === 'backtrack')
        return store.update((before) => ({ ...before, popup: null, anchor: undefined }));
      if (view.popup) return store.update((before) => ({ ...before, popup: null }));
      if (isOver(view)) return uncover(deps, view);
      if (view.screen === 'agents')
        return store.update((before) => ({ ...before, screen: before.from === 'session' ? 'session' : 'start' }));
      if (isListed(view)) return store.update((before) => ({ ...before, dismissed: completionOf(before)?.from }));
      return store.update((before) => ({ ...before, question: putDown(before.question) }));
    case 'clear':
      desk.prompts.remember(expand(view.editor));
      return store.update((before) => ({ ...before, editor: cleared(before.editor), walk: undefined }));
    case 'interrupt': {
      const again = view.keys.hint('global', 'interrupt_or_leave', 'again leaves');
      return void desk.asks.interrupt(`interrupted · ${again} · ${view.session?.view.name ?? 'the session'} stays`);
    }
    case 'leave':
      return void desk.leave();
    case 'nothing':
  }
}

/** Something lies over the screen, or over its list. */
const isOver = ({ board: { field, confirm, overlay, answering } }: View) =>
  field !== null || confirm !== null || overlay !== null || answering.open !== null;

/** The nearest of what lies over a list goes. */
function uncover({ desk: { board }, closeOverlay }: ActDeps, { board: { field, confirm, overlay, answering } }: View) {
  if (field || confirm) return board.set({ field: null, confirm: null });
  if (overlay?.kind === 'whole') return closeOverlay();
  if (answering.open) return board.set({ answering: noFocus });
  closeOverlay();
}
