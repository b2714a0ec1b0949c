/** What went wrong, what to say about it, and which loop may try again: the table of models.md §4 as pure functions. */
import { STATUS_CODES } from 'node:http';
import { type Json, parseRecord, record, text } from './json.ts';
import type { FailedAttempt, FailureCode } from './provider.ts';
import type { Refusal } from './transport.ts';

/** A server that wants a longer wait is not waited for: the failure says when it will answer again. */
export const longestWaitMs = 10 * 60_000;

type Retry = FailedAttempt['retry'];
interface More {
  readonly delayMs?: number | undefined;
  readonly resetsAt?: number | undefined;
}

export function failed(
  code: FailureCode,
  message: string,
  retry: Retry,
  { delayMs, resetsAt }: More = {},
): FailedAttempt {
  return {
    kind: 'failed',
    failure: { code, message, ...(resetsAt !== undefined && { resetsAt }) },
    retry,
    ...(delayMs !== undefined && { delayMs }),
  };
}

const disconnected = 'stream disconnected before completion';
export const silent = () => failed('idle_timeout', `${disconnected}: idle timeout waiting for SSE`, 'stream');
/** A stream that stopped short; `why` is a sentence or what the socket threw. */
export const broken = (why: unknown) =>
  failed('stream_disconnected', `${disconnected}: ${typeof why === 'string' ? why : deepest(why)}`, 'stream');

/** Words for policies and quotas that a server sends only a code for. */
const outOfRoom =
  'The conversation no longer fits into the context window of the model. Compact it, or start a new one.';
const noQuota = 'The quota of this account is used up. Check its plan and billing with the provider.';
const atCapacity = 'The selected model is at capacity. Try again later, or choose another one with /model.';
const notAllowed = 'The provider refused this request because of its usage policies.';
const badImage = 'The model cannot read an image of this conversation. Remove the image and try again.';
const busy = (status: string) => `The provider is experiencing high demand or trouble (${status}). Try again later.`;

/** The error object of a vendor's body or event, wherever the server put it. */
export const errorOf = (body: Json | undefined): Json => record(body?.error) ?? body ?? {};

export const tooLong = (message: string) =>
  /prompt is too long|maximum context length|context_length_exceeded|exceeds? the (model's |available )?context/i.test(
    message,
  );
const isPolicy = (code: string) => /^(cyber|bio|misalignment)_policy/.test(code);
const isQuota = (code: string) => code === 'insufficient_quota' || code === 'organization_spend_limit_exceeded';
const isOverloaded = (code: string) => code === 'server_is_overloaded' || code === 'slow_down';
const isBadImage = (error: Json, body: string) =>
  (error.code === 'invalid_value' && /\.image_url$/.test(text(error.param) ?? '')) ||
  /image data you provided does not represent a valid image|^invalid_image/i.test(`${text(error.code) ?? ''}\n${body}`);

const statusName = (status: number) => `${status} ${STATUS_CODES[status] ?? 'Unknown'}`;

/** A refused request of the Responses or Chat Completions API. `now` is ms since 1970. */
export function refusedByOpenai(refusal: Refusal, now: number): FailedAttempt {
  const { status, body, headers } = refusal;
  const error = errorOf(parseRecord(body));
  const code = text(error.code) ?? text(error.type) ?? '';
  if (status === 400) return badRequest(error, code, body);
  if (status === 429) return limited(error, code, refusal, now);
  if (status === 503 && isOverloaded(code))
    return failed('server_overloaded', atCapacity, 'request', wait(headers, now));
  if (status >= 500)
    return failed('internal_server_error', busy(statusName(status)), 'request then stream', wait(headers, now));
  return failed('unexpected_status', unexpected(refusal), status < 400 ? 'no' : 'stream');
}

function badRequest(error: Json, code: string, body: string): FailedAttempt {
  const message = text(error.message) ?? '';
  if (isPolicy(code)) return failed('policy', message || notAllowed, 'no');
  if (isBadImage(error, body)) return failed('invalid_image', badImage, 'no');
  if (code === 'context_length_exceeded' || tooLong(message)) return failed('context_window_exceeded', outOfRoom, 'no');
  return failed('bad_request', body, 'no');
}

function limited(error: Json, code: string, refusal: Refusal, now: number): FailedAttempt {
  if (error.type === 'usage_limit_reached') return usageLimit(error, refusal.headers);
  if (error.type === 'usage_not_included')
    return failed('usage_not_included', 'Your plan does not include this model. Upgrade it, or use an API key.', 'no');
  if (isQuota(code)) return failed('quota', noQuota, 'no');
  const message = `exceeded retry limit, last status: ${statusName(429)}${requestId(refusal.headers)}`;
  const delay = wait(refusal.headers, now);
  // Without a time to wait for, asking again only makes it worse.
  return failed('rate_limit', message, delay.delayMs === undefined ? 'no' : 'stream', delay);
}

