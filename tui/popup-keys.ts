/** Keys of what lies over a screen, by its kind. */
import type { ActDeps } from './act-deps.ts';
import { backtrackKey } from './backtrack-keys.ts';
import { copyKey } from './copy-keys.ts';
import { searchKey } from './history-search-keys.ts';
import type { Key } from './inputs.ts';
import { keysKey } from './key-help-keys.ts';
import { pagerKey } from './pager-keys.ts';
import { closePopup } from './popup.ts';
import { paneKey } from './side-pane-keys.ts';
import { themeKey } from './theme-picker.ts';
import type { Popup, View } from './view.ts';

type Open = NonNullable<Popup>;
type Handler = (deps: ActDeps, view: View, key: Key) => void;

const handlers: Readonly<Record<Exclude<Open['kind'], 'leader'>, Handler>> = {
  keys: keysKey,
  stop: stopKey,
  search: searchKey,
  backtrack: backtrackKey,
  pager: pagerKey,
  pane: paneKey,
  copy: copyKey,
  theme: themeKey,
};

/** Ctrl-C closes every one of them, and is not seen here; nor are the keys of a sequence. */
export function popupKey(deps: ActDeps, view: View, key: Key) {
  if (view.popup && view.popup.kind !== 'leader') handlers[view.popup.kind](deps, view, key);
}

function stopKey(deps: ActDeps, _view: View, { name }: Key) {
  closePopup(deps);
  const { desk, now } = deps;
  if (name === 't') void desk.asks.interrupt('');
  if (name === 's') void desk.asks.ask((client, session) => client.request('stop', { session, key: `stop ${now()}` }));
}
