import { expect, test } from 'vitest';
import { fuzzy } from './fuzzy.ts';

const best = (typed: string, ...names: string[]) =>
  names
    .flatMap((name) => {
      const score = fuzzy(typed, name);
      return score === undefined ? [] : [{ name, score }];
    })
    .sort((a, b) => b.score - a.score)
    .map(({ name }) => name);

test('all letters in order, or nothing', () => {
  expect(fuzzy('abc', 'a-b-c')).toBeDefined();
  expect(fuzzy('acb', 'a-b-c')).toBeUndefined();
  expect(fuzzy('aa', 'a')).toBeUndefined();
  expect(fuzzy('', 'anything')).toBe(0);
  expect(fuzzy('MAI', 'src/main.ts')).toBeDefined();
});

test.each([
  ['mai', ['domain/x.ts', 'src/main.ts', 'm/a/i.ts'], 'src/main.ts'],
  ['main', ['src/main/index.ts', 'src/main.ts'], 'src/main.ts'],
  ['st', ['cost', 'status'], 'status'],
  ['tuimain', ['test/unit/main.txt', 'tui/main.tsx'], 'tui/main.tsx'],
  ['cfg', ['coffeegrounds', 'lib/config.ts'], 'lib/config.ts'],
  ['sessview', ['tui/session-view.ts', 'tests/essays/preview.ts'], 'tui/session-view.ts'],
  ['README', ['docs/readme.txt', 'README.md'], 'README.md'],
  ['dg', ['debug-config', 'daemon-going'], 'daemon-going'],
] as const)('%s in %j is %s', (typed, names, first) => {
  expect(best(typed, ...names)[0]).toBe(first);
});
