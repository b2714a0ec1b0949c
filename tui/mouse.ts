/** The mouse marks text, and what is marked is copied when the button is let go. It answers and runs nothing. */
import type { ActDeps } from './act-deps.ts';
import { copy } from './copy-keys.ts';
import type { Input } from './inputs.ts';
import { selectedText } from './selection.ts';
import { paneColumns, transcriptColumns } from './side-pane.ts';

type Mouse = Extract<Input, { kind: 'mouse' }>;

export function mouse(deps: ActDeps, { what, x, y }: Mouse) {
  const { store, drawing } = deps;
  const view = store.get();
  if (what === 'down') {
    const beside = transcriptColumns(view);
    const inPane = x > beside && view.popup?.kind !== 'pager';
    const [left, right] = inPane ? [beside + 2, beside + paneColumns] : [0, beside];
    return store.update((before) => ({ ...before, selection: undefined, press: { x, y, left, right } }));
  }
  if (what === 'drag' && view.press) {
    const { left, right, ...from } = view.press;
    return store.update((before) => ({ ...before, selection: { from, to: { x, y }, left, right } }));
  }
  if (what !== 'up') return;
  store.update((before) => ({ ...before, press: undefined }));
  if (!view.selection) return;
  const text = selectedText(drawing.lines(view), view.selection);
  if (text !== '') void copy(deps, text);
}
