import { expect, test } from 'vitest';
import { actionOf, keymap, keyOf, leaderMenu } from './keys.ts';
import { readSlash, slashMatches } from './slash.ts';

test('no key means two things in one context', () => {
  for (const [context, actions] of Object.entries(keymap)) {
    const keys = Object.values(actions).flat();
    expect(keys.length, context).toBe(new Set(keys).size);
  }
});

test('the leader menu names keys that do what it says', () => {
  for (const { action } of leaderMenu) expect(actionOf('leader', keyOf('leader', action))).toBe(action);
});

test('slash commands: by name, by another name, half typed, unknown', () => {
  expect(readSlash('/rename new name')).toMatchObject({ command: { name: 'rename' }, argument: 'new name' });
  expect(readSlash('/quit')).toMatchObject({ command: { name: 'exit' } });
  expect(readSlash('/nothing')).toEqual({ unknown: 'nothing' });
  expect(readSlash('/usr/bin is a path')).toBeUndefined();
  expect(slashMatches('/st').map(({ name }) => name)).toEqual(['status', 'stop']);
  expect(slashMatches('/model x')).toEqual([]);
});
