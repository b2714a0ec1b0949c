/**
 * The composer's text: cursor, kill ring, undo, pastes. Pure. A large paste stands in the text as one private character, so
 * that moving and deleting take it whole; `expand` gives what is sent.
 */
import type { ImageAsk } from '../ipc/protocol.ts';
import { graphemes } from './text.ts';

export interface Editor {
  readonly text: string;
  /** A place in `text`, never within a character a person sees. */
  readonly cursor: number;
  readonly killed: string;
  readonly pastes: readonly string[];
  /** Pictures, each behind a private character of its own. */
  readonly images: readonly ImageAsk[];
  readonly undo: readonly Kept[];
  /** What the last change was: kills in a row are one, typed letters undo together. */
  readonly last: 'type' | 'kill' | 'other';
}
type Kept = Pick<Editor, 'text' | 'cursor'>;

/** Pastes of more characters are shown as a placeholder. */
export const pasteShown = 1000;
const undoLimit = 100;
const pasteLimit = 1000;
const firstPaste = 0xf0000;
const firstImage = 0x100000;

export const emptyEditor: Editor = { text: '', cursor: 0, killed: '', pastes: [], images: [], undo: [], last: 'other' };
export const isEmpty = ({ text }: Editor): boolean => text === '';

// biome-ignore lint/suspicious/noControlCharactersInRegex: what no prompt holds
const unwanted = /[\u0000-\u0008\u000b-\u001f\u007f\u{f0000}-\u{ffffd}\u{100000}-\u{10fffd}]/gu;
const wanted = (text: string) => text.replaceAll('\r\n', '\n').replaceAll('\r', '\n').replaceAll(unwanted, '');

/** An editor that holds a text, the cursor at its end. */
export function withText(editor: Editor, text: string): Editor {
  const cleaned = wanted(text);
  if (cleaned.length > pasteShown * 10) return paste({ ...editor, text: '', cursor: 0, last: 'other' }, cleaned);
  return change(editor, cleaned, cleaned.length, 'other');
}
export const cleared = (editor: Editor): Editor => ({ ...emptyEditor, killed: editor.killed });

export function type(editor: Editor, text: string): Editor {
  const { text: before, cursor } = editor;
  const typed = wanted(text);
  return change(editor, before.slice(0, cursor) + typed + before.slice(cursor), cursor + typed.length, 'type');
}

/** `typed`: its beginning, when that stands before the cursor already. */
export function paste(editor: Editor, text: string, typed = ''): Editor {
  if (typed !== '' && typed.length + text.length > pasteShown && tailIs(editor, typed)) {
    const from = editor.cursor - typed.length;
    return paste(remove(editor, from, editor.cursor), typed + text);
  }
  const pasted = wanted(text);
  if (pasted.length <= pasteShown || editor.pastes.length >= pasteLimit)
    return { ...type(editor, pasted), last: 'other' };
  const mark = String.fromCodePoint(firstPaste + editor.pastes.length);
  const { text: before, cursor } = editor;
  const after = before.slice(0, cursor) + mark + before.slice(cursor);
  return change({ ...editor, pastes: [...editor.pastes, pasted] }, after, cursor + mark.length, 'other');
}

const tailIs = ({ text, cursor }: Editor, typed: string) => text.slice(0, cursor).endsWith(typed);

/** A picture at the cursor. */
export function attach(editor: Editor, image: ImageAsk): Editor {
  const mark = String.fromCodePoint(firstImage + editor.images.length);
  const { text, cursor } = editor;
  const after = `${text.slice(0, cursor)}${mark} ${text.slice(cursor)}`;
  return change({ ...editor, images: [...editor.images, image] }, after, cursor + mark.length + 1, 'other');
}

const imageMarks = /[\u{100000}-\u{10fffd}]/gu;
const marksIn = ({ text }: Pick<Editor, 'text'>): readonly string[] => text.match(imageMarks) ?? [];

