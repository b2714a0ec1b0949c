/** A list of 500 rows by the one key table: the marked row is always seen. */
import { expect, test } from 'vitest';
import { defaultKeys } from './keys.ts';
import { found, type Selected, type Selector, selectorKey, selectorOf, withItems } from './selector.ts';
import { selectorLines } from './selector-lines.ts';
import { createTheme } from './theme.ts';

const theme = createTheme({ env: { NO_COLOR: '1' }, ascii: false });
const items = Array.from({ length: 500 }, (_, n) => ({
  id: `i${n}`,
  text: `session ${n}`,
  note: n === 321 ? 'needle' : '',
}));
const height = 20;

const key = (name: string) =>
  ({ kind: 'key', name, ...(name.length === 1 && { text: name }), ...(name === 'space' && { text: ' ' }) }) as const;

function pressed(selector: Selector, ...names: string[]): Selected {
  let state = selector;
  for (const name of names) {
    const selected = selectorKey(defaultKeys, state, key(name), height);
    if (selected.kind !== 'moved') return selected;
    state = selected.selector;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the mark is bold
    const shown = selectorLines(state, 60, height, theme).map((line) => line.replaceAll(/\u001b\[\d+m/g, ''));
    expect(shown.length).toBeLessThanOrEqual(height);
    expect(shown.filter((line) => line.startsWith(' ›')).length, `after ${name}`).toBe(found(state).length > 0 ? 1 : 0);
  }
  return { kind: 'moved', selector: state };
}
const markedAfter = (...names: string[]) => {
  const selected = pressed(selectorOf('Pick', items), ...names);
  return selected.kind === 'moved' ? selected.selector.marked : selected;
};

test('arrows, j and k, pages and ends move the mark and stop at the ends', () => {
  expect(markedAfter('down', 'j', 'ctrl-n')).toBe(3);
  expect(markedAfter('up', 'k', 'ctrl-p')).toBe(0);
  expect(markedAfter('page-down', 'page-down')).toBe(40);
  expect(markedAfter('end')).toBe(499);
  expect(markedAfter('end', 'page-up', 'ctrl-b', 'down')).toBe(460);
  expect(markedAfter('end', 'page-down', 'home')).toBe(0);
});

test('enter and digits choose, esc and q close', () => {
  expect(markedAfter('down', 'enter')).toEqual({ kind: 'chosen', item: items[1] });
  expect(markedAfter('7')).toEqual({ kind: 'chosen', item: items[6] });
  expect(markedAfter('esc')).toEqual({ kind: 'closed' });
  expect(markedAfter('q')).toEqual({ kind: 'closed' });
});

test('typing finds in text and note; letters that are keys begin a search after a slash', () => {
  expect(markedAfter(...'needle', 'enter')).toEqual({ kind: 'chosen', item: items[321] });
  expect(markedAfter(...'session', 'space', ...'49', 'down', 'enter')).toEqual({ kind: 'chosen', item: items[149] });
  const kim = pressed(
    selectorOf('Pick', [
      { id: 'a', text: 'kim' },
      { id: 'b', text: 'jo' },
    ]),
    '/',
    'k',
    'enter',
  );
  expect(kim).toEqual({ kind: 'chosen', item: { id: 'a', text: 'kim' } });
  expect(pressed(selectorOf('Pick', items), ...'nothing', 'esc', 'down')).toMatchObject({
    selector: { find: '', marked: 1 },
  });
});

test('the marked row stays marked when the list is another', () => {
  const there = pressed(selectorOf('Pick', items), 'down', 'down', 'down');
  if (there.kind !== 'moved') throw new Error('it moved');
  expect(withItems(there.selector, items.slice(2)).marked).toBe(1);
  expect(withItems(there.selector, items.slice(0, 2)).marked).toBe(1);
});
