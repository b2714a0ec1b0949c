import { describe, expect, test } from 'vitest';
import { atValue, jsonMistake } from './json-place.ts';

describe('what is wrong with a text that is no JSON', () => {
  test.each([
    ['', 'EOF while parsing a value at line 1 column 0'],
    ['{', 'EOF while parsing an object at line 1 column 1'],
    ['{"cmd": "ls"', 'EOF while parsing an object at line 1 column 12'],
    ['{"cmd": "ls', 'EOF while parsing a string at line 1 column 11'],
    ['{"cmd" "ls"}', 'expected `:` at line 1 column 8'],
    ['{"cmd": }', 'expected value at line 1 column 9'],
    ['{"cmd": ls}', 'expected value at line 1 column 9'],
    ['{cmd: "ls"}', 'key must be a string at line 1 column 2'],
    ['{"a": 1,}', 'trailing comma at line 1 column 9'],
    ['{"a": 1 "b": 2}', 'expected `,` or `}` at line 1 column 9'],
    ['{"a": 1,', 'EOF while parsing a value at line 1 column 8'],
    ['[1 2]', 'expected `,` or `]` at line 1 column 4'],
    ['[1', 'EOF while parsing a list at line 1 column 2'],
    ['{"a": tru}', 'expected ident at line 1 column 10'],
    ['{"a": nul', 'EOF while parsing a value at line 1 column 9'],
    ['{"a": 01}', 'invalid number at line 1 column 8'],
    ['{"a": -}', 'invalid number at line 1 column 7'],
    ['{"a": 1} x', 'trailing characters at line 1 column 10'],
    ['{"a": "\\x"}', 'invalid escape at line 1 column 9'],
    ['{"a": "\\u12"}', 'invalid escape at line 1 column 9'],
    ['{\n  "a": 1\n  "b": 2\n}', 'expected `,` or `}` at line 3 column 3'],
    ['{"a": "one\ntwo"}', 'control character (\\u0000-\\u001F) found while parsing a string at line 2 column 0'],
  ])('%j', (text, told) => {
    expect(jsonMistake(text)).toBe(told);
  });

  test('every text cut short is told without a crash, wherever the cut falls', () => {
    const text = JSON.stringify({ a: ['x\n\u0007"', -1.5e3, true, null], b: { c: {} }, 'd\\': [] }, null, 1);
    for (let end = 0; end < text.length; end++) {
      expect(jsonMistake(text.slice(0, end))).toMatch(
        /^(EOF while parsing an? \w+|invalid number) at line \d+ column \d+$/,
      );
    }
  });

  test('nesting has a limit instead of a stack overflow', () => {
    expect(jsonMistake('['.repeat(1_000_000))).toMatch(/^recursion limit exceeded at line 1 column \d+$/);
  });

  test('a megabyte in one string is no trouble', () => {
    expect(jsonMistake(`{"patch": "${'x'.repeat(1_000_000)}`)).toBe(
      'EOF while parsing a string at line 1 column 1000011',
    );
  });
});

describe('where a value lies', () => {
  const text = '{"a": {"b": [10, {"c": "x"}]},\n "d": null}';
  test.each([
    [[], 'end', 'line 2 column 11'],
    [['d'], 'end', 'line 2 column 10'],
    [['a', 'b', 0], 'end', 'line 1 column 15'],
    [['a', 'b', 1, 'c'], 'end', 'line 1 column 26'],
    [['a', 'b', 1], 'start', 'line 1 column 17'],
    [['nowhere'], 'end', 'line 2 column 11'],
  ] as const)('%j', (path, which, place) => {
    expect(atValue(text, 'wrong', path, which)).toBe(`wrong at ${place}`);
  });
});
