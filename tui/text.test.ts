import { expect, test } from 'vitest';
import { chop, clean, cut, ends, wrap, wrapText } from './text.ts';

test('lines break at blanks, long words within', () => {
  expect(wrapText('the quick brown fox', 10)).toEqual(['the quick ', 'brown fox']);
  expect(wrapText('abcdefghij klm', 4)).toEqual(['abcd', 'efgh', 'ij ', 'klm']);
  expect(wrapText('日本語 です', 6)).toEqual(['日本語', 'です']);
  expect(wrapText('one\n\ntwo', 20)).toEqual(['one', '', 'two']);
});

test('a word of several styles goes to the next line as a whole', () => {
  const lines = wrap([{ text: 'say re' }, { text: 'al', paint: (text) => `<${text}>` }, { text: 'ly' }], 8);
  expect(lines.map((line) => line.map(({ text }) => text).join(''))).toEqual(['say ', 'really']);
});

test('every character is kept, whatever the width', () => {
  const text = 'a bc  def 日本語 ghij👩‍👩‍👧klm';
  for (let width = 2; width < 30; width++) {
    expect(wrapText(text, width).join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
    expect(chop(text, width).join('')).toBe(text);
  }
});

test('what moves the cursor or rings never reaches the screen', () => {
  expect(clean('a\u001b[31mb\u001b[0m\u0007c\u001b]0;title\u0007d\u001b[2Je')).toBe('abcde');
  expect(clean('10%\r20%\r100%\ndone\r\n')).toBe('100%\ndone\n');
  expect(clean('a\tb')).toBe('a    b');
});

test('two ends of a line', () => {
  expect(ends({ text: 'left' }, { text: 'right' }, 12)).toBe('left   right');
  expect(ends({ text: 'left' }, { text: 'right' }, 8)).toBe('left');
  expect(cut('abcdef', 4)).toBe('abc…');
});
