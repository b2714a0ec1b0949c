/** `/statusline` and `/title`: which items there are and in which order, seen at once while they are chosen. */
import type { ActDeps } from './act-deps.ts';
import type { Overlay } from './board.ts';
import type { Key } from './inputs.ts';
import { windowStart } from './selector-lines.ts';
import { defaultStatusLine, defaultTitle, itemNames, itemText } from './status-items.ts';
import { cut, ends, pad } from './text.ts';
import type { Theme } from './theme.ts';
import type { View } from './view.ts';

export type Items = Extract<Overlay, { kind: 'items' }>;

const keyOf = { status: 'status_line', title: 'terminal_title' } as const;
const titles = { status: 'The status line', title: "The window's title" } as const;

export function showItems({ desk, store }: Pick<ActDeps, 'desk' | 'store'>, what: Items['what']) {
  const { board } = store.get();
  const before = what === 'status' ? board.statusLine : board.title;
  const on = before ?? (what === 'status' ? defaultStatusLine : defaultTitle);
  const known = on.filter((name) => itemNames.some((other) => other === name));
  const names = [...known, ...itemNames.filter((name) => !known.includes(name))];
  desk.board.set({ overlay: { kind: 'items', what, names, on: known, marked: 0, before } });
}

export function itemsLines(view: View, overlay: Items, columns: number, height: number, theme: Theme): string[] {
  const width = columns - 2;
  const { what, names, on, marked } = overlay;
  const title = ends({ text: titles[what], paint: theme.bold }, { text: `${on.length} on`, paint: theme.dim }, width);
  const room = Math.max(1, height - 4);
  const from = windowStart(marked, names.length, room);
  const rows = names.slice(from, from + room).map((name, n) => {
    const isMarked = from + n === marked;
    const box = on.includes(name) ? '[x]' : '[ ]';
    const line = `${isMarked ? theme.glyph.prompt : ' '} ${box} ${pad(name, 24)} `;
    const value = theme.dim(cut(itemText(name, view) ?? 'nothing now', width - line.length, theme.glyph.ellipsis));
    return ` ${isMarked ? theme.bold(line) : line}${value}`;
  });
  const shown = on.flatMap((name) => itemText(name, view) ?? []).join(what === 'status' ? ' · ' : ' | ');
  return [` ${title}`, '', ...rows, '', ` ${cut(shown === '' ? 'hidden' : shown, width, theme.glyph.ellipsis)}`];
}

export const itemsHint = 'space on or off · ←→ order · enter keeps it · esc as before';

export function itemsKey(deps: ActDeps, view: View, overlay: Items, { name }: Key) {
  const { names, on, marked } = overlay;
  const to = (row: number) => put(deps, { ...overlay, marked: Math.max(0, Math.min(names.length - 1, row)) });
  if (name === 'space') {
    const item = names[marked]!;
    const kept = on.includes(item)
      ? on.filter((other) => other !== item)
      : names.filter((each) => on.includes(each) || each === item);
    return put(deps, { ...overlay, on: kept });
  }
  if (name === 'left' || name === 'right') return shift(deps, overlay, name === 'left' ? -1 : 1);
  switch (view.keys.action('list', name)) {
    case 'move_up':
      return to(marked - 1);
    case 'move_down':
      return to(marked + 1);
    case 'home':
      return to(0);
    case 'end':
      return to(names.length - 1);
    case 'accept':
      return void keep(deps, overlay);
    case 'cancel':
    case 'close':
      preview(deps, overlay.what, overlay.before);
      return deps.closeOverlay();
  }
}

function shift(deps: ActDeps, overlay: Items, by: 1 | -1) {
  const { names, marked, on } = overlay;
  const at = marked + by;
  const other = names[at];
  if (other === undefined) return;
  const moved = [...names];
  moved[at] = names[marked]!;
  moved[marked] = other;
  put(deps, { ...overlay, names: moved, on: moved.filter((name) => on.includes(name)), marked: at });
}

function put(deps: ActDeps, overlay: Items) {
  deps.desk.board.set({ overlay });
  preview(deps, overlay.what, overlay.on);
}

const preview = ({ desk }: ActDeps, what: Items['what'], on: readonly string[] | undefined) =>
  desk.board.set(what === 'status' ? { statusLine: on } : { title: on });

async function keep(deps: ActDeps, { what, on }: Items) {
  deps.closeOverlay();
  try {
    await deps.desk.client?.request('configure', { table: ['tui'], key: keyOf[what], value: [...on] });
    deps.desk.hint('kept in config.toml', 'dim');
  } catch (error) {
    deps.desk.hint((error as Error).message, 'bad');
  }
}
