/** Keys while earlier prompts are searched. Enter takes the match into the composer and does not send it. */
import type { ActDeps } from './act-deps.ts';
import { withText } from './editor.ts';
import { begun, moved, shownMatch, typed } from './history-search.ts';
import type { Key } from './inputs.ts';
import type { View } from './view.ts';
import type { Search } from './view-parts.ts';

export const openSearch = ({ store, desk, now }: ActDeps) =>
  store.update((view) => ({ ...view, now: now(), popup: begun(desk.prompts.all()) }));

export function searchKey({ store }: ActDeps, { keys, popup }: View, { name, text }: Key) {
  if (popup?.kind !== 'search') return;
  const to = (search: Search | null) => store.update((view) => ({ ...view, popup: search }));
  switch (keys.action('history_search', name)) {
    case 'previous':
      return to(moved(popup, 1));
    case 'next':
      return to(moved(popup, -1));
    case 'delete_backward':
      return to(typed(popup, Array.from(popup.query).slice(0, -1).join('')));
    case 'cancel':
      return to(null);
    case 'accept': {
      const match = shownMatch(popup);
      return store.update((view) => ({
        ...view,
        popup: null,
        walk: undefined,
        editor: match === undefined ? view.editor : withText(view.editor, match),
      }));
    }
  }
  if (text !== undefined) to(typed(popup, popup.query + text));
}