/** The pictures that are still in the text, in its order. */
export const attached = (editor: Editor): readonly ImageAsk[] =>
  marksIn(editor).flatMap((mark) => editor.images[mark.codePointAt(0)! - firstImage] ?? []);

export const isImageMark = (text: string): boolean => (text.codePointAt(0) ?? 0) >= firstImage;

/** Numbered by where it stands: when one before it is deleted, the number changes. */
export const imageLabel = (editor: Pick<Editor, 'text'>, mark: string): string =>
  `[Image #${marksIn(editor).indexOf(mark) + 1}]`;

/** A text that was sent with pictures, as it was before: each number is its picture again. */
export function withImages(editor: Editor, text: string, images: readonly ImageAsk[]): Editor {
  const start = editor.images.length;
  const shown = withText(editor, text);
  const marked = shown.text.replaceAll(/\[Image #(\d+)\]/g, (label, n: string) =>
    images[Number(n) - 1] ? String.fromCodePoint(firstImage + start + Number(n) - 1) : label,
  );
  return { ...shown, text: marked, cursor: marked.length, images: [...editor.images, ...images] };
}

const marks = /[\u{f0000}-\u{ffffd}]/gu;
const pasteOf = ({ pastes }: Pick<Editor, 'pastes'>, mark: string) => pastes[mark.codePointAt(0)! - firstPaste] ?? '';

/** What is sent: every placeholder by what it stands for. */
export const expand = (editor: Editor): string =>
  editor.text
    .replaceAll(marks, (mark) => pasteOf(editor, mark))
    .replaceAll(imageMarks, (mark) => imageLabel(editor, mark));

/** What a placeholder looks like; a second one of the same length is numbered. */
export function pasteLabel(editor: Pick<Editor, 'pastes'>, mark: string): string {
  const at = mark.codePointAt(0)! - firstPaste;
  const { length } = pasteOf(editor, mark);
  const same = editor.pastes.slice(0, at).filter((other) => other.length === length).length;
  return `[Pasted Content ${length} chars]${same > 0 ? ` #${same + 1}` : ''}`;
}
export const isPasteMark = (text: string): boolean => {
  const code = text.codePointAt(0) ?? 0;
  return code >= firstPaste && code < firstImage;
};

export const editorActions = {
  insert_newline: (editor: Editor) => type(editor, '\n'),
  move_left: (editor: Editor) => move(editor, before(editor)),
  move_right: (editor: Editor) => move(editor, after(editor)),
  move_up: (editor: Editor) => vertical(editor, -1),
  move_down: (editor: Editor) => vertical(editor, 1),
  move_word_left: (editor: Editor) => move(editor, wordLeft(editor)),
  move_word_right: (editor: Editor) => move(editor, wordRight(editor)),
  move_line_start: (editor: Editor) => move(editor, lineStart(editor)),
  move_line_end: (editor: Editor) => move(editor, lineEnd(editor)),
  delete_backward: (editor: Editor) => remove(editor, before(editor), editor.cursor),
  delete_forward: (editor: Editor) => remove(editor, editor.cursor, after(editor)),
  delete_backward_word: (editor: Editor) => kill(editor, wordLeft(editor), editor.cursor),
  delete_forward_word: (editor: Editor) => kill(editor, editor.cursor, wordRight(editor)),
  kill_line_start: (editor: Editor) =>
    kill(editor, lineStart(editor) === editor.cursor ? before(editor) : lineStart(editor), editor.cursor),
  kill_line_end: (editor: Editor) =>
    kill(editor, editor.cursor, lineEnd(editor) === editor.cursor ? after(editor) : lineEnd(editor)),
  kill_whole_line: (editor: Editor) =>
    kill({ ...editor, cursor: lineStart(editor) }, lineStart(editor), lineEnd(editor)),
  yank: (editor: Editor) => insertRaw(editor, editor.killed),
  undo: undone,
} as const;
export type EditorAction = keyof typeof editorActions;

/** A backslash at the end of the line before the cursor makes Enter a new line. */
export function continued(editor: Editor): Editor | undefined {
  const { text, cursor } = editor;
  if (text[cursor - 1] !== '\\') return undefined;
  return change(editor, `${text.slice(0, cursor - 1)}\n${text.slice(cursor)}`, cursor, 'other');
}

/** Another text, as one change that undo takes back; the same text only moves the cursor. */
export const replaced = (editor: Editor, text: string, cursor: number): Editor =>
  change(editor, text, Math.max(0, Math.min(text.length, cursor)), 'other');

function change(editor: Editor, text: string, cursor: number, last: Editor['last']): Editor {
  if (text === editor.text) return { ...editor, cursor, last: 'other' };
  const joined = last === 'type' && editor.last === 'type';
  const undo = joined ? editor.undo : [...editor.undo, { text: editor.text, cursor: editor.cursor }].slice(-undoLimit);
  return { ...editor, text, cursor, undo, last };
}

function insertRaw(editor: Editor, text: string): Editor {
  const { text: whole, cursor } = editor;
  return change(editor, whole.slice(0, cursor) + text + whole.slice(cursor), cursor + text.length, 'other');
}

function undone(editor: Editor): Editor {
  const kept = editor.undo.at(-1);
  return kept ? { ...editor, ...kept, undo: editor.undo.slice(0, -1), last: 'other' } : editor;
}

const move = (editor: Editor, cursor: number): Editor => ({ ...editor, cursor, last: 'other' });

function remove(editor: Editor, from: number, to: number): Editor {
  return change(editor, editor.text.slice(0, from) + editor.text.slice(to), from, 'other');
}

function kill(editor: Editor, from: number, to: number): Editor {
  const text = editor.text.slice(from, to);
  if (text === '') return editor;
  const forward = from === editor.cursor;
  const killed = editor.last !== 'kill' ? text : forward ? editor.killed + text : text + editor.killed;
  return { ...change(editor, editor.text.slice(0, from) + editor.text.slice(to), from, 'kill'), killed };
}

const before = ({ text, cursor }: Editor) => cursor - (graphemes(tail(text, cursor)).at(-1)?.length ?? 0);
const after = ({ text, cursor }: Editor) => cursor + (graphemes(text.slice(cursor, cursor + 64))[0]?.length ?? 0);
/** Enough to hold the character before the cursor. */
const tail = (text: string, cursor: number) => text.slice(Math.max(0, cursor - 64), cursor);

const lineStart = ({ text, cursor }: Editor) => text.lastIndexOf('\n', cursor - 1) + 1;
const lineEnd = ({ text, cursor }: Editor) => {
  const end = text.indexOf('\n', cursor);
  return end < 0 ? text.length : end;
};

function wordLeft({ text, cursor }: Editor): number {
  const found = /(?:[\p{L}\p{N}_]+|[^\p{L}\p{N}_\s]+)\s*$/u.exec(text.slice(0, cursor));
  return found ? found.index : 0;
}
function wordRight({ text, cursor }: Editor): number {
  const found = /^\s*(?:[\p{L}\p{N}_]+|[^\p{L}\p{N}_\s]+)/u.exec(text.slice(cursor));
  return found ? cursor + found[0].length : text.length;
}

/** To the line above or below, as far along it; at the first and last line the cursor stays. */
function vertical(editor: Editor, by: -1 | 1): Editor {
  const start = lineStart(editor);
  const column = graphemes(editor.text.slice(start, editor.cursor)).length;
  const target = by < 0 ? start - 1 : lineEnd(editor) + 1;
  if (target < 0 || target > editor.text.length) return editor;
  const lineFrom = by < 0 ? lineStart({ ...editor, cursor: start - 1 }) : target;
  const lineTo = lineEnd({ ...editor, cursor: lineFrom });
  const along = graphemes(editor.text.slice(lineFrom, lineTo)).slice(0, column).join('').length;
  return move(editor, lineFrom + along);
}
