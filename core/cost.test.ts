import { expect, test } from 'vitest';
import { costOf } from './cost.ts';
import { modelInfo } from './models.ts';
import { noUsage } from './rows.ts';

const usage = { input: 1_000_000, cached: 800_000, cacheWrite: 100_000, output: 50_000, reasoning: 20_000 };

test('each kind of token at its price; reasoning is part of the output', () => {
  expect(costOf(usage, { input: 10, cached: 1, cacheWrite: 12.5, output: 100 })).toBeCloseTo(1 + 0.8 + 1.25 + 5);
});

test('without a price of their own cached tokens cost as others', () => {
  expect(costOf(usage, { input: 10, output: 100 })).toBeCloseTo(15);
});

test('an unknown price is no price, and nothing costs nothing', () => {
  expect(costOf(usage, modelInfo('who-knows').prices)).toBeUndefined();
  expect(costOf(noUsage, modelInfo('gpt-5').prices)).toBe(0);
  expect(costOf(usage, modelInfo('demo').prices)).toBe(0);
});
