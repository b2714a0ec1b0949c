/**
 * The vendors' SDKs, used for addresses, paths and encoding only: no retries, no logging, nothing from the environment.
 * They are the one dynamic import here: bundled they cost 5 MB and 45 ms, from source half a second, and a daemon that only
 * answers `ps` pays neither.
 */
import type Anthropic from '@anthropic-ai/sdk';
import type OpenAI from 'openai';
import type { Provider } from './provider.ts';
import type { Fetch } from './transport.ts';

const openaiSdk = () => import('openai');
const anthropicSdk = () => import('@anthropic-ai/sdk');

/** Loads what a wire needs before its first request, so that the first token does not wait for it. */
export async function preload(wire: Provider['wire']): Promise<void> {
  if (wire === 'messages') await anthropicSdk();
  else if (wire !== 'demo') await openaiSdk();
}

/** The longest a timer can be; the idle timeout of the attempt is the one that counts. */
const never = 2 ** 31 - 1;
/** Given so that the SDKs look for no credential themselves; the real one is among the headers that `send` sets. */
const placeholder = 'none';

const common = (provider: Provider, fetch: Fetch) => ({
  baseURL: provider.baseUrl,
  defaultQuery: provider.query,
  apiKey: placeholder,
  maxRetries: 0,
  timeout: never,
  logLevel: 'off' as const,
  fetch,
});

export async function openaiClient(provider: Provider, fetch: Fetch): Promise<OpenAI> {
  const { default: Client } = await openaiSdk();
  return new Client({
    ...common(provider, fetch),
    organization: null,
    project: null,
    adminAPIKey: null,
    webhookSecret: null,
  });
}

export async function anthropicClient(provider: Provider, fetch: Fetch): Promise<Anthropic> {
  const { default: Client } = await anthropicSdk();
  return new Client({ ...common(provider, fetch), authToken: null, webhookKey: null, openTelemetry: false });
}
