/** What the wires over HTTP share: from one description of an API to a wire. */
import { attempt, type StreamReader } from './attempt.ts';
import { failed } from './errors.ts';
import type { Attempt, FailedAttempt, ModelDelta, ModelRequest, Provider, Wire } from './provider.ts';
import { type Fetch, type Refusal, requestHeaders, send } from './transport.ts';

export interface HttpDeps {
  readonly fetch: Fetch;
  readonly userAgent: string;
  /** ms since 1970. */
  readonly now: () => number;
}

export interface Api<Body extends object> {
  /** The headers with the credential and version, in the wire's own names; undefined ones are not sent. */
  readonly headers: (provider: Provider) => Readonly<Record<string, string | undefined>>;
  readonly body: (request: ModelRequest) => Body;
  /** Through the vendor's SDK, which is given nothing but this fetch to reach the world. */
  readonly post: (provider: Provider, fetch: Fetch, body: Body, signal: AbortSignal) => Promise<Response>;
  readonly read: (
    request: ModelRequest,
    body: Body,
    emit: (delta: ModelDelta) => void,
    headers: Headers,
  ) => StreamReader;
  readonly refused: (refusal: Refusal, now: number) => FailedAttempt;
}

export const httpWire =
  <Body extends object>(api: Api<Body>, deps: HttpDeps): Wire =>
  async (provider, request, { signal, emit }) => {
    const made = requestHeaders(provider, {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      'user-agent': deps.userAgent,
      ...api.headers(provider),
    });
    if ('bad' in made) return badHeader(provider.name, made.bad);
    const body = api.body(request);
    const exchange = {
      send: (either: AbortSignal) => send(deps.fetch, made.headers, (fetch) => api.post(provider, fetch, body, either)),
      read: (headers: Headers) => api.read(request, body, emit, headers),
      refused: (refusal: Refusal) => api.refused(refusal, deps.now()),
    };
    return attempt(exchange, provider.streamIdleMs, signal);
  };

/** A secret pasted with a line end must not be quoted in an error. */
const badHeader = (provider: string, name: string): Attempt =>
  failed('bad_request', `The header ${name} of provider ${provider} holds characters that HTTP does not allow.`, 'no');

export const bearer = ({ key }: Provider) => ({ authorization: key === undefined ? undefined : `Bearer ${key}` });
