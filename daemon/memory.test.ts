import { expect, test } from 'vitest';
import { until } from '../test/daemon.ts';
import { createCollector } from './memory.ts';

test('what nobody holds is given back, and nothing is done when there is little of it', async () => {
  const collect = createCollector();
  collect();
  expect(collect()).toBe(false);
  const before = process.memoryUsage().arrayBuffers;
  // Kept alive in the old generation, then dropped: V8 by itself sees no reason to look there.
  const taken = Array.from({ length: 100 }, () => Buffer.allocUnsafeSlow(1024 * 1024));
  expect(process.memoryUsage().arrayBuffers - before).toBeGreaterThan(90 * 1024 * 1024);
  taken.length = 0;
  expect(collect()).toBe(true);
  await until(() => process.memoryUsage().arrayBuffers - before < 10 * 1024 * 1024, 'the buffers to be given back');
  expect(collect()).toBe(false);
});
