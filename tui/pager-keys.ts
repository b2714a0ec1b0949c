/** Keys of a pager: moving, finding, closing; rows that are not here are asked for. */
import type { Row } from '../core/rows.ts';
import type { ActDeps } from './act-deps.ts';
import type { Key } from './inputs.ts';
import { findMatch, openedPager, pagerCells, partOf, withRows } from './pager.ts';
import type { Cell } from './transcript.ts';
import type { View } from './view.ts';
import type { Match, Pager } from './view-parts.ts';
import { scrolled } from './viewport.ts';

/** Rows asked for when somebody scrolls, and at once when they are looked through. */
const scrollRows = 500;
const findRows = 2_000;

export function openPager({ store, now }: Pick<ActDeps, 'store' | 'now'>, pager: Pager) {
  store.update((view) => ({ ...view, popup: pager, hint: null, now: now() }));
}

/** The transcript at the place that is shown. */
export function openTranscript(deps: ActDeps, typing?: string) {
  const { session, anchor, screen } = deps.store.get();
  if (!session || screen !== 'session') return;
  openPager(deps, { ...openedPager(`Transcript · ${session.view.name}`), anchor, typing });
}

export function pagerKey(deps: ActDeps, view: View, key: Key) {
  const { popup, keys } = view;
  if (popup?.kind !== 'pager') return;
  if (popup.typing !== undefined) return typingKey(deps, view, popup, key);
  const page = Math.max(1, deps.drawing.pager(view, popup).height - 1);
  switch (keys.action('pager', key.name)) {
    case 'scroll_up':
      return pagerBy(deps, -1);
    case 'scroll_down':
      return pagerBy(deps, 1);
    case 'page_up':
      return pagerBy(deps, -page);
    case 'page_down':
      return pagerBy(deps, page);
    case 'half_page_up':
      return pagerBy(deps, -Math.ceil(page / 2));
    case 'half_page_down':
      return pagerBy(deps, Math.ceil(page / 2));
    case 'home':
      return void toBeginning(deps);
    case 'end':
      return change(deps, (pager) => ({ ...pager, part: undefined, anchor: undefined, match: undefined }));
    case 'find':
      return change(deps, (pager) => ({ ...pager, typing: '' }));
    case 'find_next':
      return void find(deps, popup.way);
    case 'find_previous':
      return void find(deps, popup.way > 0 ? -1 : 1);
    case 'close':
    case 'close_transcript':
      return deps.store.update((before) => ({ ...before, popup: null }));
  }
}

/** The wheel and keys: `by` lines down. */
export function pagerBy(deps: ActDeps, by: number) {
  const view = deps.store.get();
  if (view.popup?.kind !== 'pager') return;
  const { cells, live, style, height, shown } = deps.drawing.pager(view, view.popup);
  if (by < 0 && shown.atTop) return void more(deps, 'before');
  if (by > 0 && shown.atEnd) return void more(deps, 'after');
  const anchor = scrolled(cells, live, style, height, view.popup.anchor, by);
  if (!anchor && view.popup.part) {
    // The end of the rows that are here is not the end of the session.
    change(deps, (pager) => ({ ...pager, anchor: lastPage(deps, pager) }));
    return void more(deps, 'after');
  }
  change(deps, (pager) => ({ ...pager, anchor }));
}

function change({ store }: Pick<ActDeps, 'store'>, step: (pager: Pager) => Pager) {
  store.update((view) => (view.popup?.kind === 'pager' ? { ...view, popup: step(view.popup) } : view));
}

/** As far down as lines go, yet held there: the rows that follow will be below. */
function lastPage({ drawing, store }: ActDeps, pager: Pager) {
  const { cells, live, style, height } = drawing.pager(store.get(), pager);
  return scrolled(cells, live, style, height, undefined, -1) ?? anchorAt(cells, 0);
}

const anchorAt = (cells: readonly Cell[], at: number) =>
  cells[at] && { cell: cells[at].id, line: 0, cells: cells.length };

async function toBeginning(deps: ActDeps) {
  const view = deps.store.get();
  if (view.popup?.kind !== 'pager') return;
  const cells = pagerCells(view, view.popup);
  const whole = view.popup.cells !== undefined || (view.popup.part ? false : !view.session?.more);
  if (whole) return change(deps, (pager) => ({ ...pager, anchor: anchorAt(cells, 0) }));
  const rows = await rowsOf(deps, { after: 0, limit: scrollRows });
  const part = partOf(rows);
  if (rows.length > 0) change(deps, (pager) => ({ ...pager, part, anchor: anchorAt(part.cells, 0) }));
}

