/** All sessions on one screen, those that want a person first; beside them, where there is room, the marked one. Pure. */
import type { SessionInfo } from '../ipc/messages.ts';
import { type AgentRow, agentRows } from './agents-order.ts';
import type { Field } from './board.ts';
import { peekLines } from './peek-lines.ts';
import { windowStart } from './selector-lines.ts';
import { cut, ends, oneLine, pad, widthOf } from './text.ts';
import type { Theme } from './theme.ts';
import type { View } from './view.ts';
import { age, baseName, folder, money } from './words.ts';

/** From this width on the marked session is shown beside the list. */
export const wideColumns = 130;
const listColumns = 85;

export function agentsLines(view: View, columns: number, height: number, theme: Theme): string[] {
  if (columns < wideColumns) return listLines(view, columns, height, theme);
  const left = listLines(view, listColumns, height, theme);
  const right = peekLines(view, columns - listColumns - 3, height, theme);
  const bar = theme.dim(theme.ascii ? '|' : '│');
  return Array.from({ length: height }, (_, y) => {
    const line = left[y] ?? '';
    return `${line}${' '.repeat(Math.max(0, listColumns - widthOf(line)))}${bar} ${right[y] ?? ''}`.trimEnd();
  });
}

function listLines(view: View, columns: number, height: number, theme: Theme): string[] {
  const { agents, today } = view.board;
  const rows = agentRows(view);
  const width = columns - 2;
  const cost = today !== undefined && today >= 0.005 ? `today ${money(today)}` : '';
  const title = ends(
    {
      text: `Agents   all ${rows.length}${counts(
        rows.flatMap(({ session, isChild }) => (isChild ? [] : [session])),
        theme,
      )}`,
      paint: theme.bold,
    },
    { text: cost, paint: theme.dim },
    width,
  );
  const filters = filterText(view);
  const head = [` ${title}`, filters === '' ? '' : ` ${theme.dim(cut(filters, width))}`];
  if (rows.length === 0) {
    const none =
      filters === '' ? 'No session yet. n begins one here, or type tcx in a folder.' : 'Nothing here matches.';
    return [...head, ` ${theme.dim(cut(none, width))}`];
  }
  const list: { line: string; row?: number }[] = [];
  for (const [at, row] of rows.entries()) {
    if (row.group !== rows[at - 1]?.group) list.push({ line: ` ${theme.dim(cut(row.group, width))}` });
    const marked = row.session.id === agents.marked;
    list.push({ line: ` ${agentLine(row, marked, width, view.now, theme)}`, row: at });
  }
  return [
    ...head,
    ...shown(
      list,
      rows.findIndex(({ session }) => session.id === agents.marked),
      height - 2,
      theme,
    ),
  ];
}

/** The lines round the marked one; how many are below is said in the last. */
function shown(
  list: readonly { readonly line: string; readonly row?: number }[],
  row: number,
  height: number,
  theme: Theme,
): string[] {
  const room = Math.max(1, height);
  if (list.length <= room) return list.map(({ line }) => line.trimEnd());
  const marked = list.findIndex((entry) => entry.row === row);
  const from = windowStart(Math.max(0, marked), list.length, room - 1);
  const below = list.slice(from + room - 1).filter((entry) => entry.row !== undefined).length;
  const lines = list.slice(from, from + room - 1).map(({ line }) => line.trimEnd());
  return below === 0
    ? list.slice(-room).map(({ line }) => line.trimEnd())
    : [...lines, theme.dim(`   ${theme.glyph.ellipsis} ${below} more`)];
}

function filterText({ board: { agents }, cwd, userHome }: View): string {
  const parts = [
    agents.hereOnly && `only ${folder(cwd, userHome)}`,
    agents.unreadOnly && 'only unread',
    agents.find !== '' && `find: ${agents.find}`,
    agents.hidden.length > 0 && `${agents.hidden.length} hidden`,
  ];
  return parts.filter((part) => part).join(' · ');
}

