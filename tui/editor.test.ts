import { expect, test } from 'vitest';
import { composerLines } from './composer-lines.ts';
import {
  continued,
  type Editor,
  type EditorAction,
  editorActions,
  emptyEditor,
  expand,
  paste,
  type,
  withText,
} from './editor.ts';

const at = (marked: string): Editor => ({ ...emptyEditor, text: marked.replace('|', ''), cursor: marked.indexOf('|') });
const shown = ({ text, cursor }: Editor) => `${text.slice(0, cursor)}|${text.slice(cursor)}`;
const after = (marked: string, ...actions: EditorAction[]) =>
  shown(actions.reduce((editor, action) => editorActions[action](editor), at(marked)));

test.each<[string, EditorAction, string]>([
  ['ab|c', 'move_left', 'a|bc'],
  ['a👩‍👩‍👧|c', 'move_left', 'a|👩‍👩‍👧c'],
  ['a👩‍👩‍👧|c', 'delete_backward', 'a|c'],
  ['a|éc', 'delete_forward', 'a|c'],
  ['one two|', 'move_word_left', 'one |two'],
  ['one| two', 'move_word_right', 'one two|'],
  ['one two|', 'delete_backward_word', 'one |'],
  ['|one two', 'delete_forward_word', '| two'],
  ['one\ntw|o', 'move_line_start', 'one\n|two'],
  ['o|ne\ntwo', 'move_line_end', 'one|\ntwo'],
  ['one\ntw|o', 'kill_line_start', 'one\n|o'],
  ['one\n|two', 'kill_line_start', 'one|two'],
  ['o|ne\ntwo', 'kill_line_end', 'o|\ntwo'],
  ['one|\ntwo', 'kill_line_end', 'one|two'],
  ['one\ntw|o', 'move_up', 'on|e\ntwo'],
  ['on|e\ntwo', 'move_down', 'one\ntw|o'],
  ['on|e', 'move_up', 'on|e'],
  ['ab|', 'insert_newline', 'ab\n|'],
])('%j %s %j', (before, action, expected) => {
  expect(after(before, action)).toBe(expected);
});

test('kills in a row are one, and come back with yank', () => {
  expect(after('one two three|', 'delete_backward_word', 'delete_backward_word', 'move_line_start', 'yank')).toBe(
    'two three|one ',
  );
  expect(after('|one\ntwo', 'kill_line_end', 'kill_line_end', 'yank', 'yank')).toBe('one\none\n|two');
});

test('letters undo together, an action alone', () => {
  const typed = ['a', 'b', 'c'].reduce(type, emptyEditor);
  const killed = editorActions.kill_line_start(typed);
  expect(shown(editorActions.undo(killed))).toBe('abc|');
  expect(shown(editorActions.undo(editorActions.undo(killed)))).toBe('|');
});

test('a large paste is one character to the cursor, and the whole text when it is sent', () => {
  const text = 'x'.repeat(1001);
  const editor = paste(type(paste(type(emptyEditor, 'see '), text), ' and '), text);
  expect(expand(editor)).toBe(`see ${text} and ${text}`);
  expect(composerLines(editor, 80, 5).lines.join('')).toBe(
    'see [Pasted Content 1001 chars] and [Pasted Content 1001 chars] #2',
  );
  expect(expand(editorActions.delete_backward(editor))).toBe(`see ${text} and `);
  expect(expand(paste(emptyEditor, 'short\r\nlines\r'))).toBe('short\nlines\n');
});

test('a backslash before Enter is a new line; control characters are never typed', () => {
  expect(shown(continued(at('one\\|'))!)).toBe('one\n|');
  expect(continued(at('one|'))).toBeUndefined();
  expect(withText(emptyEditor, 'a\u0000b\u001bc\n').text).toBe('abc\n');
});

test('the composer shows the lines around the cursor, and the cursor in them', () => {
  const editor = withText(emptyEditor, 'one\ntwo\nthree\nfour');
  expect(composerLines(editor, 10, 2)).toEqual({ lines: ['three', 'four'], cursor: { x: 4, y: 1 } });
  expect(composerLines(at('abcdef|'), 3, 9)).toEqual({ lines: ['abc', 'def', ''], cursor: { x: 0, y: 2 } });
  expect(composerLines(at('日本|語'), 4, 9)).toEqual({ lines: ['日本', '語'], cursor: { x: 0, y: 1 } });
});
