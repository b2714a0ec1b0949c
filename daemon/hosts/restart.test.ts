/** Each policy over restarts: what is repeated, found again, looked at, or given up. */
import { expect, test } from 'vitest';
import { onRestart } from './restart.ts';

test.each([
  ['again', 1, false, 'begin'],
  ['again', 2, false, 'begin'],
  ['again', 3, false, 'failed: tcxd died 3 times while doing this'],
  ['again', 1, true, 'interrupted'],
  ['adopt', 1, false, 'begin'],
  ['adopt', 99, false, 'begin'],
  ['check', 1, false, 'begin'],
  ['check', 1, true, 'begin'],
  ['check', 3, false, 'unknown: tcxd died 3 times while doing this'],
  ['once', 1, false, 'unknown: the daemon ended while it was done'],
  ['once', 1, true, 'unknown: the daemon ended while it was done'],
] as const)('%s, begun %i times, cancelled %s: %s', (policy, attempts, cancelled, expected) => {
  const restart = onRestart(policy, { attempts, ...(cancelled && { cancelled }) });
  const { outcome } = restart.do === 'settle' ? restart : { outcome: undefined };
  const said = outcome ? `${outcome.kind}${'why' in outcome ? `: ${outcome.why}` : ''}` : 'begin';
  expect(said).toBe(expected);
});
