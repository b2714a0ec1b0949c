/** What a restart does with an effect that was begun and has not settled (design §2). */
import type { Outcome, Policy } from '../../actors/effects.ts';
import type { OpenEffect } from '../../actors/tree.ts';

/** An effect that so many daemons died of is not tried once more. */
const attemptLimit = 3;

export type Restart = { readonly do: 'begin' } | { readonly do: 'settle'; readonly outcome: Outcome };

const settle = (outcome: Outcome): Restart => ({ do: 'settle', outcome });

/**
 * `begin` counts one more attempt and does it again, adopts it or looks at what it left, by its policy. A command that is
 * adopted does not do anything again, so that a long-lived one survives any number of daemons.
 */
export function onRestart(
  policy: Policy,
  { attempts, cancelled }: Pick<OpenEffect, 'attempts' | 'cancelled'>,
): Restart {
  if (policy === 'once') return settle({ kind: 'unknown', why: 'the daemon ended while it was done' });
  if (cancelled && policy === 'again') return settle({ kind: 'interrupted' });
  if (policy !== 'adopt' && attempts >= attemptLimit)
    return settle({
      // What may have been done the first time is never called a failure.
      kind: policy === 'check' ? 'unknown' : 'failed',
      why: `tcxd died ${attempts} times while doing this`,
    });
  return { do: 'begin' };
}
