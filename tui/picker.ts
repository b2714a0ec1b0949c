/** The session picker: thousands of sessions a page at a time, found by typing. What it shows and what a key makes of it. Pure. */
import type { Peek, SessionInfo } from '../ipc/messages.ts';
import type { RequestOf } from '../ipc/protocol.ts';
import { windowStart } from './selector-lines.ts';
import { cut, ends, oneLine, pad, widthOf, wrapText } from './text.ts';
import type { Theme } from './theme.ts';
import { age, baseName, exact } from './words.ts';

export interface PickerState {
  /** `resume` asks where to work when the session's folder is another one. */
  readonly purpose: 'resume' | 'switch';
  readonly find: string;
  readonly everywhere: boolean;
  readonly archived: boolean;
  readonly sort: 'updated' | 'created';
  readonly preview: boolean;
  /** Sessions that scripts began are there too. */
  readonly scripts: boolean;
  /** Those that have come, in order; `total` of them match. */
  readonly rows: readonly SessionInfo[];
  readonly total: number;
  readonly marked: number;
  /** Counts what was asked for: an answer to another question is not taken. */
  readonly asked: number;
  readonly loading: boolean;
  /** The chosen one worked in another folder. */
  readonly elsewhere: SessionInfo | null;
}

export const pageRows = 100;
/** The next page is asked for this far before the end of those that are here. */
const aheadRows = 30;

export const newPicker = (
  purpose: PickerState['purpose'],
  everywhere: boolean,
  scripts = purpose === 'switch',
): PickerState => ({
  purpose,
  scripts,
  find: '',
  everywhere,
  archived: false,
  sort: 'updated',
  preview: false,
  rows: [],
  total: 0,
  marked: 0,
  asked: 0,
  loading: false,
  elsewhere: null,
});

/** Another search: what was found before goes when the answer is here. */
export const searched = (picker: PickerState, change: Partial<PickerState>): PickerState => ({
  ...picker,
  ...change,
  marked: 0,
  asked: picker.asked + 1,
  loading: true,
});

export function pageAsk(picker: PickerState, cwd: string, offset: number): RequestOf<'list'> {
  const { find, everywhere, scripts, archived, sort } = picker;
  return {
    what: 'sessions',
    archived,
    sort,
    limit: pageRows,
    offset,
    ...(find.trim() !== '' && { like: find.trim() }),
    ...(!everywhere && { cwd }),
    ...(!scripts && { sources: ['cli', 'fork'] }),
  };
}

export function withPage(
  picker: PickerState,
  asked: number,
  offset: number,
  rows: readonly SessionInfo[],
  total: number,
): PickerState {
  if (asked !== picker.asked) return picker;
  const before = offset === 0 ? [] : picker.rows.slice(0, offset);
  const known = new Set(before.map(({ id }) => id));
  return { ...picker, rows: [...before, ...rows.filter(({ id }) => !known.has(id))], total, loading: false };
}

/** Where the next page begins, when it is time to ask for it. */
export const nextPage = ({ rows, total, marked, loading }: PickerState): number | undefined =>
  !loading && rows.length < total && marked + aheadRows >= rows.length ? rows.length : undefined;

export const moved = (picker: PickerState, to: number): PickerState => ({
  ...picker,
  marked: Math.max(0, Math.min(picker.rows.length - 1, to)),
});

export function pickerLines(
  picker: PickerState,
  { now, peek }: { readonly now: number; readonly peek: Peek | null },
  columns: number,
  height: number,
  theme: Theme,
): string[] {
  const width = columns - 2;
  const { rows, total, marked, find } = picker;
  const options = [
    picker.everywhere ? 'all folders' : 'this folder',
    picker.archived ? 'archived' : 'active',
    `by ${picker.sort}`,
  ].join(' · ');
  const title = ends(
    { text: picker.purpose === 'resume' ? 'Resume a session' : 'Switch session', paint: theme.bold },
    { text: `${total === 0 ? 0 : exact(marked + 1)} / ${exact(total)} · ${options}`, paint: theme.dim },
    width,
  );
  const search = find === '' ? theme.dim('type to find one') : `${find}${theme.reverse(' ')}`;
  const preview = picker.preview ? previewLines(rows[marked], peek, width, Math.floor(height / 3), theme) : [];
  const room = Math.max(1, height - 3 - preview.length);
  const from = windowStart(marked, rows.length, room);
  const list = rows
    .slice(from, from + room)
    .map((session, n) => ` ${pickerRow(session, from + n === marked, width, now, picker, theme)}`);
  const none = picker.loading ? `asking ${theme.glyph.ellipsis}` : find === '' ? 'no session here' : 'nothing matches';
  return [` ${title}`, ` ${search}`, '', ...(rows.length === 0 ? [` ${theme.dim(none)}`] : list), ...preview];
}

const nameColumns = 24;
const folderColumns = 14;

function pickerRow(
  session: SessionInfo,
  marked: boolean,
  width: number,
  now: number,
  { everywhere, sort }: PickerState,
  theme: Theme,
): string {
  const { sign, paint } = theme.mark(session.state);
  const time = `${age(now - session[sort])} ago`.padStart(8);
  const name = pad(cut(session.name, nameColumns, theme.glyph.ellipsis), nameColumns);
  const place = everywhere
    ? `${pad(cut(baseName(session.cwd), folderColumns, theme.glyph.ellipsis), folderColumns)} `
    : '';
  const room = width - 4 - 9 - nameColumns - 1 - widthOf(place);
  const words = oneLine(session.title || session.what);
  const text = `${name} ${room > 12 ? place : ''}${cut(words, Math.max(0, room > 12 ? room : room + widthOf(place)), theme.glyph.ellipsis)}`;
  const head = marked ? theme.bold(theme.glyph.prompt) : ' ';
  return `${head} ${paint(sign)} ${theme.dim(time)} ${marked ? theme.bold(text) : text}`;
}

function previewLines(
  session: SessionInfo | undefined,
  peek: Peek | null,
  width: number,
  height: number,
  theme: Theme,
): string[] {
  if (!session) return [];
  const rule = ` ${theme.dim(theme.glyph.rule.repeat(width))}`;
  const said = peek?.session === session.id ? peek.last : session.what;
  const lines = [`${theme.glyph.prompt} ${oneLine(session.title)}`, '', ...said.split('\n')];
  return [rule, ...lines.flatMap((line) => wrapText(oneLine(line), width)).map((line) => ` ${line}`)].slice(0, height);
}

export const pickerHint = ({ elsewhere, everywhere }: PickerState): string =>
  elsewhere
    ? `${elsewhere.name} worked in another folder: enter go on there · f fork it here · esc back`
    : `enter open · tab ${everywhere ? 'this folder' : 'all folders'} · ctrl-a archived · ctrl-s sort · ctrl-t look`;