/** The rows around what is here; those of the session's own screen are paged there. */
async function more(deps: ActDeps, where: 'before' | 'after') {
  const view = deps.store.get();
  if (view.popup?.kind !== 'pager' || view.popup.cells) return;
  const { part } = view.popup;
  if (!part) return where === 'before' ? void deps.desk.asks.page() : undefined;
  const rows = await rowsOf(deps, {
    ...(where === 'before' ? { before: part.rows[0]!.seq } : { after: part.rows.at(-1)!.seq }),
    limit: scrollRows,
  });
  if (rows.length > 0)
    return change(deps, (pager) => (pager.part === part ? { ...pager, part: withRows(part, rows, where) } : pager));
  if (where === 'after') change(deps, (pager) => ({ ...pager, part: undefined, anchor: undefined }));
}

type Asked = { readonly after?: number; readonly before?: number; readonly limit: number };

async function rowsOf({ desk }: ActDeps, asked: Asked): Promise<readonly Row[]> {
  let rows: readonly Row[] = [];
  await desk.asks.ask(async (client, session) => {
    rows = (await client.request('rows', { session, ...asked })).rows;
  });
  return rows;
}

function typingKey(deps: ActDeps, { keys }: View, { typing = '', anchor, cells }: Pager, { name, text }: Key) {
  if (name === 'enter') {
    // Who is at the end looks for what was before.
    const way = anchor || cells ? 1 : -1;
    change(deps, (pager) => ({ ...pager, typing: undefined, query: typing, match: undefined, way }));
    return typing === '' ? undefined : void find(deps, way);
  }
  if (name === 'esc') return change(deps, (pager) => ({ ...pager, typing: undefined }));
  if (keys.action('editor', name) === 'delete_backward')
    return change(deps, (pager) => ({ ...pager, typing: Array.from(typing).slice(0, -1).join('') }));
  if (text !== undefined) change(deps, (pager) => ({ ...pager, typing: typing + text }));
}

/** First in what is here, then page by page in what is not; somebody who goes on to something else ends it. */
async function find(deps: ActDeps, by: 1 | -1) {
  const view = deps.store.get();
  const pager = view.popup;
  if (pager?.kind !== 'pager' || pager.query === '') return;
  const { style } = deps.drawing.pager(view, pager);
  const found = findMatch(pagerCells(view, pager), style, pager.query, placeOf(pager), by);
  if (found) return show(deps, found);
  const rows = pager.part?.rows ?? view.session?.rows ?? [];
  if (!pager.cells && rows.length > 0 && (await findElsewhere(deps, pager, rows, by))) return;
  change(deps, (now) => ({ ...now, looking: false }));
  const isOpen = deps.store.get().popup;
  if (isOpen?.kind === 'pager' && isOpen.query === pager.query)
    deps.desk.hint(`no ${pager.match ? 'other ' : ''}match ${by > 0 ? 'below' : 'above'}: ${pager.query}`, 'warn');
}

const placeOf = ({ match, anchor }: Pager): Match | undefined =>
  match ?? (anchor && { cell: anchor.cell, line: anchor.line });

async function findElsewhere(deps: ActDeps, { query }: Pager, rows: readonly Row[], by: 1 | -1): Promise<boolean> {
  let edge = by < 0 ? rows[0]!.seq : rows.at(-1)!.seq;
  change(deps, (pager) => ({ ...pager, looking: true }));
  for (;;) {
    const page = await rowsOf(deps, { ...(by < 0 ? { before: edge } : { after: edge }), limit: findRows });
    const now = deps.store.get();
    if (page.length === 0 || now.popup?.kind !== 'pager' || !now.popup.looking || now.popup.query !== query)
      return false;
    const part = partOf(page);
    const { style } = deps.drawing.pager(now, now.popup);
    const found = findMatch(part.cells, style, query, undefined, by);
    if (found) {
      change(deps, (pager) => ({ ...pager, part, looking: false }));
      show(deps, found);
      return true;
    }
    edge = by < 0 ? page[0]!.seq : page.at(-1)!.seq;
  }
}

/** A third of the way down, so that what is before it is read too. */
function show(deps: ActDeps, match: Match) {
  const view = deps.store.get();
  if (view.popup?.kind !== 'pager') return;
  const { cells, live, style, height } = deps.drawing.pager(view, view.popup);
  const at = { ...match, cells: cells.length };
  const anchor = scrolled(cells, live, style, height, at, -Math.floor(height / 3));
  change(deps, (pager) => ({ ...pager, match, anchor: anchor ?? (pager.part ? at : undefined) }));
}
