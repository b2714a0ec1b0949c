import { expect, test } from 'vitest';
import type { FailedAttempt, Provider } from './provider.ts';
import { again, backoff } from './retry.ts';

const provider: Provider = {
  id: 'x',
  name: 'X',
  wire: 'chat',
  baseUrl: '',
  headers: {},
  query: {},
  requestMaxRetries: 2,
  streamMaxRetries: 1,
  streamIdleMs: 1,
};
const failure = (retry: FailedAttempt['retry'], delayMs?: number): FailedAttempt => ({
  kind: 'failed',
  failure: { code: 'network', message: 'why' },
  retry,
  ...(delayMs !== undefined && { delayMs }),
});
const untried = { request: 0, stream: 0, network: 0 };

test('waits 200 ms, doubled each time, give or take a tenth, up to a limit', () => {
  expect([1, 2, 3, 4].map((n) => Math.round(backoff(n, 0.5)))).toEqual([200, 400, 800, 1600]);
  expect([0, 1].map((random) => Math.round(backoff(1, random)))).toEqual([180, 220]);
  expect(Math.round(backoff(60, 0.5))).toBe(10_000);
});

test('the inner loop begins anew in every round of the outer one', () => {
  let tries = untried;
  const seen: string[] = [];
  for (
    let next = again(tries, failure('request then stream'), provider, 0.5);
    next;
    next = again(tries, failure('request then stream'), provider, 0.5)
  ) {
    tries = next.tries;
    seen.push(`${tries.request}.${tries.stream}`);
  }
  expect(seen).toEqual(['1.0', '2.0', '0.1', '1.1', '2.1']);
});

test('a network that is away costs nothing of either budget', () => {
  const spent = { request: 2, stream: 1, network: 40 };
  expect(again(spent, failure('network'), provider, 0.5)).toMatchObject({ tries: { ...spent, network: 41 } });
  expect(again(spent, failure('request then stream'), provider, 0.5)).toBeUndefined();
  expect(again(untried, failure('no'), provider, 0.5)).toBeUndefined();
});

test('a delay that the server asked for replaces the back-off', () => {
  expect(again(untried, failure('stream', 1234), provider, 0)?.waitMs).toBe(1234);
});
