/** The window's title: the state's mark first, so that a list of windows shows who needs a person. Pure. */
import { itemText } from './status-items.ts';
import { clean } from './text.ts';
import type { Theme } from './theme.ts';
import type { View } from './view.ts';
import { baseName } from './words.ts';

export function titleOf(view: View, theme: Theme): string {
  const { session, cwd, screen, board } = view;
  if (board.title && session) return chosen(view, board.title, theme);
  if (screen === 'agents') return 'tcx agents';
  if (!session) return `tcx · ${clean(baseName(cwd))}`;
  const { state, name } = session.view;
  return clean(`${theme.mark(state).sign} ${name} · ${baseName(session.view.cwd)}`);
}

/** The mark first, whatever was chosen: a list of windows is for seeing who needs a person. */
function chosen(view: View, names: readonly string[], theme: Theme): string {
  const text = names.flatMap((name) => itemText(name, view) ?? []).join(' | ');
  return clean(text === '' ? '' : `${theme.mark(view.session!.view.state).sign} ${text}`);
}
