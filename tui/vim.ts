/** Vim's keys in the composer: normal, insert and replace mode, operators, text objects, repeat, search. Pure. */
import { type Editor, editorActions, replaced } from './editor.ts';
import type { ActionOf } from './keys.ts';
import * as go from './vim-motions.ts';

export interface VimKey {
  readonly name: string;
  readonly text?: string;
  /** What the key table says of it in normal mode. */
  readonly action: ActionOf<'vim_normal'> | undefined;
}
type Operator = 'delete' | 'change' | 'yank';

export interface Vim {
  readonly mode: 'normal' | 'insert' | 'replace';
  readonly operator?: Operator;
  readonly count: string;
  /** The next key is a letter to find, to put in, or the name of a text object. */
  readonly awaits?: go.Find['kind'] | 'r' | 'i' | 'a';
  /** What is being searched, while it is typed. */
  readonly typing?: { readonly by: 1 | -1; readonly query: string };
  readonly query: string;
  readonly by: 1 | -1;
  readonly register: { readonly text: string; readonly line: boolean };
  /** The keys of the change that goes on, and those of the last one. */
  readonly keys: readonly VimKey[];
  readonly last: readonly VimKey[];
  readonly redo: readonly { readonly text: string; readonly cursor: number }[];
}
export interface VimState {
  readonly editor: Editor;
  readonly vim: Vim;
}

export const insertMode: Vim = {
  mode: 'insert',
  count: '',
  query: '',
  by: 1,
  register: { text: '', line: false },
  keys: [],
  last: [],
  redo: [],
};

/** A change of more keys is not repeated. */
const keyLimit = 2000;
const countLimit = 999;

/** What a key does here; undefined when it is not vim's and the composer has it. `plain` is what the composer does with it. */
export function vimKey(
  state: VimState,
  key: VimKey,
  plain: (editor: Editor, key: VimKey) => Editor,
): VimState | undefined {
  const { vim, editor } = state;
  if (vim.mode === 'insert') return insertKey(state, key);
  if (vim.mode === 'replace') return replaceKey(state, key);
  if (vim.typing) return typingKey(state, key);
  if (key.action === 'repeat' && !vim.operator) return repeated(state, plain);
  if (key.name === 'esc')
    return vim.operator || vim.awaits || vim.count !== '' ? { editor, vim: settled(vim) } : undefined;
  if (key.text === undefined && key.action === undefined) return undefined;
  const keys = [...vim.keys, key].slice(0, keyLimit);
  return normalKey({ editor, vim: { ...vim, keys } }, key);
}

const settled = ({ operator: _, awaits: __, ...vim }: Vim): Vim => ({ ...vim, count: '', keys: [] });

function insertKey({ editor, vim }: VimState, key: VimKey): VimState | undefined {
  if (key.name !== 'esc') return undefined;
  const cursor = editor.cursor > go.lineStart(editor.text, editor.cursor) ? editor.cursor - 1 : editor.cursor;
  return { editor: at(editor, cursor), vim: ended({ ...vim, mode: 'normal', keys: [...vim.keys, key] }) };
}

/** In insert mode the composer takes the key; vim only remembers it, to do it again. */
export const remembered = (vim: Vim, key: VimKey): Vim =>
  vim.mode === 'insert' && vim.keys.length > 0 ? { ...vim, keys: [...vim.keys, key].slice(0, keyLimit) } : vim;

function replaceKey({ editor, vim }: VimState, key: VimKey): VimState | undefined {
  const keys = [...vim.keys, key];
  if (key.name === 'esc') return insertKey({ editor, vim }, key);
  if (key.text === undefined) return undefined;
  const end = editor.text[editor.cursor] === '\n' ? editor.cursor : editor.cursor + 1;
  return { editor: put(editor, editor.cursor, end, key.text), vim: { ...vim, keys } };
}

