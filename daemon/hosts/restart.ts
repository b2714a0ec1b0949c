/** What a restart does with an effect that was begun and has not settled (design §2). */
import { type EffectName, type Outcome, policies } from '../../actors/effects.ts';
import type { OpenEffect } from '../../actors/tree.ts';

/** An effect that so many daemons died of is not tried once more. */
const attemptLimit = 3;

export type Restart = { readonly do: 'begin' } | { readonly do: 'settle'; readonly outcome: Outcome };

const settle = (outcome: Outcome): Restart => ({ do: 'settle', outcome });

/** Effects whose work may have been done although nobody saw its end: giving them up is no failure. */
const mayHaveHappened = (effect: EffectName) => policies[effect] === 'check' || effect === 'watch' || effect === 'kill';

/**
 * `begin` counts one more attempt and does it again, adopts it or looks at what it left, by its policy. A command that is
 * adopted does not do anything again, so that a long-lived one survives any number of daemons.
 */
export function onRestart(
  effect: EffectName,
  { attempts, cancelled }: Pick<OpenEffect, 'attempts' | 'cancelled'>,
): Restart {
  const policy = policies[effect];
  if (policy === 'once') return settle({ kind: 'unknown', why: 'the daemon ended while it was done' });
  if (cancelled && policy === 'again') return settle({ kind: 'interrupted' });
  if (policy !== 'adopt' && attempts >= attemptLimit)
    return settle({
      kind: mayHaveHappened(effect) ? 'unknown' : 'failed',
      why: `tcxd died ${attempts} times while doing this`,
    });
  return { do: 'begin' };
}
