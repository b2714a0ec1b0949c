/** What tokens cost. Prices are USD per million tokens. */
import type { Usage } from './rows.ts';

export interface Prices {
  readonly input: number;
  /** Read from the provider's cache; without it such tokens cost as any other. */
  readonly cached?: number;
  /** Written to the cache; without it likewise. */
  readonly cacheWrite?: number;
  readonly output: number;
}

/** USD; undefined when the price is not known, which is not the same as free. */
export function costOf(usage: Usage, prices: Prices | undefined): number | undefined {
  if (!prices) return undefined;
  const uncached = Math.max(0, usage.input - usage.cached - usage.cacheWrite);
  const perMillion =
    uncached * prices.input +
    usage.cached * (prices.cached ?? prices.input) +
    usage.cacheWrite * (prices.cacheWrite ?? prices.input) +
    usage.output * prices.output;
  return perMillion / 1_000_000;
}
