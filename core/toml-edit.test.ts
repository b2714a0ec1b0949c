/** A key is set, and everything else of the file is as it was. */
import { expect, test } from 'vitest';
import { parseToml } from './toml.ts';
import { withKey } from './toml-edit.ts';

const tableOf = (source: string) => {
  const parsed = parseToml(source);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.table;
};

test('at the top, before the first table, in place of what it was', () => {
  expect(withKey('', [], 'model', 'gpt-5')).toBe('model = "gpt-5"\n');
  const file = '# mine\nmodel = "old" # why\n\n[tui]\nmodel = "not this"\n';
  expect(withKey(file, [], 'model', 'new')).toBe('# mine\nmodel = "new"\n\n[tui]\nmodel = "not this"\n');
  expect(tableOf(withKey('[tui]\nanimations = false', [], 'model', 'gpt-5'))).toEqual({
    model: 'gpt-5',
    tui: { animations: false },
  });
});

test('in a table by its whole name, quoted or not, or in a new one at the end', () => {
  const path = '/home/kim/src "shop"';
  const trusted = withKey('model = "m"\n', ['projects', path], 'trust_level', 'trusted');
  expect(tableOf(trusted)).toEqual({ model: 'm', projects: { [path]: { trust_level: 'trusted' } } });
  const changed = withKey(trusted, ['projects', path], 'trust_level', 'untrusted');
  expect(tableOf(changed)).toEqual({ model: 'm', projects: { [path]: { trust_level: 'untrusted' } } });
  expect(changed.split('\n')).toHaveLength(trusted.split('\n').length);
});

test('a list over several lines is replaced as a whole', () => {
  const file = '[tui]\nstatus_line = [\n  "model",\n]\nanimations = true\n';
  expect(tableOf(withKey(file, ['tui'], 'status_line', ['git-branch']))).toEqual({
    tui: { status_line: ['git-branch'], animations: true },
  });
});
