/** What lies over a screen comes and goes. */
import type { ActDeps } from './act-deps.ts';
import type { Popup } from './view.ts';

export const openPopup = ({ store, now }: Pick<ActDeps, 'store' | 'now'>, popup: Popup) =>
  store.update((view) => ({ ...view, popup, now: now() }));

export const closePopup = ({ store }: Pick<ActDeps, 'store'>) => store.update((view) => ({ ...view, popup: null }));
