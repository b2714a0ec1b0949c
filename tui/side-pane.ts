/** The side pane of a wide screen: the plan, commands that go on, files changed in this session. Pure but for a memory. */
import type { FileChange, RowOf } from '../core/rows.ts';
import { cut, ends, oneLine, pad, widthOf } from './text.ts';
import type { Theme } from './theme.ts';
import type { Transcript } from './transcript.ts';
import type { View } from './view.ts';
import { age } from './words.ts';

/** With the line that parts it from the transcript. */
export const paneColumns = 45;
/** From here on it shows itself when there is something in it. */
const wide = 130;
/** Below this the transcript would have no room left. */
const narrowest = 90;
const fileLines = 8;

export type PaneRow =
  | {
      readonly kind: 'command';
      readonly n: number;
      readonly cmd: string;
      readonly handle: string;
      readonly since: number;
    }
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly sign: 'A' | 'M' | 'D';
      readonly added: number;
      readonly removed: number;
    };

interface Found {
  readonly plan: RowOf<'plan'>['body']['items'];
  readonly files: readonly Extract<PaneRow, { kind: 'file' }>[];
}

export const hasPane = (view: View): boolean => {
  const { size, pane, inline, screen, session, popup } = view;
  if (
    popup?.kind === 'pager' ||
    inline ||
    screen !== 'session' ||
    !session ||
    size.columns < narrowest ||
    pane === 'off'
  )
    return false;
  if (pane === 'on') return true;
  const { plan, files } = found(session.transcript);
  return size.columns >= wide && (plan.length > 0 || files.length > 0 || session.view.commands.length > 0);
};

export const transcriptColumns = (view: View): number =>
  hasPane(view) ? view.size.columns - paneColumns : view.size.columns;

/** What can be marked, from top to bottom. */
export function paneRows({ session }: View): readonly PaneRow[] {
  if (!session) return [];
  const commands = session.view.commands.map((each) => ({ kind: 'command' as const, ...each }));
  return [...commands, ...found(session.transcript).files.slice(0, fileLines)];
}

const memory = new WeakMap<Transcript['cells'], Found>();

function found({ cells }: Transcript): Found {
  const known = memory.get(cells);
  if (known) return known;
  const plan = cells.findLast((cell) => cell.kind === 'plan');
  const changes = cells.flatMap((cell) => (cell.kind === 'edit' && cell.state === 'done' ? cell.changes : []));
  const made = { plan: plan?.kind === 'plan' ? plan.items : [], files: summed(changes) };
  memory.set(cells, made);
  return made;
}

const signs = { add: 'A', update: 'M', delete: 'D' } as const;

/** Each file once, the last one changed first. */
function summed(changes: readonly FileChange[]): Found['files'] {
  const files = new Map<string, Found['files'][number]>();
  for (const { path, movedTo, kind, added, removed } of changes) {
    const name = movedTo ?? path;
    const before = files.get(path);
    files.delete(path);
    const sign = before?.sign === 'A' && kind === 'update' ? 'A' : signs[kind];
    const sums = { added: (before?.added ?? 0) + added, removed: (before?.removed ?? 0) + removed };
    files.set(name, { kind: 'file', path: name, sign, ...sums });
  }
  return [...files.values()].reverse();
}

/** As high as what stands beside it. */
export function paneLines(view: View, height: number, theme: Theme): string[] {
  const { session, popup, now } = view;
  if (!session) return [];
  const width = paneColumns - 3;
  const marked = popup?.kind === 'pane' ? popup.row : -1;
  const rows = paneRows(view);
  const { plan, files } = found(session.transcript);
  const mark = (row: PaneRow, left: string, right: string) =>
    lineOf(left, right, width, theme, rows.indexOf(row) === marked);
  const commands = rows.flatMap((row) =>
    row.kind === 'command'
      ? [mark(row, `${theme.mark('acting').sign} ${row.handle} ${oneLine(row.cmd)}`, age(now - row.since))]
      : [],
  );
  const changed = rows.flatMap((row) =>
    row.kind === 'file' ? [mark(row, `${row.sign} ${row.path}`, counts(row, theme))] : [],
  );
  const more =
    files.length > fileLines ? [theme.dim(`${theme.glyph.ellipsis} ${files.length - fileLines} more (/diff)`)] : [];
  const sum = (of: 'added' | 'removed') => files.reduce((all, file) => all + file[of], 0);
  const total = `${files.length} file${files.length === 1 ? '' : 's'} ${counts({ added: sum('added'), removed: sum('removed') }, theme)}`;
  const done = plan.filter(({ status }) => status === 'completed').length;
  const sections = [
    section('PLAN', `${done} of ${plan.length}`, planLines(plan, width, theme), width, theme),
    section('COMMANDS', '', commands, width, theme),
    section(session.more ? 'CHANGED LATELY' : 'CHANGED HERE', total, [...changed, ...more], width, theme),
  ].filter((lines) => lines.length > 0);
  const all = sections.flatMap((lines, at) => (at === 0 ? lines : ['', ...lines]));
  return (all.length > 0 ? all : [theme.dim('nothing yet: a plan, commands, changed files')]).slice(0, height);
}

const section = (title: string, right: string, lines: readonly string[], width: number, theme: Theme): string[] =>
  lines.length === 0
    ? []
    : [ends({ text: title, paint: theme.bold }, { text: right, paint: theme.dim }, width), ...lines];

const counts = ({ added, removed }: Pick<FileChange, 'added' | 'removed'>, { glyph }: Theme) =>
  [added > 0 && `+${added}`, removed > 0 && `${glyph.minus}${removed}`].filter((part) => part).join(' ');

function lineOf(left: string, right: string, width: number, theme: Theme, marked: boolean): string {
  const text = cut(left, width - widthOf(right) - 1, theme.glyph.ellipsis);
  return ends({ text, paint: marked ? theme.reverse : (each) => each }, { text: right, paint: theme.dim }, width);
}

function planLines(plan: Found['plan'], width: number, theme: Theme): string[] {
  const styles = {
    completed: [theme.glyph.ok, theme.dim],
    in_progress: [theme.mark('acting').sign, theme.cyan],
    pending: [theme.glyph.dot, (text: string) => text],
  } as const;
  return plan.map(({ step, status }) => {
    const [sign, paint] = styles[status];
    return paint(cut(`${sign} ${oneLine(step)}`, width, theme.glyph.ellipsis));
  });
}

/** Lines beside one another; `columns` is the width of the left ones. */
export function beside(left: readonly string[], right: readonly string[], columns: number, theme: Theme): string[] {
  const bar = theme.dim(theme.glyph.bar);
  return left.map((line, y) => `${pad(line, columns)}${bar} ${right[y] ?? ''}`.trimEnd());
}
