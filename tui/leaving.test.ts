import { expect, test } from 'vitest';
import { usageLine } from './leaving.ts';

test('tokens as Codex counts them: fresh input and output, cached and reasoning beside them', () => {
  const usage = { input: 420_900, cached: 402_000, cacheWrite: 0, output: 2500, reasoning: 0 };
  expect(usageLine(usage)).toBe('Token usage: total=21,400 input=18,900 (+ 402,000 cached) output=2,500');
  expect(usageLine({ input: 400, cached: 0, cacheWrite: 0, output: 100, reasoning: 40 })).toBe(
    'Token usage: total=500 input=400 output=100 (reasoning 40)',
  );
});
