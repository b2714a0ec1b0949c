/** A wire that asks once more with another key when the server did not take the first. */
import type { Attempt, Wire } from './provider.ts';
import type { Renew } from './resolve.ts';

/** Below the retry loops: they see one attempt, and go on with the newer key since `renew` remembers it. */
export const renewing =
  (wire: Wire, renew: Renew): Wire =>
  async (provider, request, io) => {
    const first = await wire(provider, request, io);
    if (!isUnauthorized(first) || provider.key === undefined) return first;
    const another = await renew(provider.key);
    return another && !io.signal.aborted ? wire(another, request, io) : first;
  };

/** The wires tell a 401 apart in their own ways. */
function isUnauthorized(attempt: Attempt): boolean {
  if (attempt.kind !== 'failed') return false;
  const { code, message } = attempt.failure;
  return code === 'unauthorized' || (code === 'unexpected_status' && message.startsWith('unexpected status 401 '));
}
