/** A key tried before it is kept: one request for the list of models, and the server's own sentence when it says no. */
import type { Provider } from './provider.ts';
import { type Fetch, requestHeaders } from './transport.ts';

export type Tried =
  | { readonly ok: true; readonly models: readonly string[] }
  /** `refused`: the server does not take this key; else it could not be asked. */
  | { readonly ok: false; readonly refused: boolean; readonly why: string };

const tryMs = 15_000;
const bodyLimit = 64 * 1024;

export async function tryKey(fetch: Fetch, provider: Provider): Promise<Tried> {
  const { baseUrl, key, name } = provider;
  const messages = provider.wire === 'messages';
  const made = requestHeaders(
    provider,
    messages
      ? { 'x-api-key': key, 'anthropic-version': '2023-06-01' }
      : { authorization: key === undefined ? undefined : `Bearer ${key}` },
  );
  if ('bad' in made) return { ok: false, refused: true, why: 'the key holds characters that no header may have' };
  const url = new URL(`${baseUrl}${messages ? '/v1/models?limit=100' : '/models'}`);
  for (const [query, value] of Object.entries(provider.query)) url.searchParams.set(query, value);
  try {
    const response = await fetch(url, {
      headers: made.headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(tryMs),
    });
    const body = (await response.text()).slice(0, bodyLimit);
    if (response.ok) return { ok: true, models: modelsIn(body) };
    // A server without a list of models has not said no to the key.
    if (response.status === 404 || response.status === 405) return { ok: true, models: [] };
    return {
      ok: false,
      refused: true,
      why: `${name} says ${response.status}: ${sentenceIn(body) || response.statusText}`,
    };
  } catch (error) {
    const cause = (error as { cause?: { message?: string; code?: string } }).cause;
    const why = cause?.code ?? cause?.message ?? (error as Error).message;
    return { ok: false, refused: false, why: `${name} could not be reached at ${url.origin}: ${why}` };
  }
}

function modelsIn(body: string): string[] {
  try {
    const { data } = JSON.parse(body) as { data?: readonly { id?: unknown }[] };
    return (data ?? []).flatMap(({ id }) => (typeof id === 'string' ? [id] : []));
  } catch {
    return [];
  }
}

function sentenceIn(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: { message?: unknown } | string };
    const message = typeof error === 'string' ? error : error?.message;
    return typeof message === 'string' ? message : '';
  } catch {
    return body
      .replaceAll(/<[^>]*>|\s+/g, ' ')
      .trim()
      .slice(0, 200);
  }
}
