/** One HTTP exchange under a vendor's SDK: our headers, no hidden time limits, and a refusal's own words. */
import type { Provider } from './provider.ts';

export type Fetch = typeof globalThis.fetch;

/** A server's answer other than 2xx. */
export interface Refusal {
  readonly status: number;
  readonly body: string;
  readonly headers: Headers;
  /** Without its query, where some gateways want a key. */
  readonly url: string;
}

export type Sent =
  | { readonly kind: 'open'; readonly response: Response }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'unreachable'; readonly error: unknown };

/** Bytes of a refusal's body that are read; the rest of an HTML error page helps nobody. */
const refusalLimit = 64 * 1024;

/**
 * Node's fetch gives up after five silent minutes. The idle timeout is the provider's own setting and may be longer,
 * so these requests run on the process's dispatcher (its proxies and pools) with those two limits off.
 */
const patient = {
  dispatch: (options: object, handler: unknown) => {
    const own = (globalThis as Record<symbol, unknown>)[Symbol.for('undici.globalDispatcher.1')] as Dispatcher;
    return own.dispatch({ ...options, headersTimeout: 0, bodyTimeout: 0 }, handler);
  },
};
interface Dispatcher {
  readonly dispatch: (options: object, handler: unknown) => boolean;
}

/** Exactly what is sent as headers: the wire's own, then the provider's. A value HTTP does not allow is named, never shown. */
export function requestHeaders(
  provider: Provider,
  own: Readonly<Record<string, string | undefined>>,
): { readonly headers: Headers } | { readonly bad: string } {
  const headers = new Headers();
  for (const [name, value] of [...Object.entries(own), ...Object.entries(provider.headers)]) {
    if (value === undefined) continue;
    try {
      headers.set(name, value);
    } catch {
      return { bad: name };
    }
  }
  return { headers };
}

/**
 * Runs an SDK's request over a fetch that sends `headers` and keeps what came back. The SDK gets nothing it could retry,
 * wrap or log: whatever it throws, the answer is what the network said.
 */
export async function send(
  fetch: Fetch,
  headers: Headers,
  request: (fetch: Fetch) => Promise<Response>,
): Promise<Sent> {
  let sent: Sent | undefined;
  const watched: Fetch = async (input, init) => {
    try {
      // A redirected POST is a misconfigured address, and following it would carry the key elsewhere.
      const response = await fetch(input, { ...init, headers, redirect: 'manual', ...dispatcher });
      sent = response.ok ? { kind: 'open', response } : { kind: 'refused', refusal: await refusal(input, response) };
      return response;
    } catch (error) {
      sent = { kind: 'unreachable', error };
      throw error;
    }
  };
  try {
    await request(watched);
  } catch (error) {
    return sent ?? { kind: 'unreachable', error };
  }
  return sent ?? { kind: 'unreachable', error: new Error('the request was never sent') };
}
const dispatcher = { dispatcher: patient } as unknown as RequestInit;

async function refusal(input: Parameters<Fetch>[0], response: Response): Promise<Refusal> {
  const url = new URL(input instanceof Request ? input.url : input);
  return {
    status: response.status,
    body: await firstBytes(response, refusalLimit),
    headers: response.headers,
    url: `${url.origin}${url.pathname}`,
  };
}

async function firstBytes(response: Response, limit: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length >= limit) break;
    }
  } catch {
    // The status alone says enough.
  }
  return text.slice(0, limit);
}
