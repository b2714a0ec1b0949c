/** Copying: the list of what there is, a marked run of the screen, and where it went. */
import type { ActDeps } from './act-deps.ts';
import { copyText } from './clipboard.ts';
import { copyables } from './copy.ts';
import type { Key } from './inputs.ts';
import { movedRow } from './list-moves.ts';
import { closePopup, openPopup } from './popup.ts';
import type { View } from './view.ts';
import { plural } from './words.ts';

export function openCopy(deps: ActDeps): boolean {
  const { session } = deps.store.get();
  if (copyables(session?.transcript.cells ?? []).length === 0) {
    deps.desk.hint('there is nothing to copy yet', 'dim');
    return true;
  }
  openPopup(deps, { kind: 'copy', row: 0 });
  return true;
}

export function copyKey(deps: ActDeps, view: View, { name }: Key) {
  if (view.popup?.kind !== 'copy') return;
  const { keys, popup } = view;
  const items = copyables(view.session?.transcript.cells ?? []);
  const to = (row: number) => openPopup(deps, { kind: 'copy', row: Math.max(0, Math.min(items.length - 1, row)) });
  const page = Math.max(1, view.size.rows - 8);
  const action = keys.action('list', name);
  const row = movedRow(action, { row: popup.row, count: items.length, page });
  if (row !== undefined) return to(row);
  switch (action) {
    case 'accept': {
      const item = items[popup.row];
      closePopup(deps);
      return item && void copy(deps, item.text);
    }
    case 'cancel':
    case 'close':
      return closePopup(deps);
  }
  if (keys.action('global', name) === 'copy') closePopup(deps);
}

export async function copy({ clipboard, desk }: Pick<ActDeps, 'clipboard' | 'desk'>, text: string) {
  const copied = await copyText(text, clipboard);
  const size = text.includes('\n') ? plural(text.split('\n').length, 'line') : plural(text.length, 'character');
  if (copied.ok) desk.hint(`copied ${size} (${copied.how})`, 'good');
  else desk.hint(`not copied: ${copied.why}`, 'warn');
}
