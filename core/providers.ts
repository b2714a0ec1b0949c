/** Which model providers there are, built in or from config, and which one is meant. Decides; looks nothing up by itself. */
import type { Config, ModelProvider } from './config.ts';
import type { Problem } from './config-layers.ts';

/** A variable's value; undefined when it is unset. */
export type Lookup = (name: string) => string | undefined;

export type ProviderWire = ModelProvider['wire_api'] | 'demo';
export type AuthCommand = NonNullable<ModelProvider['auth']> & { readonly command: string };

/** How a provider's key is come by. */
export type KeySource =
  | { readonly kind: 'none' }
  | { readonly kind: 'literal'; readonly key: string }
  /** The first variable that is set, else what is stored under `stored`. */
  | { readonly kind: 'variable'; readonly names: readonly string[]; readonly stored?: string; readonly help?: string }
  | { readonly kind: 'command'; readonly auth: AuthCommand };

/** A provider with everything known but its key. */
export interface ProviderPlan {
  readonly id: string;
  readonly name: string;
  readonly wire: ProviderWire;
  readonly baseUrl: string;
  readonly key: KeySource;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly requestMaxRetries: number;
  readonly streamMaxRetries: number;
  readonly streamIdleMs: number;
  readonly defaultModel?: string;
}

export type Planned = { readonly ok: true; readonly plan: ProviderPlan } | { readonly ok: false; readonly why: string };

const openaiUrl = 'https://api.openai.com/v1';
const anthropicUrl = 'https://api.anthropic.com';
/** CODEX_API_KEY is how Codex's SDK hands over a key. */
const openaiKey: KeySource = { kind: 'variable', names: ['CODEX_API_KEY', 'OPENAI_API_KEY'], stored: 'openai' };
const anthropicKey: KeySource = { kind: 'variable', names: ['ANTHROPIC_API_KEY'], stored: 'anthropic' };

const retryCap = 100;
const patience = { requestMaxRetries: 4, streamMaxRetries: 5, streamIdleMs: 300_000 };
const plain = { headers: {}, query: {}, ...patience };

const builtIn: Readonly<Record<string, (config: Config, env: Lookup) => ProviderPlan>> = {
  openai: (config, env) => ({
    ...plain,
    id: 'openai',
    name: 'OpenAI',
    wire: 'responses',
    baseUrl: trimmed(config.openai_base_url || filled(env, 'OPENAI_BASE_URL') || openaiUrl),
    key: openaiKey,
    headers: envHeaders({ 'OpenAI-Organization': 'OPENAI_ORGANIZATION', 'OpenAI-Project': 'OPENAI_PROJECT' }, env),
    defaultModel: 'gpt-5.5',
  }),
  anthropic: (_, env) => ({
    ...plain,
    id: 'anthropic',
    name: 'Anthropic',
    wire: 'messages',
    baseUrl: trimmed(filled(env, 'ANTHROPIC_BASE_URL') || anthropicUrl),
    key: anthropicKey,
    defaultModel: 'claude-sonnet-5-5',
  }),
  ollama: (_, env) => local('ollama', 'Ollama', 11434, 'gpt-oss:20b', env, ollamaHost(env)),
  lmstudio: (_, env) =>
    local('lmstudio', 'LM Studio', 1234, 'openai/gpt-oss-20b', env, filled(env, 'LM_STUDIO_API_BASE')),
  demo: () => ({
    ...plain,
    id: 'demo',
    name: 'Demo (no AI)',
    wire: 'demo',
    baseUrl: '',
    key: { kind: 'none' },
    defaultModel: 'demo',
  }),
};

export const builtInProviders: readonly string[] = Object.keys(builtIn);

