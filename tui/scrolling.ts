/** Moving the window over the transcript; older rows are asked for when its top comes near. */
import type { Desk } from './desk.ts';
import type { OnScreen } from './on-screen.ts';
import type { ViewStore } from './store.ts';
import { scrolled } from './viewport.ts';

interface Scrolling {
  readonly store: ViewStore;
  readonly desk: Desk;
  readonly drawing: OnScreen;
}

export function scrollBy({ store, desk, drawing }: Scrolling, lines: number) {
  const view = store.get();
  if (!view.session || view.inline || view.screen !== 'session') return;
  const { cells, live, style, height, shown } = drawing.transcript(view);
  if (lines < 0 && shown.atTop) return void desk.asks.page();
  const by = Number.isFinite(lines) ? lines : -1_000_000;
  const anchor = scrolled(cells, live, style, height, view.anchor, by);
  store.update((before) => ({ ...before, anchor }));
  if (lines < 0 && drawing.transcript(store.get()).shown.atTop) void desk.asks.page();
}

/** True when the key scrolls. */
export function scrollKey(deps: Scrolling, name: string): boolean {
  const { keys, size } = deps.store.get();
  const page = Math.max(1, size.rows - 8);
  switch (keys.action('chat', name)) {
    case 'page_up':
      scrollBy(deps, -page);
      return true;
    case 'page_down':
      scrollBy(deps, page);
      return true;
    case 'scroll_home':
      scrollBy(deps, Number.NEGATIVE_INFINITY);
      return true;
    case 'scroll_end':
      scrollEnd(deps);
      return true;
    default:
      return false;
  }
}

export const scrollEnd = ({ store }: Pick<Scrolling, 'store'>) =>
  store.update((view) => ({ ...view, anchor: undefined }));