function typingKey({ editor, vim }: VimState, { name, text }: VimKey): VimState {
  const { typing, ...rest } = vim;
  const { by, query } = typing!;
  if (name === 'esc') return { editor, vim: settled(rest) };
  if (name === 'enter') {
    const to = go.searched(editor.text, editor.cursor, query, by);
    return { editor: to === undefined ? editor : at(editor, to), vim: { ...settled(rest), query, by } };
  }
  const next = name === 'backspace' ? query.slice(0, -1) : query + (text ?? '');
  return { editor, vim: { ...vim, typing: { by, query: next } } };
}

/** The last change once more, from its first key on. */
function repeated(state: VimState, plain: (editor: Editor, key: VimKey) => Editor): VimState {
  const { last } = state.vim;
  let now: VimState = { ...state, vim: settled(state.vim) };
  for (const key of last) {
    const next = vimKey(now, key, plain);
    now = next ?? { editor: plain(now.editor, key), vim: remembered(now.vim, key) };
  }
  return now;
}

/** A change is over: it can be repeated. */
const ended = (vim: Vim): Vim => ({ ...settled(vim), last: vim.keys, redo: [] });

function normalKey(state: VimState, key: VimKey): VimState {
  const { vim, editor } = state;
  if (vim.awaits) return awaited(state, key);
  if (/^[1-9]$/.test(key.name) || (key.name === '0' && vim.count !== ''))
    return { editor, vim: { ...vim, count: vim.count + key.name } };
  if (vim.operator) return operated(state, key);
  return command(state, key) ?? moved(state, key);
}

const times = ({ count }: Vim) => Math.min(countLimit, Math.max(1, Number(count) || 1));
const at = (editor: Editor, cursor: number): Editor => replaced(editor, editor.text, cursor);
const put = (editor: Editor, from: number, to: number, text: string): Editor =>
  replaced(editor, editor.text.slice(0, from) + text + editor.text.slice(to), from + text.length);

/** The end of a line has no letter to stand on. */
function onLetter(editor: Editor): Editor {
  const { text, cursor } = editor;
  const start = go.lineStart(text, cursor);
  return cursor > start && cursor >= go.lineEnd(text, cursor) ? at(editor, cursor - 1) : editor;
}

/** Where a motion leads; `to` is past the last letter an operator takes. */
function motion({ editor: { text, cursor }, vim }: VimState, { action }: VimKey): go.Span | undefined {
  let to = cursor;
  const repeat = (step: (at: number) => number) => {
    for (let n = times(vim); n > 0; n--) to = step(to);
    return to < cursor ? { from: to, to: cursor } : { from: cursor, to };
  };
  const lines = (step: (at: number) => number): go.Span => {
    const { from, to: end } = repeat(step);
    return { from, to: end, line: true };
  };
  switch (action) {
    case 'move_left':
      return repeat((place) => Math.max(go.lineStart(text, cursor), place - 1));
    case 'move_right':
      return repeat((place) => Math.min(go.lineEnd(text, cursor), place + 1));
    case 'word_forward':
      return repeat((place) => go.wordForward(text, place));
    case 'word_back':
      return repeat((place) => go.wordBack(text, place));
    case 'word_end': {
      const span = repeat((place) => go.wordEnd(text, place));
      return { ...span, to: Math.min(text.length, span.to + 1) };
    }
    case 'line_start':
      return { from: go.lineStart(text, cursor), to: cursor };
    case 'first_word': {
      const first = go.firstWord(text, cursor);
      return { from: Math.min(first, cursor), to: Math.max(first, cursor) };
    }
    case 'line_end':
      return { from: cursor, to: go.lineEnd(text, cursor) };
    case 'move_down':
      return lines((place) => go.vertical(text, place, 1));
    case 'move_up':
      return lines((place) => go.vertical(text, place, -1));
    case 'first_line':
      return { from: 0, to: cursor, line: true };
    case 'last_line':
      return { from: cursor, to: text.length, line: true };
    default:
      return undefined;
  }
}

