/** Ctrl-C pressed: which layer it takes off the screen, and that done. */
import type { ActDeps } from './act.ts';
import { completionOf } from './completion.ts';
import { cleared, expand } from './editor.ts';
import { type Peeled, peel } from './ladder.ts';
import { putDown } from './question-focus.ts';
import { isRunning, isWatching, type View } from './view.ts';

export function pressCtrlC(deps: ActDeps) {
  const view = deps.store.get();
  const now = deps.now();
  const question = view.screen === 'session' && view.question.open !== null;
  const peeled = peel(
    {
      popup: view.popup !== null || question || isListed(view) || (view.screen === 'agents' && view.from !== 'shell'),
      draft: view.editor.text !== '' && view.screen !== 'agents',
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

function peelOff({ store, desk }: ActDeps, peeled: Peeled) {
  const view = store.get();
  switch (peeled) {
    case 'close':
      if (view.popup) return store.update((before) => ({ ...before, popup: null }));
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
