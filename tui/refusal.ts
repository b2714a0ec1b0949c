/** Errors of the client, known by what they say: the screen is a bundle of its own, with classes of its own. */

interface Refusal extends Error {
  readonly code: string;
  readonly fix: string;
}

export const asRefusal = (error: unknown): Refusal | undefined =>
  error instanceof Error && error.name === 'ClientError' ? (error as Refusal) : undefined;

/** The daemon went away before it answered: nobody knows whether it was done. */
export const isGone = (error: unknown): boolean => asRefusal(error)?.code === 'gone';

/** One line for a person: what happened, and the way out where there is one. */
export function sentence(error: unknown): string {
  const refusal = asRefusal(error);
  const message = error instanceof Error ? error.message : String(error);
  return refusal && refusal.code !== 'answered' && refusal.fix ? `${message} · ${refusal.fix}` : message;
}
