import { expect, test } from 'vitest';
import { type Editor, type EditorAction, editorActions, emptyEditor, type as typeText, withText } from './editor.ts';
import { defaultKeys } from './keys.ts';
import { insertMode, remembered, type VimKey, type VimState, vimKey } from './vim.ts';

const plain = (editor: Editor, { name, text }: VimKey): Editor => {
  const action = defaultKeys.action('editor', name);
  if (action) return editorActions[action as EditorAction](editor);
  return text === undefined ? editor : typeText(editor, text);
};

/** `<esc>`, `<cr>`, `<c-r>` and letters; `gg` is the one sequence. */
function run(text: string, cursor: number, script: string): VimState {
  let state: VimState = {
    editor: { ...withText(emptyEditor, text), cursor },
    vim: { ...insertMode, mode: 'normal' },
  };
  for (const [name] of script.matchAll(/<[^>]+>|gg|[\s\S]/g)) {
    const named = { '<esc>': 'esc', '<cr>': 'enter', '<c-r>': 'ctrl-r', '<bs>': 'backspace', gg: 'g g' }[name];
    const key: VimKey = {
      name: named ?? name,
      ...(named === undefined && { text: name }),
      action: defaultKeys.action('vim_normal', named ?? name),
    };
    const next = vimKey(state, key, plain);
    state = next ?? { editor: plain(state.editor, key), vim: remembered(state.vim, key) };
  }
  return state;
}

test.each([
  ['hello world', 0, 'wx', 'hello orld', 6],
  ['hello world', 0, 'dw', 'world', 0],
  ['hello world', 0, 'cwbye<esc>', 'bye world', 2],
  ['hello world', 6, 'D', 'hello ', 5],
  ['hello world', 0, 'A!<esc>', 'hello world!', 11],
  ['one two three', 0, '2dw', 'three', 0],
  ['one two three', 0, 'd2w', 'three', 0],
  ['one two three', 8, 'db', 'one three', 4],
  ['one two three', 0, 'de', ' two three', 0],
  ['one\ntwo\nthree', 4, 'dd', 'one\nthree', 4],
  ['one\ntwo\nthree', 9, 'dd', 'one\ntwo', 4],
  ['one\ntwo\nthree', 0, '2dd', 'three', 0],
  ['one\ntwo', 0, 'ddp', 'two\none', 4],
  ['one\ntwo', 0, 'yyjp', 'one\ntwo\none', 8],
  ['one\ntwo', 5, 'dk', '', 0],
  ['a (b (c) d) e', 6, 'di(', 'a (b () d) e', 6],
  ['a (b (c) d) e', 4, 'da(', 'a  e', 2],
  ['say "one two" now', 7, 'ci"x<esc>', 'say "x" now', 5],
  ["it's 'so' odd", 6, "da'", "it's  odd", 5],
  ['one two  three', 5, 'diw', 'one   three', 4],
  ['one two  three', 5, 'daw', 'one three', 4],
  ['find the x here', 0, 'fxD', 'find the ', 8],
  ['find the x here', 0, 'dtx', 'x here', 0],
  ['a-b-c-d', 6, 'F-x', 'a-b-cd', 5],
  ['a-b-c-d', 0, '2f-x', 'a-bc-d', 3],
  ['abc', 0, 'rX', 'Xbc', 0],
  ['abc', 0, '2rX', 'XXc', 1],
  ['abc', 0, 'RXY<esc>', 'XYc', 1],
  ['abc', 1, 'sXY<esc>', 'aXYc', 2],
  ['abc', 2, 'Ix<esc>', 'xabc', 0],
  ['abc', 0, 'ox<esc>', 'abc\nx', 4],
  ['abc', 0, 'Ox<esc>', 'x\nabc', 0],
  ['abc', 0, 'xu', 'abc', 0],
  ['abc', 0, 'xxuu<c-r>', 'bc', 0],
  ['a b c d', 0, 'dw..', 'd', 0],
  ['one one one', 0, 'cwtwo<esc>w.', 'two two one', 6],
  ['abc', 0, 'ix<esc>..', 'xxxabc', 0],
  ['a needle in a needle', 0, '/needle<cr>x', 'a eedle in a needle', 2],
  ['a needle in a needle', 0, '/nee<cr>nx', 'a needle in a eedle', 14],
  ['a needle in a needle', 0, '/needz<bs><cr>Nx', 'a needle in a eedle', 14],
  ['a needle in a needle', 19, '?needle<cr>x', 'a needle in a eedle', 14],
  ['one\ntwo\nthree', 0, 'Gx', 'one\ntwo\nhree', 8],
  ['one\ntwo', 5, 'ggx', 'ne\ntwo', 0],
  ['  one', 4, '^x', '  ne', 2],
  ['one', 0, 'd<esc>x', 'ne', 0],
  ['one two', 0, 'C<esc>', '', 0],
  ['one', 0, 'dzx', 'ne', 0],
] as const)('%j at %i: %s gives %j', (text, cursor, script, expected, place) => {
  const { editor, vim } = run(text, cursor, script);
  expect(editor.text).toBe(expected);
  expect(editor.cursor).toBe(place);
  expect(vim.mode).toBe('normal');
});

test("Esc with nothing begun, Enter and Tab are the composer's", () => {
  const state: VimState = { editor: withText(emptyEditor, 'x'), vim: { ...insertMode, mode: 'normal' } };
  for (const name of ['esc', 'enter', 'tab', 'up'])
    expect(vimKey(state, { name, action: undefined }, plain)).toBeUndefined();
});
