import { expect, test } from 'vitest';
import { keyTable } from './key-table.ts';
import { type Keymap, remap } from './keymap.ts';
import { withBinding } from './keymap-file.ts';

const keys = (keymap: Keymap) => {
  const made = remap(keymap);
  if (!made.ok) throw new Error(made.why);
  return made.keys;
};
const why = (keymap: Keymap) => {
  const made = remap(keymap);
  return made.ok ? '' : made.why;
};

test('rebound: the new key does it, the old one does not, and hints say so', () => {
  const made = keys({ editor: { undo: 'ctrl-_', kill_whole_line: ['alt-k', 'f5'] } });
  expect(made.action('editor', 'ctrl-/')).toBeUndefined();
  expect(made.action('editor', 'f5')).toBe('kill_whole_line');
  expect(made.hint('editor', 'kill_whole_line', 'clears')).toBe('alt-k clears');
});

test('unbound: nothing does it, and hints leave it out', () => {
  const made = keys({ empty: { open_agents: [] } });
  expect(made.action('empty', 'left')).toBeUndefined();
  expect(made.hint('empty', 'open_agents', 'all agents')).toBe('');
});

test('sequences, and another leader for all that follow it', () => {
  const made = keys({ chat: { scroll_home: 'g g' }, global: { leader: 'ctrl-b', open_agents: ['leader a', 'f6'] } });
  expect(made.isPrefix(['chat'], 'g')).toBe(true);
  expect(made.action('chat', 'g g')).toBe('scroll_home');
  expect(made.action('global', 'ctrl-b d')).toBe('detach');
  expect(made.action('global', 'ctrl-x d')).toBeUndefined();
  expect(made.label('global', 'detach')).toBe('ctrl-b d');
  expect(made.menu('ctrl-b').length).toBeGreaterThan(5);
});

test('without a leader nothing begins with it', () => {
  const made = keys({ global: { leader: [], detach: 'f9' } });
  expect(made.isPrefix(['global'], 'ctrl-x')).toBe(false);
  expect(made.action('global', 'f9')).toBe('detach');
  expect(made.label('global', 'open_inbox')).toBe('');
});

test('a key that is given to one place is not kept from it by what it does everywhere', () => {
  const made = keys({ composer: { submit: 'ctrl-o' } });
  expect(made.action('composer', 'ctrl-o')).toBe('submit');
  expect(made.action('global', 'ctrl-o')).toBeUndefined();
  expect(keys({ composer: { submit: 'ctrl-o' }, global: { copy: 'ctrl-o' } }).action('global', 'ctrl-o')).toBe('copy');
  expect(why({ editor: { undo: 'ctrl-c' } })).toMatch(/ctrl-c is bound to interrupt_or_leave everywhere/);
});

test('Codex names for keys of all contexts', () => {
  const made = keys({ global: { submit: 'ctrl-enter', toggle_shortcuts: 'f1' }, editor: { insert_newline: 'enter' } });
  expect(made.action('composer', 'ctrl-enter')).toBe('submit');
  expect(made.action('empty', 'f1')).toBe('show_keys');
});

test.each<[Keymap, RegExp]>([
  [{ edtor: { undo: 'f1' } }, /no such context; there are global, chat, .*editor/],
  [{ editor: { undoo: 'f1' } }, /tui.keymap.editor.undoo: there is no such action; there are insert_newline, /],
  [{ editor: { undo: 'hyper-u' } }, /"hyper-u" is no key; a key is ctrl- alt- shift- super-/],
  [{ editor: { undo: 'a b c d e' } }, /is no key/],
  [
    { editor: { undo: 'ctrl-y' } },
    /ctrl-y is bound to yank and to undo; give one of them another key, or \[\] for none/,
  ],
  [{ chat: { scroll_home: 'g g', scroll_end: 'g' } }, /g is bound to scroll_end and begins g g of scroll_home/],
  [{ chat: 'x' } as unknown as Keymap, /tui.keymap.chat: expected a table/],
  [{ chat: { page_up: 3 } } as unknown as Keymap, /tui.keymap.chat.page_up: expected a key or a list of keys/],
  [{ global: { leader: 'x' } }, /"x" cannot lead/],
])('%j is refused', (keymap, sentence) => {
  expect(why(keymap)).toMatch(sentence);
});

test('the built-in table is one that would be accepted', () => {
  const everything = Object.fromEntries(
    Object.entries(keyTable).map(([context, actions]) => [
      context,
      Object.fromEntries(Object.entries(actions).map(([action, { keys: bound }]) => [action, bound])),
    ]),
  );
  expect(why(everything)).toBe('');
});

test('a binding is kept in config.toml and nothing else of it changes', () => {
  const file =
    '# mine\nmodel = "x" # here\n\n[tui.keymap.editor]\nundo = [\n  "f1",\n]\nyank = "f2"\n\n[history]\nmax_bytes = 1\n';
  expect(withBinding('', 'editor', 'undo', ['f1'])).toBe('[tui.keymap.editor]\nundo = ["f1"]\n');
  expect(withBinding('model = "x"', 'chat', 'scroll_home', [])).toBe(
    'model = "x"\n\n[tui.keymap.chat]\nscroll_home = []\n',
  );
  expect(withBinding(file, 'editor', 'undo', ['ctrl-\\'])).toBe(file.replace('[\n  "f1",\n]', '["ctrl-\\\\"]'));
  expect(withBinding(file, 'editor', 'move_up', ['f3'])).toBe(file.replace('undo = [', 'move_up = ["f3"]\nundo = ['));
});
