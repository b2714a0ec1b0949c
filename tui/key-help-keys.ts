/** Keys of the list of all keys: typing finds, arrows and pages move, Esc closes. */
import type { ActDeps } from './act-deps.ts';
import type { Key } from './inputs.ts';
import { movedRow } from './list-moves.ts';
import { closePopup } from './popup.ts';
import type { View } from './view.ts';

export function keysKey(deps: ActDeps, view: View, { name, text }: Key) {
  if (view.popup?.kind !== 'keys') return;
  const { keys, popup } = view;
  const { height, last } = deps.drawing.keyHelp(view, popup);
  const to = (from: number) =>
    deps.store.update((before) => ({ ...before, popup: { ...popup, from: Math.max(0, Math.min(last, from)) } }));
  const find = (query: string) =>
    deps.store.update((before) => ({ ...before, popup: { kind: 'keys', query, from: 0 } }));
  if (text !== undefined && keys.action('list', name) !== 'accept') return find(popup.query + text);
  if (keys.action('editor', name) === 'delete_backward') return find(popup.query.slice(0, -1));
  const action = keys.action('list', name);
  const row = movedRow(action, { row: popup.from, count: last + 1, page: height });
  if (row !== undefined) return to(row);
  switch (action) {
    case 'cancel':
    case 'accept':
      return closePopup(deps);
  }
}
