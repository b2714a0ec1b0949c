import { expect, test } from 'vitest';
import { completed, completionOf, mentionAt, runs } from './completion.ts';
import { emptyEditor, withText } from './editor.ts';
import { startView, type View } from './view.ts';

const base = startView({
  size: { columns: 80, rows: 24 },
  inline: false,
  screen: 'start',
  cwd: '/w',
  userHome: undefined,
  branch: undefined,
  now: 0,
  model: 'm',
});
const typed = (text: string, more: Partial<View> = {}): View => ({
  ...base,
  editor: withText(emptyEditor, text),
  ...more,
});
const found = (typed: string, ...rows: string[]) => ({ found: { typed, rows, complete: true } });

test.each([
  ['@', { from: 0, typed: '' }],
  ['see @src/ma', { from: 4, typed: 'src/ma' }],
  ['see @"a b', { from: 4, typed: 'a b' }],
  ['a\n@x', { from: 2, typed: 'x' }],
  ['mail kim@example', undefined],
  ['@src/main.ts and', undefined],
  ['npm i @scope/pkg', { from: 6, typed: 'scope/pkg' }],
])('%j is a mention: %j', (text, mention) => {
  expect(mentionAt(withText(emptyEditor, text))).toEqual(mention);
});

test('only the word before the cursor counts, and what stands after it stays', () => {
  const editor = { ...withText(emptyEditor, 'see @ma please'), cursor: 7 };
  const completion = completionOf({ ...base, editor, ...found('ma', 'src/main.ts') })!;
  expect(completion).toMatchObject({ kind: 'files', from: 4, typed: 'ma', waiting: false });
  expect(completed(editor, completion, 0)).toMatchObject({ text: 'see src/main.ts please', cursor: 16 });
});

test('a path with blanks is quoted; answers to an older question wait', () => {
  const view = typed('@my', found('m', 'my file.md'));
  const completion = completionOf(view)!;
  expect(completion).toMatchObject({ waiting: true });
  expect(completed(view.editor, completion, 0).text).toBe('"my file.md" ');
});

test('a list that was closed stays closed for its word', () => {
  expect(completionOf(typed('see @ma', { dismissed: 4 }))).toBeUndefined();
  expect(completionOf(typed('see @ma or @x', { dismissed: 4 }))).toMatchObject({ from: 11 });
  expect(completionOf(typed('/st', { dismissed: 0 }))).toBeUndefined();
});

test('commands: one runs at once, one that wants words is taken into the text', () => {
  const status = completionOf(typed('/stat'))!;
  expect(runs(status, 0)?.name).toBe('status');
  const rename = completionOf(typed('/ren'))!;
  expect(runs(rename, 0)).toBeUndefined();
  expect(completed(emptyEditor, rename, 0).text).toBe('/rename ');
});