function usageLimit(error: Json, headers: Headers): FailedAttempt {
  const resetsAt = typeof error.resets_at === 'number' ? error.resets_at * 1000 : undefined;
  const when = resetsAt === undefined ? 'Try again later.' : `Try again after ${utc(resetsAt)}.`;
  const promo = headers.get('x-codex-promo-message');
  const message = `You have reached the usage limit of your plan. ${promo ? `${promo} ` : ''}${when}`;
  return failed('usage_limit_exceeded', message, 'no', { resetsAt });
}
const utc = (ms: number) => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** An error that came as an event of a stream of the Responses or Chat Completions API. */
export function failedEvent(error: Json): FailedAttempt {
  const code = text(error.code) ?? text(error.type) ?? '';
  const message = text(error.message) ?? 'the server gave no reason';
  if (isPolicy(code)) return failed('policy', text(error.message) ?? notAllowed, 'no');
  if (code === 'context_length_exceeded' || tooLong(message)) return failed('context_window_exceeded', outOfRoom, 'no');
  if (isQuota(code)) return failed('quota', noQuota, 'no');
  if (code === 'invalid_prompt') return failed('bad_request', message, 'no');
  if (code === 'server_is_overloaded') return failed('server_overloaded', atCapacity, 'no');
  if (code === 'rate_limit_exceeded')
    return failed('rate_limit', `rate limit exceeded: ${message}`, 'stream', { delayMs: askedDelay(message) });
  if (code === 'slow_down') return failed('rate_limit', `rate limit exceeded: ${message}`, 'stream');
  return broken(message);
}

/** The wait a rate limit's sentence asks for, in ms. */
export function askedDelay(message: string): number | undefined {
  const found = /try again in\s*(\d+(?:\.\d+)?)\s*(ms|s|seconds?)\b/i.exec(message);
  if (!found) return undefined;
  return Math.min(longestWaitMs, Math.ceil(Number(found[1]) * (found[2]!.toLowerCase() === 'ms' ? 1 : 1000)));
}

/** How long the server wants to be left alone. Longer than anybody should watch a spinner: not at all, but known. */
export function wait(headers: Headers, now: number): More {
  const ms = retryAfterMs(headers, now);
  if (ms === undefined) return {};
  return ms > longestWaitMs ? { resetsAt: now + ms } : { delayMs: ms };
}

function retryAfterMs(headers: Headers, now: number): number | undefined {
  const ms = headers.get('retry-after-ms');
  if (ms !== null && /^\d+(\.\d+)?$/.test(ms)) return Math.ceil(Number(ms));
  const after = headers.get('retry-after');
  if (after === null) return undefined;
  if (/^\s*\d+(\.\d+)?\s*$/.test(after)) return Math.ceil(Number(after) * 1000);
  const date = Date.parse(after);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

const requestId = (headers: Headers) => {
  const id = headers.get('x-request-id') ?? headers.get('request-id');
  return id ? `, request id: ${id}` : '';
};

/** Characters of a server's own words inside a sentence of ours. */
const quoteLimit = 2_000;

/** A status nobody expected, with what is needed to find the request at the provider. */
export function unexpected({ status, body, headers, url }: Refusal): string {
  const said = text(errorOf(parseRecord(body)).message) ?? body.trim();
  const ray = headers.get('cf-ray');
  const location = headers.get('location');
  return [
    `unexpected status ${statusName(status)}: ${said.slice(0, quoteLimit) || 'no explanation'}`,
    `url: ${url}`,
    ...(location ? [`it points to ${location.split('?')[0]}`] : []),
    ...(ray ? [`cf-ray: ${ray}`] : []),
  ]
    .join(', ')
    .concat(requestId(headers));
}

/** Nobody there, or no way to get there: worth waiting for. */
const away = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** A request that got no answer at all; `error` is what fetch or the SDK threw. */
export function unreachable(error: unknown): FailedAttempt {
  const codes = causes(error).map((cause) => cause.code ?? '');
  const message = deepest(error);
  if (codes.some((code) => away.has(code))) return failed('network', message, 'network');
  if (codes.some((code) => /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|ERR_TLS|ERR_SSL/.test(code)))
    return failed('network', `the server's certificate is not trusted: ${message}`, 'no');
  if (codes.includes('ERR_INVALID_URL'))
    return failed('bad_request', `the provider's base_url is no URL: ${message}`, 'no');
  return failed('network', `error sending request: ${message}`, 'request then stream');
}

type Cause = Error & { readonly code?: string };
const causesLimit = 8;

function causes(error: unknown): readonly Cause[] {
  const found: Cause[] = [];
  for (let next = error; next instanceof Error && found.length < causesLimit; next = next.cause)
    found.push(next as Cause);
  return found;
}

/** The sentence of the innermost cause: the outer ones only say that something failed. */
export function deepest(error: unknown): string {
  const cause = causes(error).at(-1);
  return cause?.message || cause?.code || String(error);
}
