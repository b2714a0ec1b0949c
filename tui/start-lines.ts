/** What is already here when `tcx` is typed in a folder. Pure. */
import type { SessionInfo } from '../ipc/messages.ts';
import { here, tops } from './act-lists.ts';
import { cut, ends, oneLine, pad } from './text.ts';
import type { Theme } from './theme.ts';
import type { View } from './view.ts';
import { age, folder, money, plural } from './words.ts';

/** The header and the strip of sessions that are here. */
export function startLines(view: View, columns: number, theme: Theme): string[] {
  const width = columns - 2;
  const { cwd, userHome, branch, board } = view;
  const sessions = tops(view.sessions);
  const needs = sessions.filter(({ state }) => state === 'needs you').length;
  const works = sessions.filter(({ state }) => ['thinking', 'acting', 'stopping'].includes(state)).length;
  const counts = [
    needs > 0 && `! ${needs} ${needs === 1 ? 'needs' : 'need'} you`,
    works > 0 && `${theme.mark('acting').sign} ${works}`,
  ];
  const place = `tcx  ${folder(cwd, userHome)}${branch ? `  ${branch}` : ''}${board.changed ? ` +${board.changed}` : ''}`;
  const head = ends(
    { text: place, paint: theme.bold },
    { text: counts.filter((part) => part).join('   '), paint: theme.yellow },
    width,
  );
  const rows = here(view);
  if (rows.length === 0)
    return [
      ` ${head}`,
      '',
      ` ${theme.dim(cut('Try: explain this repository · ? for keys · close the window whenever you like', width))}`,
    ];
  const strip = rows.map((session, at) => ` ${sessionRow(session, at === view.row, width, view.now, theme)}`);
  return [` ${head}`, '', ` ${theme.bold('Here')}`, ...strip, ...elsewhere(view, width, theme)].map((line) =>
    line.trimEnd(),
  );
}

function elsewhere({ sessions, cwd }: View, width: number, theme: Theme): string[] {
  const others = sessions.filter((session) => session.cwd !== cwd);
  if (others.length === 0) return [];
  const folders = new Set(others.map((session) => session.cwd)).size;
  const needs = others.filter(({ state }) => state === 'needs you').length;
  const text = `${plural(others.length, 'session')} in ${plural(folders, 'folder')}, ${needs === 0 ? 'none needs you' : `${needs} ${needs === 1 ? 'needs' : 'need'} you`}`;
  return [
    '',
    ` ${ends({ text: `Elsewhere  ${text}`, paint: theme.dim }, { text: 'ctrl-x a', paint: theme.dim }, width)}`,
  ];
}

const nameWidth = 16;
const stateWidth = 14;
const costWidth = 8;
const narrow = 12;

/** Mark, name, state since when, what, cost: what does not fit goes from the right. */
export function sessionRow(
  session: SessionInfo,
  marked: boolean,
  columns: number,
  now: number,
  theme: Theme,
  withFolder?: string,
): string {
  const { name, state, since, what, cost } = session;
  const { sign, paint } = theme.mark(state);
  const place = withFolder === undefined ? '' : `${pad(cut(withFolder, nameWidth - 2), nameWidth - 2)} `;
  const time = pad(`${state === 'done unread' ? 'done' : state} ${age(now - since)}`, stateWidth + 2);
  const spent = cost !== undefined && cost >= 0.005 ? money(cost).padStart(costWidth) : '';
  const fixed = 4 + nameWidth + 1 + place.length + time.length + spent.length;
  const unread = state === 'done unread' ? '  unread' : '';
  const room = columns - fixed - unread.length - 1;
  const text = room >= narrow ? ` ${pad(cut(oneLine(what), room), room)}${unread}${spent}` : '';
  const line = `${pad(cut(name, nameWidth), nameWidth)} ${place}${time}${text}`;
  const head = marked ? theme.bold(theme.glyph.prompt) : ' ';
  return `${head} ${paint(sign)} ${marked ? theme.bold(cut(line, columns - 4)) : cut(line, columns - 4)}`;
}
