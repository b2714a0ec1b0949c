/** The one store of a client's screen: steps in, the newest view out. Components subscribe to the part that they draw. */
import { createStore } from '@xstate/store';
import { createContext, use, useSyncExternalStore } from 'react';
import { settleAgents } from './agents-order.ts';
import { printed } from './inline-print.ts';
import { settle } from './question-focus.ts';
import type { View } from './view.ts';

export type Step = (view: View) => View;

export interface ViewStore {
  readonly get: () => View;
  readonly update: (step: Step) => void;
  readonly listen: (listener: () => void) => () => void;
}

export function createViewStore(first: View, now: () => number): ViewStore {
  const store = createStore({
    context: first,
    on: { stepped: (view: View, { step }: { step: Step }): View => settled(step(view), now()) },
  });
  return {
    get: () => store.getSnapshot().context,
    update: (step) => store.send({ type: 'stepped', step }),
    listen: (listener) => {
      const subscription = store.subscribe(listener);
      return () => subscription.unsubscribe();
    },
  };
}

/** What follows from any change: questions come forward or go, inline mode prints what will not change any more. */
function settled(given: View, now: number): View {
  const stepped = settleAgents(given, now);
  // A list that was closed is closed for its word, and there is none any more.
  const view =
    stepped.editor.text === '' && stepped.dismissed !== undefined ? { ...stepped, dismissed: undefined } : stepped;
  if (!view.session) return view;
  // What lies over the screen neither calls a question forward nor takes one away.
  if (view.board.overlay || view.board.field) return view.inline ? printed(view) : view;
  const ids = view.screen === 'session' ? view.session.view.questions.map(({ id }) => id) : [];
  const question = settle(view.question, ids, view.editor.text !== '' || view.popup !== null, now);
  const asked =
    question === view.question
      ? view
      : { ...view, question, choice: question.open === view.question.open ? view.choice : 0 };
  return view.inline ? printed(asked) : asked;
}

export const StoreContext = createContext<ViewStore | null>(null);

/** `pick` answers a part of the view as it is there, not one made anew: React would draw for ever. */
export function useView<Part>(pick: (view: View) => Part): Part {
  const store = use(StoreContext);
  if (!store) throw new Error('no store above this component');
  return useSyncExternalStore(store.listen, () => pick(store.get()));
}
