import { expect, test } from 'vitest';
import type { Item } from '../../core/items.ts';
import { callId, plain, sides, splitLeading } from './exchange.ts';

const call = (id: string): Item => ({ kind: 'call', id, name: 'x', form: 'function', args: '{}' });
const output = (id: string): Item => ({ kind: 'output', id, form: 'function', text: id });
const user = (text: string): Item => ({ kind: 'user', text });

test('sides alternate, and outputs come before words', () => {
  const items = [
    user('a'),
    call('1'),
    call('2'),
    user('steer'),
    output('1'),
    output('2'),
    call('3'),
    output('3'),
    user('b'),
  ];
  expect(
    sides(items, () => true).map((side) =>
      side.side === 'model' ? side.items.length : [side.outputs.length, side.texts.length],
    ),
  ).toEqual([[0, 1], 2, [2, 1], 1, [1, 1]]);
});

test('nothing at all has no sides', () => expect(sides([], () => true)).toEqual([]));

test('only developer words before anybody spoke are leading', () => {
  const developer = (text: string): Item => ({ kind: 'developer', text });
  expect(splitLeading([developer('a'), developer('b'), user('c'), developer('d')])).toEqual({
    leading: ['a', 'b'],
    rest: [user('c'), developer('d')],
  });
  expect(splitLeading([developer('a')])).toEqual({ leading: ['a'], rest: [] });
});

test('names and ids keep to the letters every API takes', () => {
  expect(plain('0190a000-0000-7000-8000-000000000001/c7')).toBe('0190a000-0000-7000-8000-000000000001_c7');
  expect(plain('')).toBe('unknown');
  expect(plain('x'.repeat(200))).toHaveLength(128);
});

test('ids of calls stay what they are unless an API would refuse them, and stay apart', () => {
  expect(callId('call_abc-1')).toBe('call_abc-1');
  const odd = ['', 'a/b', 'a_b!', 'i'.repeat(90), `${'i'.repeat(89)}j`].map(callId);
  for (const id of odd) expect(id).toMatch(/^call_[0-9a-f]{24}$/);
  expect(new Set(odd).size).toBe(odd.length);
});
