/** Asks until there is an answer: the two nested loops of models.md §4 around one attempt. */
import type { FailedAttempt, ModelIo, ModelRequest, ModelResult, Provider, Wire } from './provider.ts';

export interface RetryDeps {
  /** Resolves after `ms`, or at once when the signal aborts. */
  readonly delay: (ms: number, signal: AbortSignal) => Promise<void>;
  /** From 0 up to 1. */
  readonly random: () => number;
}

const firstBackoffMs = 200;
/** A network that is away is looked for this often at the least. */
const longestBackoffMs = 10_000;
const jitter = 0.1;

/** 200 ms, doubled each time, ± 10 %; `n` counts from 1. */
export const backoff = (n: number, random: number) =>
  Math.min(longestBackoffMs, firstBackoffMs * 2 ** (n - 1)) * (1 - jitter + 2 * jitter * random);

/** How often each loop has tried again. */
export interface Tries {
  readonly request: number;
  readonly stream: number;
  readonly network: number;
}
const untried: Tries = { request: 0, stream: 0, network: 0 };

export interface Again {
  readonly tries: Tries;
  readonly waitMs: number;
  /** What to tell; the repetition of a request that never became a stream is not told. */
  readonly say?: string;
}

/** What follows a failed attempt; undefined when nothing does. */
export function again(tries: Tries, attempt: FailedAttempt, provider: Provider, random: number): Again | undefined {
  const { retry, failure, delayMs } = attempt;
  const after = (n: number) => delayMs ?? backoff(n, random);
  if (retry === 'network') {
    const network = tries.network + 1;
    const say = `Reconnecting... waiting for network (${failure.message})`;
    return { tries: { ...tries, network }, waitMs: after(network), say };
  }
  if ((retry === 'request' || retry === 'request then stream') && tries.request < provider.requestMaxRetries) {
    const request = tries.request + 1;
    return { tries: { ...tries, request, network: 0 }, waitMs: after(request) };
  }
  if ((retry === 'stream' || retry === 'request then stream') && tries.stream < provider.streamMaxRetries) {
    const stream = tries.stream + 1;
    const say = `Reconnecting... ${stream}/${provider.streamMaxRetries} (${failure.message})`;
    return { tries: { request: 0, stream, network: 0 }, waitMs: after(stream), say };
  }
  return undefined;
}

/**
 * One request, however many attempts it takes. What an attempt had streamed when it broke is dropped, since nothing of it
 * was a row yet, and a `retry` delta clears what was shown of it.
 */
export async function runModel(
  wire: Wire,
  provider: Provider,
  request: ModelRequest,
  io: ModelIo,
  deps: RetryDeps,
): Promise<ModelResult> {
  let tries = untried;
  for (;;) {
    const attempt = await wire(provider, request, io);
    if (attempt.kind !== 'failed') return attempt;
    if (io.signal.aborted) return { kind: 'interrupted' };
    const next = again(tries, attempt, provider, deps.random());
    if (!next) return { kind: 'failed', failure: attempt.failure };
    if (next.say !== undefined) io.emit({ kind: 'retry', text: next.say });
    await deps.delay(next.waitMs, io.signal);
    if (io.signal.aborted) return { kind: 'interrupted' };
    tries = next.tries;
  }
}
