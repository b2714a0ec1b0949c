/** Esc twice on an empty line, and the keys while an earlier message is chosen. */
import type { ActDeps } from './act-deps.ts';
import { type Backtrack, type Message, messagesOf } from './backtrack.ts';
import { withImages } from './editor.ts';
import type { Key } from './inputs.ts';
import { closePopup } from './popup.ts';
import { isRunning, type View } from './view.ts';

/** A second Esc so long after the first still belongs to it. */
const againMs = 2000;

/** Esc with nothing to close and nothing to end. */
export function escAgain(deps: ActDeps, view: View) {
  const { store, desk, now } = deps;
  if (!view.session || view.editor.text !== '' || isRunning(view)) return;
  const at = now();
  if (at - view.escAt > againMs) {
    store.update((before) => ({ ...before, escAt: at }));
    return desk.hint(view.keys.hint('chat', 'interrupt_turn', 'again to edit previous message'), 'dim', againMs);
  }
  const messages = messagesOf(view.session.rows);
  if (messages.length === 0) return desk.hint('there is no earlier message here', 'dim');
  store.update((before) => ({ ...before, hint: null, escAt: Number.NEGATIVE_INFINITY }));
  show(deps, { kind: 'backtrack', messages, at: 0 });
}

/** The chosen message stands in the composer and at the top of what is shown. */
function show({ store }: ActDeps, popup: Backtrack) {
  const { seq } = popup.messages[popup.at]!;
  store.update((view) => {
    const cells = view.session?.transcript.cells ?? [];
    const cell = cells.find((each) => each.seq === seq);
    return { ...view, popup, anchor: cell && { cell: cell.id, line: 0, cells: cells.length } };
  });
}

export function backtrackKey(deps: ActDeps, { keys, popup }: View, { name }: Key) {
  if (popup?.kind !== 'backtrack') return;
  const last = popup.messages.length - 1;
  switch (keys.action('backtrack', name)) {
    case 'previous':
      return show(deps, { ...popup, at: Math.min(last, popup.at + 1) });
    case 'next':
      return popup.at === 0 ? stay(deps) : show(deps, { ...popup, at: popup.at - 1 });
    case 'accept':
      return void rewind(deps, popup.messages[popup.at]!);
    case 'cancel':
      return stay(deps);
  }
}

function stay(deps: ActDeps) {
  closePopup(deps);
  deps.store.update((view) => ({ ...view, anchor: undefined }));
}

/** The words come back into the composer, with their pictures. */
async function rewind(deps: ActDeps, { to, text, images }: Message) {
  stay(deps);
  const done = await deps.desk.asks.ask((client, session) => client.request('rewind', { session, to }));
  if (!done) return;
  deps.store.update((view) =>
    view.editor.text === '' ? { ...view, editor: withImages(view.editor, text, images) } : view,
  );
}
