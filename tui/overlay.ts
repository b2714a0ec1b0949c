/** A screen over the screen: how it is drawn and what its keys do. Closing it shows what was there, as it went on meanwhile. */
import type { ActDeps } from './act-deps.ts';
import { agentsHint, agentsLines, wideColumns } from './agents-lines.ts';
import { markedRow, rowQuestion } from './agents-order.ts';
import type { Overlay } from './board.ts';
import { inboxEntry, inboxHint, inboxKey, inboxLines } from './inbox-overlay.ts';
import type { Key } from './inputs.ts';
import { itemsHint, itemsKey, itemsLines } from './items-overlay.ts';
import { changesOf, type Pane, paneOf } from './pane-lines.ts';
import { pickerHint, pickerLines } from './picker.ts';
import { pickerKey } from './picker-keys.ts';
import { wholeLines } from './question-lines.ts';
import { selectorKey } from './selector.ts';
import { selectorLines } from './selector-lines.ts';
import type { Theme } from './theme.ts';
import type { View } from './view.ts';

export interface ListScreen {
  readonly draw: (columns: number, height: number) => string[];
  readonly hint: string;
  /** Under the list; it takes its rows from it. */
  readonly pane: Pane;
}

/** The list that fills the screen now, or nothing when it is the session's own. */
export function listScreen(view: View, theme: Theme): ListScreen | undefined {
  const { overlay } = view.board;
  const { columns, rows } = view.size;
  if (overlay) return overlayScreen(view, overlay, theme);
  if (view.screen !== 'agents') return undefined;
  const question = rowQuestion(view, markedRow(view));
  return {
    draw: (width, height) => agentsLines(view, width, height, theme),
    hint: agentsHint(view),
    // Beside the list the question stands already.
    pane: paneOf(view, columns < wideColumns && rows >= shortRows ? question : undefined, columns, rows, theme),
  };
}

/** Below so many rows the list is all there is room for; space still opens the question. */
const shortRows = 10;
const noPane: Pane = { lines: [], cursor: undefined };

function overlayScreen(view: View, overlay: Overlay, theme: Theme): ListScreen {
  const { columns, rows } = view.size;
  switch (overlay.kind) {
    case 'inbox':
      return {
        draw: (width, height) => inboxLines(view, width, height, theme),
        hint: inboxHint(view),
        pane: paneOf(view, inboxEntry(view)?.first, columns, rows, theme),
      };
    case 'whole':
      return {
        draw: (width, height) => whole(view, overlay, width, theme).slice(overlay.line, overlay.line + height),
        hint: '↑↓ page keys scroll · esc back to the choices',
        pane: noPane,
      };
    case 'picker':
      return {
        draw: (width, height) =>
          pickerLines(overlay.picker, { now: view.now, peek: view.board.peek }, width, height, theme),
        hint: pickerHint(overlay.picker),
        pane: noPane,
      };
    case 'items':
      return {
        draw: (width, height) => itemsLines(view, overlay, width, height, theme),
        hint: itemsHint,
        pane: noPane,
      };
    case 'select':
      return {
        draw: (width, height) => selectorLines(overlay.selector, width, height, theme),
        hint: overlay.hint,
        pane: noPane,
      };
  }
}

function whole(view: View, { approval }: Extract<Overlay, { kind: 'whole' }>, columns: number, theme: Theme): string[] {
  const here = view.session?.view.questions.find(({ id }) => id === approval);
  const question = here ?? view.board.inbox.find(({ id }) => id === approval);
  if (!question) return [` ${theme.dim('This question is answered.')}`];
  const row = view.session?.rows.findLast((each) => each.kind === 'patch' && each.body.call === question.call);
  const changes = here && row?.kind === 'patch' ? row.body.changes : changesOf(view.board.peek, question);
  return wholeLines(view, { question, marked: 0, changes }, columns, theme);
}

export function overlayKey(deps: ActDeps, view: View, overlay: Overlay, key: Key) {
  switch (overlay.kind) {
    case 'inbox':
      return inboxKey(deps, view, key);
    case 'whole':
      return wholeKey(deps, view, overlay, key.name);
    case 'picker':
      return pickerKey(deps, overlay.picker, key);
    case 'items':
      return itemsKey(deps, view, overlay, key);
    case 'select': {
      const selected = selectorKey(view.keys, overlay.selector, key, Math.max(1, view.size.rows - 5));
      if (selected.kind === 'moved')
        return deps.desk.board.set({ overlay: { ...overlay, selector: selected.selector } });
      deps.closeOverlay();
      if (selected.kind === 'chosen') overlay.chosen(selected.item);
    }
  }
}

function wholeKey(deps: ActDeps, view: View, overlay: Extract<Overlay, { kind: 'whole' }>, name: string) {
  const page = Math.max(1, view.size.rows - 3);
  const length = whole(view, overlay, view.size.columns, deps.drawing.theme).length;
  const to = (line: number) =>
    deps.desk.board.set({ overlay: { ...overlay, line: Math.max(0, Math.min(length - page, line)) } });
  switch (view.keys.action('list', name)) {
    case 'move_up':
      return to(overlay.line - 1);
    case 'move_down':
      return to(overlay.line + 1);
    case 'page_up':
      return to(overlay.line - page);
    case 'page_down':
      return to(overlay.line + page);
    case 'home':
      return to(0);
    case 'end':
      return to(length);
  }
  if (['esc', 'q', 'enter', 'ctrl-a'].includes(name)) deps.closeOverlay();
}
