/** Keys of the side pane: marking a row, opening it, stopping what it stands for. */
import type { ActDeps } from './act-deps.ts';
import { diffCells, sumOf } from './diff-cells.ts';
import type { Key } from './inputs.ts';
import { movedRow } from './list-moves.ts';
import { openedPager } from './pager.ts';
import { openPager } from './pager-keys.ts';
import { closePopup, openPopup } from './popup.ts';
import { hasPane, type PaneRow, paneRows } from './side-pane.ts';
import type { View } from './view.ts';

export function togglePane({ store }: Pick<ActDeps, 'store'>) {
  store.update((view) => ({ ...view, pane: hasPane(view) ? 'off' : 'on' }));
}

/** A pane that is off comes with the focus. */
export function focusPane(deps: ActDeps) {
  const view = deps.store.get();
  if (!hasPane(view)) togglePane(deps);
  if (!hasPane(deps.store.get())) return deps.desk.hint('the side pane wants a screen of 90 columns', 'dim');
  if (paneRows(view).length === 0) return;
  openPopup(deps, { kind: 'pane', row: 0 });
}

export function paneKey(deps: ActDeps, view: View, { name }: Key) {
  const { popup, keys } = view;
  if (popup?.kind !== 'pane') return;
  const rows = paneRows(view);
  const to = (row: number) => openPopup(deps, { kind: 'pane', row: Math.max(0, Math.min(rows.length - 1, row)) });
  const row = rows[popup.row];
  if (name === 'x' && row?.kind === 'command')
    return void deps.desk.asks.ask((client, session) => client.request('kill', { session, command: row.n }));
  const action = keys.action('list', name);
  const next = movedRow(action, { row: popup.row, count: rows.length });
  if (next !== undefined) return to(next);
  switch (action) {
    case 'accept':
      return row && open(deps, view, row);
    case 'cancel':
    case 'close':
      return closePopup(deps);
  }
  if (keys.action('global', name) === 'focus_activity') closePopup(deps);
}

function open(deps: ActDeps, { session }: View, row: PaneRow) {
  if (row.kind === 'command') {
    const cell = session?.transcript.cells.findLast((each) => each.kind === 'command' && each.cmd === row.cmd);
    const anchor = cell && { cell: cell.id, line: 0, cells: session!.transcript.cells.length };
    return openPager(deps, { ...openedPager(`Transcript · ${row.handle}`), anchor });
  }
  void deps.desk.asks.ask(async (client, id) => {
    const { files } = await client.request('diff', { session: id });
    const own = files.filter(({ path, movedTo }) => (movedTo ?? path) === row.path);
    const cells = diffCells(own);
    if (!cells[0]) return deps.desk.hint(`${row.path} is as it was`, 'dim');
    const title = `Diff · ${row.path} · ${sumOf(own, deps.drawing.theme.glyph.minus)}`;
    openPager(deps, { ...openedPager(title, cells), anchor: { cell: cells[0].id, line: 0, cells: cells.length } });
  });
}
