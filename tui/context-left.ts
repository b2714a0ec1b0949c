/** How much of a model's context is left, as people count it. Pure. */

/** Tokens that every request takes; what is left is counted without them. */
const baseline = 12_000;

export function contextLeft(tokens: number, window: number): number {
  const used = Math.max(0, tokens - baseline) / Math.max(1, window - baseline);
  return Math.max(0, Math.round(100 * (1 - used)));
}
