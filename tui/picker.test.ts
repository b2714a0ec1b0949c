/** Pages of a session picker: asked for when they come near, and only the newest search's answer counts. */
import { expect, test } from 'vitest';
import type { SessionInfo } from '../ipc/messages.ts';
import { moved, newPicker, nextPage, pageAsk, pageRows, searched, withPage } from './picker.ts';

const rows = (from: number, count: number) =>
  Array.from({ length: count }, (_, n) => ({ id: `s${from + n}` }) as SessionInfo);

test('the next page is asked for before the end of what is here, and none after the last', () => {
  const first = withPage(searched(newPicker('resume', false), {}), 1, 0, rows(0, pageRows), 150);
  expect(nextPage(first)).toBeUndefined();
  const near = moved(first, 80);
  expect(nextPage(near)).toBe(100);
  expect(nextPage({ ...near, loading: true })).toBeUndefined();
  const all = withPage(near, 1, 100, rows(100, 50), 150);
  expect(all.rows).toHaveLength(150);
  expect(nextPage(moved(all, 149))).toBeUndefined();
});

test('an answer to an earlier search is not taken, and a page that overlaps shows nothing twice', () => {
  const asked = searched(newPicker('resume', false), { find: 'b' });
  expect(withPage(asked, asked.asked - 1, 0, rows(0, 3), 3).rows).toEqual([]);
  const two = withPage(withPage(asked, 1, 0, rows(0, 10), 15), 1, 10, rows(8, 7), 15);
  expect(two.rows.map(({ id }) => id)).toEqual(rows(0, 15).map(({ id }) => id));
});

test('what is asked: the folder unless all, words as they were typed', () => {
  expect(pageAsk(newPicker('switch', true), '/w', 0)).not.toHaveProperty('cwd');
  const picker = searched(newPicker('resume', false), { find: ' login ', archived: true, sort: 'created' });
  expect(pageAsk(picker, '/w', 100)).toEqual({
    what: 'sessions',
    cwd: '/w',
    archived: true,
    sort: 'created',
    like: 'login',
    sources: ['cli', 'fork'],
    limit: pageRows,
    offset: 100,
  });
});
