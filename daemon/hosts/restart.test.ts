/** Each effect over restarts: what is repeated, found again, looked at, or given up. */
import { expect, test } from 'vitest';
import { onRestart } from './restart.ts';

test.each([
  ['model', 1, false, 'begin'],
  ['model', 2, false, 'begin'],
  ['model', 3, false, 'failed: tcxd died 3 times while doing this'],
  ['model', 1, true, 'interrupted'],
  ['read', 3, false, 'failed: tcxd died 3 times while doing this'],
  ['command', 1, false, 'begin'],
  ['command', 99, false, 'begin'],
  ['watch', 2, false, 'begin'],
  ['watch', 3, false, 'unknown: tcxd died 3 times while doing this'],
  ['watch', 1, true, 'interrupted'],
  ['apply', 1, false, 'begin'],
  ['apply', 1, true, 'begin'],
  ['apply', 3, false, 'unknown: tcxd died 3 times while doing this'],
] as const)('%s, begun %i times, cancelled %s: %s', (effect, attempts, cancelled, expected) => {
  const restart = onRestart(effect, { attempts, ...(cancelled && { cancelled }) });
  const { outcome } = restart.do === 'settle' ? restart : { outcome: undefined };
  const said = outcome ? `${outcome.kind}${'why' in outcome ? `: ${outcome.why}` : ''}` : 'begin';
  expect(said).toBe(expected);
});
