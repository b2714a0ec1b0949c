/** The window's title: the state's mark first, so that a list of windows shows who needs a person. Pure. */
import { clean } from './text.ts';
import type { Theme } from './theme.ts';
import type { View } from './view.ts';
import { baseName } from './words.ts';

export function titleOf({ session, cwd, screen }: View, theme: Theme): string {
  if (screen === 'agents') return 'tcx agents';
  if (!session) return `tcx · ${clean(baseName(cwd))}`;
  const { state, name } = session.view;
  return clean(`${theme.mark(state).sign} ${name} · ${baseName(session.view.cwd)}`);
}
