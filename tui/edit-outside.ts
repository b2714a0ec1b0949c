/** The draft in the person's own editor, and back. */
import type { ActDeps } from './act-deps.ts';
import { cleared, expand, withText } from './editor.ts';
import { isWatching } from './view.ts';

export async function editOutside({ store, desk, edit }: ActDeps) {
  const view = store.get();
  if ((view.screen !== 'session' && view.screen !== 'start') || isWatching(view)) return;
  const before = expand(view.editor);
  const edited = await edit(before);
  if (edited.kind === 'failed') return desk.hint(edited.why, 'warn');
  if (edited.text === before) return;
  store.update((now) => ({ ...now, walk: undefined, editor: withText(cleared(now.editor), edited.text) }));
}
