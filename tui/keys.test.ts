import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { deeds, isDone } from './deeds.ts';
import { helpLines } from './key-help.ts';
import { readKey, readSequence } from './key-names.ts';
import { keyTable } from './key-table.ts';
import { defaultKeys as keys } from './keys.ts';
import { readSlash, slashMatches } from './slash.ts';

test('no key means two things in one context, and every one is written as the input names it', () => {
  for (const [context, actions] of Object.entries(keyTable)) {
    const bound = Object.values(actions).flatMap((binding) => [...binding.keys]);
    expect(bound.length, context).toBe(new Set(bound).size);
    for (const key of bound) expect(readSequence(key, ['ctrl-x']), key).toBeDefined();
    for (const key of bound.filter((each) => !each.includes(' '))) expect(readKey(key), key).toBe(key);
  }
});

test('sequences: the leader begins what follows it', () => {
  expect(keys.isPrefix(['chat', 'global'], 'ctrl-x')).toBe(true);
  expect(keys.isPrefix(['chat'], 'ctrl-x')).toBe(false);
  expect(keys.action('global', 'ctrl-x d')).toBe('detach');
  expect(keys.action('global', 'ctrl-x D')).toBe('show_who');
  expect(keys.action('global', 'ctrl-x 7')).toBe('nth_session');
});

test('hints name the first key, arrows as arrows', () => {
  expect(keys.hint('global', 'detach', 'detach')).toBe('ctrl-x d detach');
  expect(keys.label('empty', 'open_agents')).toBe('←');
  expect(keys.label('chat', 'edit_queued_message')).toBe('shift-←');
  expect(keys.label('chat', 'page_up')).toBe('page-up');
  expect(keys.hint('global', 'toggle_vim_mode', 'vim')).toBe('');
});

test('the leader menu and the list of keys name what does something', () => {
  for (const { key, action } of keys.menu('ctrl-x')) expect(keys.action('global', `ctrl-x ${key}`)).toBe(action);
  const lines = helpLines(keys, '', 80);
  expect(lines.some((line) => /ctrl-x d\s+detach/.test(line))).toBe(true);
  const absent = keys.entries().filter(({ context, action }) => context === 'global' && !isDone(action));
  for (const { help } of absent) expect(lines.some((line) => line.endsWith(` ${help}`))).toBe(false);
  expect(Object.keys(deeds).every((action) => action in keyTable.global)).toBe(true);
});

test('the list of keys is searched by key, by word and by place', () => {
  expect(helpLines(keys, 'kill', 80)).toEqual(['Nothing holds "kill"']);
  expect(helpLines(keys, 'word backward', 80)).toEqual([
    'Editing',
    '  ctrl-w, alt-backspace, ctrl-backspace delete a word backward',
  ]);
  expect(helpLines(keys, '/rename', 80).at(-1)).toMatch(/\/rename NAME\s+give/);
});

test.each([
  ['Ctrl-X', 'ctrl-x'],
  ['alt-ctrl-v', 'ctrl-alt-v'],
  ['shift-g', 'G'],
  ['G', 'G'],
  ['escape', 'esc'],
  ['f13', 'f13'],
  ['f25', undefined],
  ['hyper-x', undefined],
  ['ctrl-minus', 'ctrl--'],
  ['pgup', 'page-up'],
])('%s is %s', (text, key) => {
  expect(readKey(text)).toBe(key);
});

test('slash commands: by name, by another name, half typed, unknown', () => {
  expect(readSlash('/rename new name')).toMatchObject({ command: { name: 'rename' }, argument: 'new name' });
  expect(readSlash('/quit')).toMatchObject({ command: { name: 'exit' } });
  expect(readSlash('/nothing')).toEqual({ unknown: 'nothing' });
  expect(readSlash('/usr/bin is a path')).toBeUndefined();
  expect(slashMatches('/st').map(({ name }) => name)).toEqual(['status', 'statusline', 'stop']);
  expect(slashMatches('/model x')).toEqual([]);
});

test("every key of the table is somebody's", () => {
  const folder = import.meta.dirname;
  const sources = readdirSync(folder)
    .filter((name) => /\.tsx?$/.test(name) && !name.includes('.test.') && name !== 'key-table.ts')
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
  const unheard = keys.entries().filter(({ context, action }) => {
    // What nobody does everywhere is listed nowhere.
    if (context === 'global') return false;
    return !sources.includes(`'${action}'`) && !new RegExp(`^  ${action}[:(]`, 'm').test(sources);
  });
  expect(unheard.map(({ context, action }) => `${context}.${action}`)).toEqual([]);
});
