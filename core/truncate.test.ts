import { describe, expect, test } from 'vitest';
import { byteLength, callBudget, cut, cutForHistory, cutOutput, estimateTokens, firstBytes } from './truncate.ts';

const tokens = (limit: number) => ({ mode: 'tokens', limit }) as const;
const bytes = (limit: number) => ({ mode: 'bytes', limit }) as const;

describe('the estimate', () => {
  test.each([
    ['', 0],
    ['a', 1],
    ['abcd', 1],
    ['abcde', 2],
    ['€', 1],
    ['€€', 2],
    ['🙂', 1],
  ])('of %j is %i tokens: four bytes of UTF-8 each, rounded up', (text, count) => {
    expect(estimateTokens(text)).toBe(count);
  });
});

describe('a cut', () => {
  test('leaves alone what fits, to the byte', () => {
    expect(cut('x'.repeat(40), tokens(10))).toBe('x'.repeat(40));
    expect(cut('€'.repeat(3), bytes(9))).toBe('€€€');
  });

  test('keeps half of the budget at each end and counts the tokens between', () => {
    const text = `${'h'.repeat(54_448)}${'t'.repeat(54_448)}`;
    const kept = cut(text, tokens(10_000));
    expect(kept).toBe(`${'h'.repeat(20_000)}…17224 tokens truncated…${'t'.repeat(20_000)}`);
  });

  test.each([
    [0, '…5 tokens truncated…'],
    [1, 'ab…4 tokens truncated…qr'],
  ])('with a budget of %i is the marker and what fits', (limit, kept) => {
    expect(cut('abcdefghijklmnopqr', tokens(limit))).toBe(kept);
  });

  test('counts characters when the policy counts bytes', () => {
    expect(cut('abcdefghij', bytes(4))).toBe('ab…6 chars truncated…ij');
    expect(cut('ab🙂🙂🙂ij', bytes(4))).toBe('ab…3 chars truncated…ij');
  });

  test('never falls inside a character, and counts as missing what it gave up for that', () => {
    expect(cut('🙂🙂🙂🙂', bytes(10))).toBe('🙂…2 chars truncated…🙂');
    expect(cut('€€€€€€', tokens(1))).toBe('…5 tokens truncated…');
  });

  test('does not care for line ends', () => {
    expect(cut('one\ntwo\nthree\n', bytes(6))).toBe('one…8 chars truncated…ee\n');
  });

  test('keeps a byte order mark where it was', () => {
    expect(cut(`\ufeffabcdefghij`, bytes(8))).toBe('\ufeffa…5 chars truncated…ghij');
  });

  test('of every budget holds its promises', () => {
    const text = 'aé€🙂\n'.repeat(9);
    for (let limit = 0; limit < byteLength(text); limit++) {
      const [head, tail] = cut(text, bytes(limit)).split(/…\d+ chars truncated…/);
      expect(text.startsWith(head!) && text.endsWith(tail!)).toBe(true);
      expect(byteLength(head!) + byteLength(tail!)).toBeLessThanOrEqual(limit);
      expect(byteLength(head!) + byteLength(tail!)).toBeGreaterThan(limit - 7);
      const missing = Number(/…(\d+) chars/.exec(cut(text, bytes(limit)))?.[1]);
      expect([...head!].length + missing + [...tail!].length).toBe([...text].length);
    }
  });
});

describe('an output', () => {
  test('that fits is given as it is', () => {
    expect(cutOutput('ok\n', tokens(10))).toBe('ok\n');
  });

  test.each([
    ['a\nb\n', 2],
    ['a\nb', 2],
    ['\n\n\n\n', 4],
  ])('%j that was cut tells its tokens and lines', (text, lines) => {
    expect(cutOutput(text, tokens(0))).toBe(
      `Warning: truncated output (original token count: 1)\nTotal output lines: ${lines}\n\n…1 tokens truncated…`,
    );
  });

  test('whose middle the buffer had dropped tells how much, instead of its lines', () => {
    expect(cutOutput('abcdefghij', tokens(1), 90)).toBe(
      'Warning: truncated output (original token count: 25)\n... 90 bytes omitted ...\n\nab…24 tokens truncated…ij',
    );
    expect(cutOutput('abcdefghij', tokens(9), 90)).toBe(
      'Warning: truncated output (original token count: 25)\n... 90 bytes omitted ...\n\nabcdefghij',
    );
  });

  test('of a mebibyte is cut once, to its budget', () => {
    const text = 'x'.repeat(1024 * 1024);
    expect(cutOutput(text, tokens(10_000))).toHaveLength(
      40_000 +
        'Warning: truncated output (original token count: 262144)\nTotal output lines: 1\n\n'.length +
        '…252144 tokens truncated…'.length,
    );
  });
});

describe('budgets', () => {
  test('a call gets what it asks for, up to the policy', () => {
    expect(callBudget(10_000, tokens(10_000))).toEqual(tokens(10_000));
    expect(callBudget(20_000, tokens(10_000))).toEqual(tokens(10_000));
    expect(callBudget(20_000, tokens(30_000))).toEqual(tokens(20_000));
    expect(callBudget(10_000, bytes(10_000))).toEqual(bytes(10_000));
    expect(callBudget(50, bytes(10_000))).toEqual(tokens(50));
  });

  test.each([
    [tokens(10_000), 48_000],
    [bytes(10_000), 12_000],
    [bytes(3), 4],
  ])('the conversation keeps a fifth more than %o', (policy, kept) => {
    expect(cutForHistory('x'.repeat(kept), policy)).toHaveLength(kept);
    expect(cutForHistory('x'.repeat(kept + 1), policy)).toMatch(/truncated/);
  });
});

test('the first bytes of a text end between characters', () => {
  expect(firstBytes('abc', 5)).toBe('abc');
  expect(firstBytes('a€€', 5)).toBe('a€');
  expect(firstBytes('€', 2)).toBe('');
  expect(firstBytes('a'.repeat(600), 500)).toHaveLength(500);
});
