/** All sessions on one screen, those that want a person first. Pure. */
import type { SessionInfo } from '../ipc/messages.ts';
import { groupOf, groups, ordered } from './agents-order.ts';
import { sessionRow } from './start-lines.ts';
import { ends } from './text.ts';
import type { Theme } from './theme.ts';
import type { View } from './view.ts';
import { baseName, money } from './words.ts';

export function agentsLines(view: View, columns: number, height: number, theme: Theme): string[] {
  const rows = ordered(view.sessions);
  const width = columns - 2;
  const cost = rows.reduce((sum, session) => sum + (session.cost ?? 0), 0);
  const title = ends(
    { text: `Agents   all ${rows.length}${counts(rows, theme)}`, paint: theme.bold },
    { text: cost >= 0.005 ? money(cost) : '', paint: theme.dim },
    width,
  );
  if (rows.length === 0)
    return [` ${title}`, '', ` ${theme.dim('No session yet. Type tcx in a folder and say what to do.')}`];
  const list: { line: string; row?: number }[] = [];
  let group = -1;
  for (const [at, session] of rows.entries()) {
    if (groupOf(session) !== group) {
      group = groupOf(session);
      list.push({ line: ` ${theme.dim(groups[group]?.title ?? '')}` });
    }
    list.push({
      line: ` ${sessionRow(session, at === view.row, width, view.now, theme, baseName(session.cwd))}`,
      row: at,
    });
  }
  return [` ${title}`, '', ...window(list, view.row, height - 2)].map((line) => line.trimEnd());
}

function counts(rows: readonly SessionInfo[], theme: Theme): string {
  const states = ['needs you', 'acting', 'thinking', 'parked', 'done unread', 'failed', 'asleep'] as const;
  const parts = states.flatMap((state) => {
    const count = rows.filter((session) => session.state === state).length;
    return count > 0 ? [` · ${theme.mark(state).sign} ${count}`] : [];
  });
  return parts.join('');
}

/** The lines round the marked one. */
function window(
  list: readonly { readonly line: string; readonly row?: number }[],
  row: number,
  height: number,
): string[] {
  const marked = list.findIndex((entry) => entry.row === row);
  const from = Math.max(0, Math.min(marked - Math.floor(height / 2), list.length - height));
  return list.slice(from, from + Math.max(1, height)).map(({ line }) => line);
}