/** As Ollama's own command reads it: a host, a port, or both, with or without a scheme. */
function ollamaHost(env: Lookup): string | undefined {
  const host = filled(env, 'OLLAMA_HOST');
  if (!host) return undefined;
  const [, scheme = 'http://', rest = ''] = /^(https?:\/\/)?(.*?)\/*$/.exec(host) ?? [];
  const named = rest.startsWith(':') ? `127.0.0.1${rest}` : rest.replace(/^0\.0\.0\.0/, '127.0.0.1');
  return `${scheme}${/:\d+$/.test(named) ? named : `${named}:11434`}/v1`;
}

function local(
  id: string,
  name: string,
  port: number,
  defaultModel: string,
  env: Lookup,
  own: string | undefined,
): ProviderPlan {
  const at = filled(env, 'CODEX_OSS_BASE_URL') || own || `http://localhost:${filled(env, 'CODEX_OSS_PORT') || port}/v1`;
  return { ...plain, id, name, wire: 'responses', baseUrl: trimmed(at), key: { kind: 'none' }, defaultModel };
}

/** A provider by its id. */
export function planProvider(config: Config, env: Lookup, id: string): Planned {
  if (Object.hasOwn(builtIn, id)) return { ok: true, plan: builtIn[id]!(config, env) };
  const entry = Object.hasOwn(config.model_providers, id) && config.model_providers[id];
  if (!entry) return { ok: false, why: noSuchProvider(config, id) };
  if (awsIds.has(id)) return { ok: false, why: `${id} needs AWS request signing, which tcx does not have` };
  return { ok: true, plan: custom(id, entry, env) };
}

/** Ids that Codex knows and lets a file configure. */
const awsIds: ReadonlySet<string> = new Set(['amazon-bedrock', 'amazon-bedrock-runtime']);

function noSuchProvider(config: Config, id: string): string {
  const ids = [...builtInProviders, ...Object.keys(config.model_providers)];
  return `no model provider is called "${id}"; there are ${ids.join(', ')}`;
}

function custom(id: string, entry: ModelProvider, env: Lookup): ProviderPlan {
  return {
    id,
    name: entry.name || id,
    wire: entry.wire_api,
    baseUrl: trimmed(entry.base_url ?? (entry.wire_api === 'messages' ? anthropicUrl : openaiUrl)),
    key: keySource(entry),
    headers: { ...entry.http_headers, ...envHeaders(entry.env_http_headers, env) },
    query: entry.query_params,
    requestMaxRetries: Math.min(entry.request_max_retries, retryCap),
    streamMaxRetries: Math.min(entry.stream_max_retries, retryCap),
    streamIdleMs: entry.stream_idle_timeout_ms,
  };
}

function keySource(entry: ModelProvider): KeySource {
  const { auth, env_key: variable, env_key_instructions: help, experimental_bearer_token: token } = entry;
  if (auth?.command) return { kind: 'command', auth: { ...auth, command: auth.command } };
  if (variable) return { kind: 'variable', names: [variable], ...(help && { help }) };
  if (token) return { kind: 'literal', key: token };
  return entry.requires_openai_auth ? openaiKey : { kind: 'none' };
}

function envHeaders(variables: Readonly<Record<string, string>>, env: Lookup): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [header, variable] of Object.entries(variables)) {
    const value = filled(env, variable);
    if (value) headers[header] = value;
  }
  return headers;
}

/** A variable's value without the blanks around it; a blank one counts as unset. */
export const filled = (env: Lookup, name: string): string | undefined => env(name)?.trim() || undefined;

const trimmed = (url: string) => url.replace(/\/+$/, '');

/** Names of all variables that hold a provider's key: they count as configured, and no command inherits them. */
export function keyVariables(config: Config): readonly string[] {
  const own = Object.values(config.model_providers).flatMap(({ env_key: name }) => (name ? [name] : []));
  return [...new Set([...['OPENAI_API_KEY', 'CODEX_API_KEY', 'ANTHROPIC_API_KEY'], ...own])];
}

export type ModelChoice =
  | { readonly kind: 'chosen'; readonly provider: string; readonly model: string }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'none' };

/** Said when nothing names a model and no key is there. */
export const noModel =
  'No model is configured. Set OPENAI_API_KEY or ANTHROPIC_API_KEY, run tcx login, use --oss for Ollama, or try tcx exec --demo "run ls"';

/** The model that config means: the one it names, else that of the first provider whose key is there. */
export function chooseModel(config: Config, env: Lookup, stored: Lookup): ModelChoice {
  const provider = config.model_provider ?? byName(config.model) ?? byKey(config, env, stored);
  if (!provider) return { kind: 'none' };
  const planned = planProvider(config, env, provider);
  if (!planned.ok) return { kind: 'failed', why: planned.why };
  const model = config.model ?? planned.plan.defaultModel;
  if (model) return { kind: 'chosen', provider, model };
  return {
    kind: 'failed',
    why: `model_provider "${provider}" has no default model: set model in config.toml or use -m`,
  };
}

const byName = (model: string | undefined) => model && (/^claude\b/.test(model) ? 'anthropic' : 'openai');

const byKey = (config: Config, env: Lookup, stored: Lookup) =>
  ['anthropic', 'openai'].find((id) => {
    const { key } = builtIn[id]!(config, env);
    return key.kind === 'variable' && findKey(key, env, stored) !== undefined;
  });

export const findKey = (source: Extract<KeySource, { kind: 'variable' }>, env: Lookup, stored: Lookup) =>
  source.names.map((name) => filled(env, name)).find((value) => value) ?? (source.stored && stored(source.stored));

/** What is wrong with the `model_providers` of a config. */
export const providerProblems = (config: Config): readonly Problem[] =>
  Object.entries(config.model_providers).flatMap(([id, entry]) => [...problemsOf(id, entry)]);

function* problemsOf(id: string, entry: ModelProvider): Generator<Problem> {
  const at = (key: string) => ['model_providers', id, key];
  if (Object.hasOwn(builtIn, id)) {
    const message = `"${id}" is a built-in provider: give yours another name`;
    yield { path: ['model_providers', id], what: 'key', message };
  }
  if (entry.base_url !== undefined && !/^https?:\/\/[^/]/.test(entry.base_url)) {
    yield { path: at('base_url'), what: 'value', message: 'expected an address that begins with http:// or https://' };
  }
  if (!entry.auth) return;
  if (!entry.auth.command) yield { path: [...at('auth'), 'command'], what: 'key', message: 'auth needs a command' };
  for (const other of ['env_key', 'experimental_bearer_token', 'requires_openai_auth'] as const) {
    if (entry[other])
      yield { path: at(other), what: 'key', message: `auth and ${other} exclude each other: leave one out` };
  }
}
