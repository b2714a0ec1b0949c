/** Anthropic's errors (models.md §10.9), and what differs on Chat Completions, against a real server. */
import { expect, test } from 'vitest';
import { backoff, checkRow, event, named, type Row, status } from '../../test/error-rows.ts';
import { errorEvent } from './errors-messages.ts';

const anthropic: readonly Row[] = [
  {
    name: '400',
    reply: status(400, { type: 'invalid_request_error', message: 'max_tokens: too large' }),
    code: 'bad_request',
    requests: 1,
    message: 'max_tokens: too large',
  },
  {
    name: '400 too long',
    reply: status(400, { message: 'prompt is too long: 210000 tokens > 200000 maximum' }),
    code: 'context_window_exceeded',
    requests: 1,
    message: /prompt is too long/,
  },
  {
    name: '401',
    reply: status(401, { message: 'invalid x-api-key' }),
    code: 'unauthorized',
    requests: 1,
    message: 'invalid x-api-key',
  },
  {
    name: '402',
    reply: status(402, { message: 'credit balance is too low' }),
    code: 'quota',
    requests: 1,
    message: /credit/,
  },
  {
    name: '403',
    reply: status(403, { message: 'no permission' }),
    code: 'unauthorized',
    requests: 1,
    message: 'no permission',
  },
  {
    name: '404',
    reply: status(404, { message: 'model: nope' }),
    code: 'model_not_found',
    requests: 1,
    message: 'model: nope',
  },
  {
    name: '408',
    reply: status(408, { message: 'slow' }),
    code: 'internal_server_error',
    requests: 30,
    message: 'slow',
  },
  {
    name: '409',
    reply: status(409, { message: 'conflict' }),
    code: 'internal_server_error',
    requests: 30,
    message: 'conflict',
  },
  { name: '413', reply: status(413, { message: 'too large' }), code: 'bad_request', requests: 1, message: 'too large' },
  {
    name: '429',
    reply: status(429, { message: 'rate' }),
    code: 'rate_limit',
    requests: 6,
    message: 'rate',
    waits: [...backoff, 3200],
  },
  {
    name: '429 retry-after-ms',
    reply: status(429, { message: 'rate' }, { 'retry-after-ms': '350' }),
    code: 'rate_limit',
    requests: 6,
    message: 'rate',
    waits: [350, 350],
  },
  {
    name: '429 x-should-retry',
    reply: status(429, { message: 'rate' }, { 'x-should-retry': 'false' }),
    code: 'rate_limit',
    requests: 1,
    message: 'rate',
  },
  {
    name: '500',
    reply: status(500, { message: 'oops' }),
    code: 'internal_server_error',
    requests: 30,
    message: 'oops',
  },
  {
    name: '529',
    reply: status(529, { message: 'Overloaded' }, { 'retry-after': '3' }),
    code: 'server_overloaded',
    requests: 30,
    message: 'Overloaded',
    waits: [3000, 3000],
  },
  {
    name: 'a page instead of JSON',
    reply: { status: 418, body: '<h1>no</h1>' },
    code: 'unexpected_status',
    requests: 1,
    message: /^unexpected status 418 I'm a Teapot: <h1>no<\/h1>/,
  },
  {
    name: 'stream overloaded',
    reply: event('overloaded_error', 'Overloaded'),
    code: 'server_overloaded',
    requests: 6,
    message: 'Overloaded',
  },
  {
    name: 'stream api_error',
    reply: event('api_error', 'oops'),
    code: 'stream_disconnected',
    requests: 6,
    message: 'stream disconnected before completion: oops',
  },
  {
    name: 'stream rate_limit_error',
    reply: event('rate_limit_error', 'rate'),
    code: 'rate_limit',
    requests: 6,
    message: 'rate',
  },
  {
    name: 'stream invalid_request_error',
    reply: event('invalid_request_error', 'bad'),
    code: 'bad_request',
    requests: 1,
    message: 'bad',
  },
  {
    name: 'stream too long',
    reply: event('invalid_request_error', 'prompt is too long'),
    code: 'context_window_exceeded',
    requests: 1,
    message: /too long/,
  },
];

test.each(named(anthropic))('messages: %s', (_name, row) => checkRow('messages', row));

const chat: readonly Row[] = [
  {
    name: 'error in the stream',
    reply: event('server_error', 'worker died'),
    code: 'stream_disconnected',
    requests: 6,
    message: /worker died/,
  },
  {
    name: '400 context',
    reply: status(400, { message: "This model's maximum context length is 8192 tokens." }),
    code: 'context_window_exceeded',
    requests: 1,
    message: /context window/,
  },
  { name: '500', reply: status(500), code: 'internal_server_error', requests: 30, message: /500/ },
  { name: 'filtered', reply: { text: 'x', stop: 'content_filter' }, code: 'refusal', requests: 1, message: /filtered/ },
];

test.each(named(chat))('chat: %s', (_name, row) => checkRow('chat', row));

test.each(['authentication_error', 'permission_error', 'billing_error', 'not_found_error', 'invalid_request_error'])(
  'Anthropic’s %s in a stream is final',
  (type) => expect(errorEvent({ type, message: 'x' }).retry).toBe('no'),
);
