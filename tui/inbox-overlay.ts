/** The inbox over any screen: all open questions, oldest first, equal ones folded; answering leaves nobody's screen. */
import type { ActDeps } from './act-deps.ts';
import { answerInPane, lookInPane } from './answer-keys.ts';
import { type Folded, folded } from './board.ts';
import type { Key } from './inputs.ts';
import { windowStart } from './selector-lines.ts';
import { cut, ends, oneLine, pad, widthOf } from './text.ts';
import type { Theme } from './theme.ts';
import type { View } from './view.ts';
import { age } from './words.ts';

const entryId = ({ first }: Folded) => first.id;

function markedAt({ board }: View, entries: readonly Folded[]): number {
  const wanted = board.overlay?.kind === 'inbox' ? board.overlay.marked : undefined;
  const at = entries.findIndex(({ all }) => all.some(({ id }) => id === wanted));
  return Math.max(0, at);
}

export const inboxEntry = (view: View): Folded | undefined => {
  const entries = folded(view.board.inbox);
  return entries[markedAt(view, entries)];
};

export function inboxLines(view: View, columns: number, height: number, theme: Theme): string[] {
  const width = columns - 2;
  const entries = folded(view.board.inbox);
  const title = ends(
    {
      text: `Inbox   ${view.board.inbox.length === 0 ? 'no open question' : `${view.board.inbox.length} open`}`,
      paint: theme.bold,
    },
    { text: 'oldest first', paint: theme.dim },
    width,
  );
  if (entries.length === 0) return [` ${title}`, '', ` ${theme.dim('Nothing waits for you.')}`];
  const marked = markedAt(view, entries);
  const room = Math.max(1, height - 2);
  const from = windowStart(marked, entries.length, room);
  const lines = entries.slice(from, from + room).map(({ first, all }, n) => {
    const isMarked = from + n === marked;
    const times = all.length > 1 ? ` ×${all.length}` : '';
    const fixed = `${pad(first.approval, 5)} ${pad(age(view.now - first.since), 4)} ${pad(cut(first.name, 16, theme.glyph.ellipsis), 16)} ${pad(first.kind, 8)} `;
    const text = `${fixed}${cut(oneLine(first.summary), width - 4 - widthOf(fixed) - times.length, theme.glyph.ellipsis)}`;
    const head = isMarked ? theme.bold(theme.glyph.prompt) : ' ';
    return ` ${head} ${isMarked ? theme.bold(text) : text}${theme.yellow(times)}`;
  });
  return [` ${title}`, '', ...lines];
}

export const inboxHint = ({ board }: View): string =>
  board.answering.open
    ? 'a letter or a digit answers · A all alike · o open · esc back to the list'
    : 'space answer · o open its session · ↑↓ · esc back';

export function inboxKey(deps: ActDeps, view: View, key: Key) {
  if (answerInPane(deps, key)) return;
  const entries = folded(view.board.inbox);
  const at = markedAt(view, entries);
  const to = (row: number) => {
    const entry = entries[Math.max(0, Math.min(entries.length - 1, row))];
    deps.desk.board.set({ overlay: { kind: 'inbox', marked: entry && entryId(entry) } });
  };
  const entry = entries[at];
  switch (view.keys.action('inbox', key.name)) {
    case 'answer':
      if (entry) lookInPane(deps, entry.first);
      return;
    case 'open_thread':
      if (!entry) return;
      deps.desk.board.set({ overlay: null });
      return void deps.desk.opening.show(entry.first.session);
  }
  switch (view.keys.action('list', key.name)) {
    case 'move_up':
      return to(at - 1);
    case 'move_down':
      return to(at + 1);
    case 'home':
      return to(0);
    case 'end':
      return to(entries.length - 1);
    case 'cancel':
    case 'close':
      return deps.desk.board.set({ overlay: null });
  }
}

export function showInbox({ desk, store }: Pick<ActDeps, 'desk' | 'store'>) {
  desk.board.set({ overlay: { kind: 'inbox', marked: store.get().board.inbox[0]?.id }, field: null, confirm: null });
  void desk.client?.request('watch', { what: 'inbox' }).catch(() => {});
  void desk.board.refreshInbox();
}
