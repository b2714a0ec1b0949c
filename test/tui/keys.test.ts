/** The keys of the screen, as they come and as a person has changed them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { press, Screen } from '../screen.ts';
import { verifies } from '../verifies.ts';
import { says, slowly, withModel } from './with-model.ts';

const keymap = `
[tui.keymap.global]
leader = "ctrl-b"
open_agents = ["f6", "leader a"]
[tui.keymap.composer]
submit = "ctrl-o"
queue = []
[tui.keymap.editor]
insert_newline = ["enter"]
kill_whole_line = "ctrl-\\\\ x"
[tui.keymap.chat]
scroll_home = "alt-g alt-g"
`;

verifies('13.20', 'keys are rebound, unbound and made sequences by config, and hints show the new ones', async () => {
  await using it = await withModel([slowly(300, 30)], { config: keymap.replace('ctrl-\\\\ x', 'alt-k') });
  await using screen = new Screen(it.daemon, []);
  await screen.until('this starts a new session');
  screen.press('one', press.enter, 'two', press.tab, 'x');
  await screen.until((text) => /› one\s*\n\s+twox/.test(text));
  screen.press('\u000f');
  await screen.until('word2');
  expect(await screen.until('ctrl-b d detach')).not.toContain('ctrl-x');
  screen.press('draft');
  await screen.until('ctrl-o steers · ctrl-b d detach');
  screen.press('\u001bk');
  await screen.untilGone('› draft');
  // The leader waits, shows what may follow, and takes no unknown key.
  screen.press('\u0002');
  await screen.until(/d detach\s+a agents/);
  screen.press('Q');
  await screen.untilGone('a agents');
  expect(screen.text()).not.toContain('› Q');
  screen.press('\u001b[17~');
  await screen.until('Agents');
  screen.press(press.esc);
  await screen.until('ctrl-b d detach');
  screen.press('\u0002', 'd');
  expect(await screen.exited).toMatchObject({ code: 0 });
});

verifies('13.20', 'a wrong name or a conflict is said with what there is, and the usual keys hold', async () => {
  await using it = await withModel([says('hello')], { config: '[tui.keymap.editor]\nundoo = "f1"\n' });
  await using screen = new Screen(it.daemon, [], { columns: 140 });
  await screen.until('tui.keymap.editor.undoo: there is no such action; there are insert_newline, move_left');
  screen.press('hi', press.enter);
  await screen.until('hello');
  await using other = new Screen(it.daemon, ['-c', 'tui.keymap={editor={undo="ctrl-y"}}'], { columns: 140 });
  await other.until('tui.keymap.editor.undoo');
});

verifies('13.20', '/keymap binds a key at once and keeps it; ? lists all keys and finds', async () => {
  await using it = await withModel([says('hello')]);
  await using screen = new Screen(it.daemon, [], { rows: 40 });
  await screen.until('this starts a new session');
  screen.press('/keymap empty.open_agents f7', press.enter);
  await screen.until('f7 all agents');
  expect(readFileSync(join(it.daemon.home, 'config.toml'), 'utf8')).toContain(
    '[tui.keymap.empty]\nopen_agents = ["f7"]',
  );
  screen.press('/keymap editor.undo ctrl-y', press.enter);
  await screen.until('ctrl-y is bound to yank and to undo');
  screen.press(press.ctrlC, '?');
  await screen.until('Everywhere');
  screen.press('all sess');
  const found = await screen.until('find: all sess');
  expect(found).toMatch(/f7\s+all sessions/);
  expect(found).not.toContain('Editing');
  screen.press(press.esc);
  await screen.until('this starts a new session');
});
