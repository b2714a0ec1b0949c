/** One attempt over HTTP, the same on every wire: send, watch for silence, hand events to a reader, say how it ended. */
import { broken, silent, unreachable } from './errors.ts';
import type { Attempt, FailedAttempt } from './provider.ts';
import { readSse, StreamBroken } from './sse.ts';
import type { Refusal, Sent } from './transport.ts';

/** Makes an answer of a stream's events. */
export interface StreamReader {
  /** The data of one event; returns the ending as soon as it is known. */
  readonly take: (data: string) => Attempt | undefined;
  /** The body is over, and `take` has named no ending. */
  readonly end: () => Attempt;
}

export interface Exchange {
  readonly send: (signal: AbortSignal) => Promise<Sent>;
  readonly read: (headers: Headers) => StreamReader;
  readonly refused: (refusal: Refusal) => FailedAttempt;
}

export async function attempt(exchange: Exchange, idleMs: number, signal: AbortSignal): Promise<Attempt> {
  using idle = watchSilence(idleMs);
  const either = AbortSignal.any([signal, idle.signal]);
  /** Why we ended it ourselves, when we did; the network's complaint is then only the echo. */
  const ours = (): Attempt | undefined =>
    signal.aborted ? { kind: 'interrupted' } : idle.signal.aborted ? silent() : undefined;

  if (signal.aborted) return { kind: 'interrupted' };
  const sent = await exchange.send(either);
  const ended = ours();
  if (ended) return ended;
  if (sent.kind === 'unreachable') return unreachable(sent.error);
  if (sent.kind === 'refused') return exchange.refused(sent.refusal);
  try {
    return await readAnswer(sent.response, exchange.read, idle.touch);
  } catch (error) {
    if (!(error instanceof StreamBroken)) throw error;
    return ours() ?? broken(error);
  }
}

async function readAnswer(response: Response, read: Exchange['read'], touch: () => void): Promise<Attempt> {
  const reader = read(response.headers);
  let answer: Attempt | undefined;
  if (response.body)
    await readSse(response.body, (data) => {
      touch();
      answer = reader.take(data);
      return answer !== undefined;
    });
  return answer ?? reader.end();
}

/** A signal that aborts when it was not touched for `ms`. */
function watchSilence(ms: number) {
  const controller = new AbortController();
  // A longer timer would fire at once.
  const timer = setTimeout(() => controller.abort(), Math.min(ms, 2 ** 31 - 1));
  return {
    signal: controller.signal,
    touch: () => void timer.refresh(),
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