function moved(state: VimState, key: VimKey): VimState {
  const { editor, vim } = state;
  const span = motion(state, key);
  if (!span) return { editor, vim: settled(vim) };
  const back = span.from < editor.cursor;
  const end = key.action === 'word_end' ? span.to - 1 : span.to;
  const target = key.action === 'last_line' ? go.lineStart(editor.text, span.to) : back ? span.from : end;
  return { editor: onLetter(at(editor, target)), vim: settled(vim) };
}

/** After an operator: itself again for the line, a text object, or a motion. */
function operated(state: VimState, key: VimKey): VimState {
  const { editor, vim } = state;
  const operator = vim.operator!;
  if (key.action === operator) return apply(state, operator, wholeLines(editor.text, editor.cursor, times(vim)));
  if (key.name === 'i' || key.name === 'a') return { editor, vim: { ...vim, awaits: key.name } };
  const find = finds[key.action ?? ''];
  if (find) return { editor, vim: { ...vim, awaits: find } };
  // As vim has it: cw changes to the end of the word.
  const ends = operator === 'change' && key.action === 'word_forward' && /\S/.test(editor.text[editor.cursor] ?? '');
  const span = motion(state, ends ? { ...key, action: 'word_end' } : key);
  if (!span) return { editor, vim: settled(vim) };
  return apply(state, operator, span.line ? between(editor.text, span) : span);
}

const finds: Readonly<Record<string, go.Find['kind']>> = {
  find_forward: 'f',
  find_back: 'F',
  till_forward: 't',
  till_back: 'T',
};

function wholeLines(text: string, cursor: number, count: number): go.Span {
  let to = go.lineEnd(text, cursor);
  for (let n = 1; n < count && to < text.length; n++) to = go.lineEnd(text, to + 1);
  return { from: go.lineStart(text, cursor), to, line: true };
}
const between = (text: string, { from, to }: go.Span): go.Span => ({
  from: go.lineStart(text, from),
  to: go.lineEnd(text, to),
  line: true,
});

function apply({ editor, vim }: VimState, operator: Operator, span: go.Span): VimState {
  const { text } = editor;
  const register = { text: text.slice(span.from, span.to), line: span.line === true };
  if (operator === 'yank') return { editor: at(editor, span.from), vim: { ...settled(vim), register } };
  if (operator === 'change') {
    const { operator: _, awaits: __, ...rest } = vim;
    return { editor: put(editor, span.from, span.to, ''), vim: { ...rest, count: '', mode: 'insert', register } };
  }
  // A deleted line takes its end with it.
  const to = span.line && span.to < text.length ? span.to + 1 : span.to;
  const from = span.line && span.to >= text.length && span.from > 0 ? span.from - 1 : span.from;
  const left = put(editor, from, to, '');
  const cursor = span.line ? go.firstWord(left.text, Math.min(span.from, left.text.length)) : span.from;
  return { editor: onLetter(at(left, cursor)), vim: ended({ ...vim, register }) };
}

function awaited(state: VimState, { text: char, name }: VimKey): VimState {
  const { editor, vim } = state;
  const { awaits, ...rest } = vim;
  if (char === undefined || awaits === undefined) return { editor, vim: settled(vim) };
  if (awaits === 'r') {
    const to = editor.cursor + times(vim);
    if (to > go.lineEnd(editor.text, editor.cursor)) return { editor, vim: settled(vim) };
    const next = put(editor, editor.cursor, to, char.repeat(times(vim)));
    return { editor: at(next, next.cursor - 1), vim: ended(rest) };
  }
  if (awaits === 'i' || awaits === 'a') {
    const span = go.textObject(editor.text, editor.cursor, name, awaits === 'i');
    return span ? apply({ editor, vim: rest }, vim.operator!, span) : { editor, vim: settled(vim) };
  }
  let to: number | undefined = editor.cursor;
  for (let n = times(vim); n > 0 && to !== undefined; n--) to = go.found(editor.text, to, { kind: awaits, char });
  if (to === undefined) return { editor, vim: settled(vim) };
  if (!vim.operator) return { editor: at(editor, to), vim: settled(rest) };
  const span = to >= editor.cursor ? { from: editor.cursor, to: to + 1 } : { from: to, to: editor.cursor };
  return apply({ editor, vim: rest }, vim.operator, span);
}

