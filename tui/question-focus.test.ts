import { expect, test } from 'vitest';
import { answered, dueAt, lookAt, noFocus, putDown, type QuestionFocus, settle, taken } from './question-focus.ts';

const letter = (name: string) => ({ name, types: true, decides: 'yapd123'.includes(name) });
const enter = { name: 'enter', types: false, decides: true };
const quiet: QuestionFocus = { ...noFocus, keyAt: 0 };

test('a question comes forward only when nothing is typed and no key was pressed for a second', () => {
  expect(settle({ ...quiet, keyAt: 1000 }, ['q1'], false, 1900).open).toBeNull();
  expect(settle(quiet, ['q1'], true, 5000).open).toBeNull();
  expect(dueAt({ ...quiet, keyAt: 1000 }, ['q1'], false)).toBe(2000);
  expect(dueAt(quiet, ['q1'], true)).toBeUndefined();
  expect(settle({ ...quiet, keyAt: 1000 }, ['q1'], false, 2000).open).toEqual({ id: 'q1', since: 2000 });
});

test('its first moments take nothing: letters go to the composer, and it goes down to its bar', () => {
  const open = settle(quiet, ['q1'], false, 5000);
  const typed = taken(open, letter('y'), 5299);
  expect(typed).toMatchObject({ takes: 'composer', focus: { open: null } });
  expect(taken(open, enter, 5299)).toMatchObject({ takes: 'nobody', focus: { open: { id: 'q1' } } });
  expect(taken(open, letter('y'), 5300).takes).toBe('question');
});

test('when it is answered elsewhere, keys that meant it go nowhere for half a second; others are typed', () => {
  const gone = settle(settle(quiet, ['q1'], false, 5000), [], false, 6000);
  expect(gone.open).toBeNull();
  expect(taken(gone, letter('y'), 6100).takes).toBe('nobody');
  expect(taken(gone, letter('x'), 6100).takes).toBe('composer');
  expect(taken(gone, letter('y'), 6501).takes).toBe('composer');
});

test('one held key answers one question', () => {
  let focus = answered(settle(quiet, ['q1', 'q2'], false, 5000), 'y', 5400);
  for (let now = 5433; now < 8000; now += 33) {
    focus = settle(focus, ['q2'], false, now);
    const result = taken(focus, letter('y'), now);
    expect(result.takes).toBe('nobody');
    focus = result.focus;
  }
  // Let go for a second, the next one comes.
  expect(settle(focus, ['q2'], false, 9000).open).toEqual({ id: 'q2', since: 9000 });
});

test('put down it stays a bar until somebody looks', () => {
  const down = putDown(settle(quiet, ['q1'], false, 5000));
  expect(settle(down, ['q1'], false, 60_000).open).toBeNull();
  expect(settle(down, ['q1', 'q2'], false, 60_000).open?.id).toBe('q2');
  expect(lookAt(down, 'q1', 61_000)).toMatchObject({ open: { id: 'q1', since: 61_000 }, down: [] });
});
