/** Keys of the session picker, and the pages it asks for. */
import type { SessionInfo } from '../ipc/messages.ts';
import type { ActDeps } from './act-deps.ts';
import type { Key } from './inputs.ts';
import { movedRow } from './list-moves.ts';
import { moved, newPicker, nextPage, type PickerState, pageAsk, searched, withPage } from './picker.ts';
import type { ViewStore } from './store.ts';

type Deps = Pick<ActDeps, 'desk' | 'store' | 'now'>;

export function showPicker(deps: Deps, purpose: PickerState['purpose'], everywhere: boolean, scripts?: boolean) {
  put(deps, newPicker(purpose, everywhere, scripts));
  search(deps, {});
}

const pickerOf = (store: ViewStore): PickerState | undefined => {
  const { overlay } = store.get().board;
  return overlay?.kind === 'picker' ? overlay.picker : undefined;
};

const put = ({ desk }: Deps, picker: PickerState) => desk.board.set({ overlay: { kind: 'picker', picker } });

function search(deps: Deps, change: Partial<PickerState>) {
  const picker = pickerOf(deps.store);
  if (!picker) return;
  put(deps, searched(picker, change));
  void page(deps, 0);
}

async function page(deps: Deps, offset: number) {
  const { desk, store } = deps;
  const picker = pickerOf(store);
  if (!picker) return;
  put(deps, { ...picker, loading: true });
  const answer = await desk.client?.request('list', pageAsk(picker, store.get().cwd, offset)).catch(() => undefined);
  const then = pickerOf(store);
  if (!then || !answer) return;
  put(deps, withPage(then, picker.asked, offset, answer.sessions, answer.total));
  more(deps);
}

/** The next page when it comes near, and the preview of the marked one. */
function more(deps: Deps) {
  const picker = pickerOf(deps.store);
  if (!picker) return;
  const next = nextPage(picker);
  if (next !== undefined) void page(deps, next);
  if (picker.preview) void deps.desk.board.peek(picker.rows[picker.marked]?.id);
}

export function pickerKey(deps: ActDeps, picker: PickerState, { name, text }: Key) {
  const { keys } = deps.store.get();
  if (picker.elsewhere) return elsewhereKey(deps, picker, picker.elsewhere, name);
  const to = (row: number) => {
    put(deps, moved(picker, row));
    more(deps);
  };
  switch (keys.action('picker', name)) {
    case 'toggle_everywhere':
      return search(deps, { everywhere: !picker.everywhere });
    case 'toggle_archived':
      return search(deps, { archived: !picker.archived });
    case 'toggle_sort':
      return search(deps, { sort: picker.sort === 'updated' ? 'created' : 'updated' });
    case 'preview':
      put(deps, { ...picker, preview: !picker.preview });
      return more(deps);
  }
  if (text !== undefined) return search(deps, { find: picker.find + text });
  if (name === 'backspace') return search(deps, { find: [...picker.find].slice(0, -1).join('') });
  const rows = Math.max(1, deps.store.get().size.rows - 6);
  const action = keys.action('list', name);
  const row = movedRow(action, { row: picker.marked, count: picker.rows.length, page: rows });
  if (row !== undefined) return to(row);
  switch (action) {
    case 'accept': {
      const session = picker.rows[picker.marked];
      if (session) choose(deps, picker, session);
      return;
    }
    case 'cancel':
      if (picker.find !== '') return search(deps, { find: '' });
      return deps.closeOverlay();
  }
}

function choose(deps: ActDeps, picker: PickerState, session: SessionInfo) {
  if (session.archived) return deps.desk.hint(`archived: tcx unarchive ${session.name}`, 'warn');
  if (picker.purpose === 'resume' && session.cwd !== deps.store.get().cwd)
    return put(deps, { ...picker, elsewhere: session });
  deps.picked(session.id);
}

function elsewhereKey(deps: ActDeps, picker: PickerState, session: SessionInfo, name: string) {
  put(deps, { ...picker, elsewhere: null });
  if (name === 'enter') deps.picked(session.id);
  if (name === 'f') void deps.desk.board.forkHere(session.id, deps.store.get().cwd).then((id) => id && deps.picked(id));
}
