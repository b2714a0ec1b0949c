/** What every part of a desk works with: the view, the clock, the connection when there is one, and a word to the person. */
import type { Client } from '../ipc/client.ts';
import type { ViewStore } from './store.ts';
import { oneLine } from './text.ts';
import type { Hint } from './view.ts';
import type { Wire } from './wire.ts';

export interface Hands {
  readonly store: ViewStore;
  readonly now: () => number;
  readonly client: () => Client | undefined;
  readonly wire: Wire;
  readonly newKey: () => string;
  readonly newSession: () => string;
}

const hintMs = 5000;

/** One line in the hint row for a few seconds. */
export function hint({ store, now }: Pick<Hands, 'store' | 'now'>, text: string, tone: Hint['tone'], ms = hintMs) {
  const at = now();
  store.update((view) => ({ ...view, now: at, hint: { text: oneLine(text), tone, until: at + ms } }));
}