/** Keys that are no motion; undefined when this is one. */
function command(state: VimState, { action }: VimKey): VimState | undefined {
  const { editor, vim } = state;
  const { text, cursor } = editor;
  const insert = (next: Editor): VimState => ({ editor: next, vim: { ...vim, count: '', mode: 'insert' } });
  const end = go.lineEnd(text, cursor);
  const start = go.lineStart(text, cursor);
  switch (action) {
    case 'insert':
      return insert(editor);
    case 'insert_line_start':
      return insert(at(editor, go.firstWord(text, cursor)));
    case 'append':
      return insert(at(editor, Math.min(end, cursor + 1)));
    case 'append_line_end':
      return insert(at(editor, end));
    case 'open_below':
      return insert(put(editor, end, end, '\n'));
    case 'open_above':
      return insert(at(put(editor, start, start, '\n'), start));
    case 'replace_mode':
      return { editor, vim: { ...vim, count: '', mode: 'replace' } };
    case 'replace_char':
      return { editor, vim: { ...vim, awaits: 'r' } };
    case 'delete_char':
      return cursor >= end
        ? { editor, vim: settled(vim) }
        : apply(state, 'delete', { from: cursor, to: Math.min(end, cursor + times(vim)) });
    case 'substitute':
      return apply(state, 'change', { from: cursor, to: Math.min(end, cursor + times(vim)) });
    case 'delete_to_end':
      return apply(state, 'delete', { from: cursor, to: end });
    case 'change_to_end':
      return apply(state, 'change', { from: cursor, to: end });
    case 'yank_line':
      return apply(state, 'yank', wholeLines(text, cursor, times(vim)));
    case 'paste_after':
      return pasted(state);
    case 'delete':
    case 'change':
    case 'yank':
      return { editor, vim: { ...vim, operator: action } };
    case 'undo': {
      const undone = editorActions.undo(editor);
      const redo = undone === editor ? vim.redo : [...vim.redo, { text, cursor }];
      return { editor: undone, vim: { ...settled(vim), redo } };
    }
    case 'redo': {
      const next = vim.redo.at(-1);
      if (!next) return { editor, vim: settled(vim) };
      return {
        editor: replaced(editor, next.text, next.cursor),
        vim: { ...settled(vim), redo: vim.redo.slice(0, -1) },
      };
    }
    case 'search_forward':
    case 'search_back':
      return { editor, vim: { ...settled(vim), typing: { by: action === 'search_forward' ? 1 : -1, query: '' } } };
    case 'next_match':
    case 'previous_match': {
      const by = action === 'next_match' ? vim.by : vim.by > 0 ? -1 : 1;
      return { editor: at(editor, go.searched(text, cursor, vim.query, by) ?? cursor), vim: settled(vim) };
    }
    default: {
      const find = finds[action ?? ''];
      return find && { editor, vim: { ...vim, awaits: find } };
    }
  }
}

function pasted({ editor, vim }: VimState): VimState {
  const { text, line } = vim.register;
  const whole = text.repeat(line ? 1 : times(vim));
  if (text === '') return { editor, vim: settled(vim) };
  if (line) {
    const end = go.lineEnd(editor.text, editor.cursor);
    const next = put(editor, end, end, `\n${whole}`);
    return { editor: at(next, go.firstWord(next.text, end + 1)), vim: ended(vim) };
  }
  const place = Math.min(go.lineEnd(editor.text, editor.cursor), editor.cursor + 1);
  const next = put(editor, place, place, whole);
  return { editor: at(next, next.cursor - 1), vim: ended(vim) };
}
