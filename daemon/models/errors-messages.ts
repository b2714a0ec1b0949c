/** Anthropic's errors (models.md §10.9): refusals by status, and errors inside a stream that began well. */
import { errorOf, failed, tooLong, unexpected, wait } from './errors.ts';
import { type Json, parseRecord, text } from './json.ts';
import type { FailedAttempt } from './provider.ts';
import type { Refusal } from './transport.ts';

export const outOfRoom = (message: string) => failed('context_window_exceeded', message, 'no');
const overloaded = (message: string, retry: FailedAttempt['retry']) => failed('server_overloaded', message, retry);

/** `now` is ms since 1970. */
export function refusedByAnthropic(refusal: Refusal, now: number): FailedAttempt {
  const answer = byStatus(refusal, now);
  // The server knows best when a repetition is useless.
  return refusal.headers.get('x-should-retry') === 'false' ? { ...answer, retry: 'no' } : answer;
}

function byStatus(refusal: Refusal, now: number): FailedAttempt {
  const { status, headers } = refusal;
  const message = text(errorOf(parseRecord(refusal.body)).message) ?? unexpected(refusal);
  const delay = wait(headers, now);
  if (status === 400) return tooLong(message) ? outOfRoom(message) : failed('bad_request', message, 'no');
  if (status === 401 || status === 403) return failed('unauthorized', message, 'no');
  if (status === 402) return failed('quota', message, 'no');
  if (status === 404) return failed('model_not_found', message, 'no');
  if (status === 413) return failed('bad_request', message, 'no');
  if (status === 429) return failed('rate_limit', message, delay.resetsAt === undefined ? 'stream' : 'no', delay);
  if (status === 529) return { ...overloaded(message, 'request then stream'), ...delayOnly(delay) };
  if (status >= 500 || status === 408 || status === 409)
    return failed('internal_server_error', message, 'request then stream', delay);
  return failed('unexpected_status', unexpected(refusal), 'no');
}
const delayOnly = ({ delayMs }: { readonly delayMs?: number | undefined }) =>
  delayMs === undefined ? {} : { delayMs };

/** The `error` object of an `error` event. */
export function errorEvent(error: Json): FailedAttempt {
  const type = text(error.type);
  const message = text(error.message) ?? type ?? 'the server gave no reason';
  if (tooLong(message)) return outOfRoom(message);
  switch (type) {
    case 'overloaded_error':
      return overloaded(message, 'stream');
    case 'rate_limit_error':
      return failed('rate_limit', message, 'stream');
    case 'invalid_request_error':
      return failed('bad_request', message, 'no');
    case 'authentication_error':
    case 'permission_error':
      return failed('unauthorized', message, 'no');
    case 'billing_error':
      return failed('quota', message, 'no');
    case 'not_found_error':
      return failed('model_not_found', message, 'no');
    default:
      return failed('stream_disconnected', `stream disconnected before completion: ${message}`, 'stream');
  }
}