const counted: readonly (readonly SessionInfo['state'][])[] = [
  ['needs you'],
  ['acting', 'thinking', 'stopping'],
  ['parked', 'waiting for Temporal', 'disk full'],
  ['done unread'],
  ['failed', 'quarantined'],
  ['asleep'],
];

function counts(sessions: readonly SessionInfo[], theme: Theme): string {
  return counted
    .map((states) => {
      const count = sessions.filter(({ state, archived }) => !archived && states.includes(state)).length;
      return count > 0 ? ` · ${theme.mark(states[0]!).sign} ${count}` : '';
    })
    .join('');
}

const nameColumns = 14;
const folderColumns = 10;
const sinceColumns = 5;
const costColumns = 9;
/** What a session is doing keeps this much; before that the folder, the time and the cost go. */
const whatColumns = 12;

function agentLine(row: AgentRow, marked: boolean, width: number, now: number, theme: Theme): string {
  const { session, isChild, isFolded, children } = row;
  const { sign, paint } = theme.mark(session.state);
  const more = isFolded ? ` +${children}` : '';
  const own = isChild ? session.name.slice(session.name.lastIndexOf('/') + 1) : session.name;
  const name = `${cut(own, nameColumns - more.length, theme.glyph.ellipsis)}${more}`;
  const cells = fitted(session, now, width - 4 - nameColumns - 1 - (isChild ? 2 : 0));
  const what = cells.what === 0 ? '' : pad(cut(whatOf(session), cells.what, theme.glyph.ellipsis), cells.what);
  const place = cells.folder ? `${pad(cut(isChild ? '' : baseName(session.cwd), folderColumns), folderColumns)} ` : '';
  const tail = `${cells.unread}${cells.since}${cells.cost}`;
  const text = `${pad(name, nameColumns)} ${place}${what}`;
  const head = `${marked ? theme.bold(theme.glyph.prompt) : ' '} ${isChild ? '  ' : ''}${paint(sign)} `;
  return `${head}${marked ? theme.bold(text) : text}${theme.dim(tail)}`;
}

const whatOf = ({ state, what, name }: SessionInfo): string => {
  const said = oneLine(what);
  return said === '' || said === name ? state : said;
};

/** Which cells there is room for. */
function fitted({ state, since, cost }: SessionInfo, now: number, width: number) {
  const unread = state === 'done unread' ? '  unread' : '';
  const time = age(now - since).padStart(sinceColumns);
  const spent = (cost !== undefined && cost >= 0.005 ? money(cost) : '').padStart(costColumns);
  const all = { folder: true, unread, since: time, cost: spent };
  const steps = [
    all,
    { ...all, unread: '' },
    { ...all, unread: '', folder: false },
    { ...all, unread: '', folder: false, since: '' },
    { folder: false, unread: '', since: '', cost: '' },
  ];
  for (const step of steps) {
    const what =
      width - (step.folder ? folderColumns + 1 : 0) - step.unread.length - step.since.length - step.cost.length;
    if (what >= whatColumns) return { ...step, what };
  }
  return { folder: false, unread: '', since: '', cost: '', what: Math.max(0, width) };
}

export function fieldHint({ kind }: Field): string {
  if (kind === 'say') return 'enter says it, into a running turn · tab queues it · esc back';
  if (kind === 'find') return 'enter keeps the search · esc ends it';
  return 'enter · esc back';
}

/** What keys do in the list. */
export function agentsHint(view: View): string {
  const { board, keys } = view;
  if (board.field) return fieldHint(board.field);
  if (board.confirm) return '';
  if (board.answering.open) return 'a letter or a digit answers · ↑↓ enter · esc back to the list';
  const words = [
    ['open', 'open'],
    ['answer', 'answer'],
    ['say', 'say'],
    ['new_task', 'new'],
    ['stop', 'stop'],
    ['toggle_grouping', 'group'],
    ['search', 'find'],
    ['show_keys', 'all'],
  ] as const;
  return words
    .map(([action, does]) => keys.hint('agents', action, does))
    .filter((hint) => hint !== '')
    .join(' · ');
}
