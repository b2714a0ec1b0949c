import { describe, expect, test } from 'vitest';
import { diffTexts, shortenDiff } from './diff.ts';

describe('a diff', () => {
  test('is hunks with three lines around each change', () => {
    const before = Array.from({ length: 20 }, (_, n) => `${n}\n`).join('');
    expect(diffTexts(before, before.replace('\n4\n', '\nfour\n').replace('\n15\n', '\n15\n15b\n'))).toEqual({
      added: 2,
      removed: 1,
      diff: '@@ -2,7 +2,7 @@\n 1\n 2\n 3\n-4\n+four\n 5\n 6\n 7\n@@ -14,6 +14,7 @@\n 13\n 14\n 15\n+15b\n 16\n 17\n 18\n',
    });
  });

  test('of a new and of a deleted file names no line on the other side', () => {
    expect(diffTexts('', 'a\nb\n')).toEqual({ added: 2, removed: 0, diff: '@@ -0,0 +1,2 @@\n+a\n+b\n' });
    expect(diffTexts('a\n', '')).toEqual({ added: 0, removed: 1, diff: '@@ -1,1 +0,0 @@\n-a\n' });
  });

  test('of equal texts is empty', () => {
    expect(diffTexts('a\n', 'a\n')).toEqual({ added: 0, removed: 0, diff: '' });
    expect(diffTexts('', '')).toEqual({ added: 0, removed: 0, diff: '' });
  });

  test('tells a missing last newline', () => {
    expect(diffTexts('a\nb', 'a\nb\n').diff).toBe('@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n');
    expect(diffTexts('', 'a').diff).toBe('@@ -0,0 +1,1 @@\n+a\n\\ No newline at end of file\n');
  });

  test('shows carriage returns as the changes they are', () => {
    expect(diffTexts('a\r\n', 'a\n')).toMatchObject({ added: 1, removed: 1 });
  });

  test('of two long texts with nothing in common gives up looking for the shortest', () => {
    const text = (word: string) => Array.from({ length: 100_000 }, (_, n) => `${word} ${n}\n`).join('');
    const same = 'one\ntwo\nthree\nfour\n';
    const { added, removed, diff } = diffTexts(same + text('a') + same, same + text('b') + same);
    expect([added, removed]).toEqual([100_000, 100_000]);
    expect(diff.startsWith('@@ -2,100006 +2,100006 @@\n two\n three\n four\n-a 0\n')).toBe(true);
    expect(diff.endsWith('+b 99999\n one\n two\n three\n')).toBe(true);
  });
});

test.each([
  [100, 'a\nb\nc\n'],
  [6, 'a\nb\nc\n'],
  [5, 'a\nb\n\\ 1 more lines of this diff are not shown\n'],
  [0, '\\ 3 more lines of this diff are not shown\n'],
])('cut to %i characters it ends at a line and says what is missing', (limit, shown) => {
  expect(shortenDiff('a\nb\nc\n', limit)).toBe(shown);
});
