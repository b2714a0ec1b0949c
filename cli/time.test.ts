/** Durations, ages and times to come, as people write them. */
import { expect, test } from 'vitest';
import { age, parseDuration, parseWhen } from './time.ts';

test.each([
  ['30', 30_000],
  ['1.5', 1500],
  ['250ms', 250],
  ['1h30m', 5_400_000],
  ['2d', 172_800_000],
  ['', undefined],
  ['soon', undefined],
  ['5 m', undefined],
  ['-5m', undefined],
])('the duration %j is %j ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

test.each([
  [999, '0s'],
  [59_999, '59s'],
  [60_000, '1m'],
  [7_199_999, '1h'],
  [90_000_000, '1d'],
  [-5, '0s'],
])('%j ms ago is %s', (ms, text) => expect(age(ms)).toBe(text));

const at = (text: string) => new Date(text).getTime();
const now = at('2026-03-01T08:30:00');

test.each([
  ['09:00', '2026-03-01T09:00:00'],
  ['08:30', '2026-03-02T08:30:00'],
  ['7:05', '2026-03-02T07:05:00'],
  ['+30m', '2026-03-01T09:00:00'],
  ['2026-12-24T09:00', '2026-12-24T09:00:00'],
  ['2026-12-24 09:00', '2026-12-24T09:00:00'],
  ['2026-12-24T09:00:00Z', '2026-12-24T09:00:00Z'],
])('%s is a time to come', (text, expected) => expect(parseWhen(text, now)).toBe(at(expected)));

test.each(['24:00', '9', 'noon', '+', '2026-12-24', '2026-13-01T00:00'])('%s is no time', (text) =>
  expect(parseWhen(text, now)).toBeUndefined(),
);
