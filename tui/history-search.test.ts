import { expect, test } from 'vitest';
import { begun, matches, moved, searchHint, shownMatch, typed } from './history-search.ts';

const search = begun(['fix the login test', 'run the Linter', 'fix it']);

test('nothing typed, nothing found; any case; newest first; ends hold', () => {
  expect(shownMatch(search)).toBeUndefined();
  const fix = typed(search, 'FIX');
  expect(matches(fix)).toEqual(['fix the login test', 'fix it']);
  expect(shownMatch(fix)).toBe('fix the login test');
  expect(shownMatch(moved(fix, 1))).toBe('fix it');
  expect(shownMatch(moved(moved(fix, 1), 1))).toBe('fix it');
  expect(shownMatch(moved(fix, -1))).toBe('fix the login test');
  expect(shownMatch(typed(moved(fix, 1), 'linter'))).toBe('run the Linter');
});

test('the hint says what is searched, where it stands, and when there is nothing', () => {
  expect(searchHint(search)).toBe('reverse-i-search: ');
  expect(searchHint(moved(typed(search, 'fix'), 1))).toBe('reverse-i-search: fix  2 of 2');
  expect(searchHint(typed(search, 'lint'))).toBe('reverse-i-search: lint');
  expect(searchHint(typed(search, 'zz'))).toBe('failing reverse-i-search: zz');
});
