import { describe, expect, test } from 'vitest';
import { checkConfig } from './config-check.ts';
import { modelInfo } from './models.ts';
import { builtInProviders, chooseModel, keyVariables, planProvider } from './providers.ts';
import { parseToml } from './toml.ts';

function config(source = '') {
  const parsed = parseToml(source);
  const checked = parsed.ok ? checkConfig(parsed.table) : undefined;
  if (!checked?.ok) throw new Error(`cannot use ${source}`);
  return checked.config;
}

const none = () => undefined;
const lookup = (values: Record<string, string>) => (name: string) => values[name];

function plan(id: string, source = '', env: Record<string, string> = {}) {
  const planned = planProvider(config(source), lookup(env), id);
  if (!planned.ok) throw new Error(planned.why);
  return planned.plan;
}

describe('built-in providers', () => {
  test.each([
    ['openai', 'responses', 'https://api.openai.com/v1'],
    ['anthropic', 'messages', 'https://api.anthropic.com'],
    ['ollama', 'responses', 'http://localhost:11434/v1'],
    ['lmstudio', 'responses', 'http://localhost:1234/v1'],
    ['demo', 'demo', ''],
  ])('%s speaks %s at %s', (id, wire, baseUrl) => expect(plan(id)).toMatchObject({ id, wire, baseUrl }));

  test('know their default models', () => {
    const models = builtInProviders.map((id) => plan(id).defaultModel);
    expect(models.every((model) => model)).toBe(true);
    for (const model of models.slice(0, 2)) expect(modelInfo(model!).known, model).toBe(true);
  });

  test.each([
    ['the key', 'openai_base_url = "http://a/v1/"', { OPENAI_BASE_URL: 'http://b/v1' }, 'http://a/v1'],
    ['the variable', '', { OPENAI_BASE_URL: ' http://b/v1 ' }, 'http://b/v1'],
    ['neither, when blank', '', { OPENAI_BASE_URL: ' ' }, 'https://api.openai.com/v1'],
  ])("openai's address is that of %s", (_, source, env, baseUrl) =>
    expect(plan('openai', source, env).baseUrl).toBe(baseUrl),
  );

  test('the other addresses follow their variables', () => {
    expect(plan('anthropic', '', { ANTHROPIC_BASE_URL: 'http://a/' }).baseUrl).toBe('http://a');
    expect(plan('ollama', '', { CODEX_OSS_PORT: '99' }).baseUrl).toBe('http://localhost:99/v1');
    expect(plan('lmstudio', '', { CODEX_OSS_PORT: '99', CODEX_OSS_BASE_URL: 'http://h/v1' }).baseUrl).toBe(
      'http://h/v1',
    );
  });

  test('openai sends organisation and project when they are set', () => {
    expect(plan('openai').headers).toEqual({});
    expect(plan('openai', '', { OPENAI_ORGANIZATION: 'o', OPENAI_PROJECT: 'p' }).headers).toEqual({
      'OpenAI-Organization': 'o',
      'OpenAI-Project': 'p',
    });
  });
});

describe("the user's providers", () => {
  test('say all that they can say', () => {
    const source = `[model_providers.x]
      name = "X"
      base_url = "http://x/v1/"
      wire_api = "chat"
      env_key = "X_KEY"
      env_key_instructions = "Ask Kim."
      query_params = { v = "1" }
      http_headers = { A = "a" }
      env_http_headers = { B = "B_VAR", C = "C_VAR" }
      request_max_retries = 200
      stream_max_retries = 0
      stream_idle_timeout_ms = 7`;
    expect(plan('x', source, { B_VAR: 'b', C_VAR: ' ' })).toEqual({
      id: 'x',
      name: 'X',
      wire: 'chat',
      baseUrl: 'http://x/v1',
      key: { kind: 'variable', names: ['X_KEY'], help: 'Ask Kim.' },
      headers: { A: 'a', B: 'b' },
      query: { v: '1' },
      requestMaxRetries: 100,
      streamMaxRetries: 0,
      streamIdleMs: 7,
    });
  });

  test.each([
    ['', { kind: 'none' }],
    ['experimental_bearer_token = "t"', { kind: 'literal', key: 't' }],
    ['requires_openai_auth = true', { kind: 'variable', names: ['CODEX_API_KEY', 'OPENAI_API_KEY'], stored: 'openai' }],
    [
      'auth = { command = "c", args = ["a"] }',
      { kind: 'command', auth: { command: 'c', args: ['a'], timeout_ms: 5000 } },
    ],
  ])('with `%s` get a key so', (line, key) => expect(plan('x', `[model_providers.x]\n${line}`).key).toMatchObject(key));

  test.each([
    ['responses', 'https://api.openai.com/v1'],
    ['chat', 'https://api.openai.com/v1'],
    ['messages', 'https://api.anthropic.com'],
  ])('that speak %s and name no address are at %s', (wire, url) =>
    expect(plan('x', `[model_providers.x]\nwire_api = "${wire}"`).baseUrl).toBe(url),
  );

  test('that nobody configured are named with those there are', () => {
    expect(planProvider(config('[model_providers.mine]'), none, 'yours')).toEqual({
      ok: false,
      why: 'no model provider is called "yours"; there are openai, anthropic, ollama, lmstudio, demo, mine',
    });
    expect(planProvider(config(), none, 'constructor')).toMatchObject({ ok: false });
  });

  test('that need AWS signing may stand in a file, and cannot be used', () => {
    const source = '[model_providers.amazon-bedrock.aws]\nregion = "r"';
    expect(planProvider(config(source), none, 'amazon-bedrock')).toMatchObject({
      ok: false,
      why: expect.stringContaining('AWS'),
    });
  });
});

describe('the model that is meant', () => {
  const both = { ANTHROPIC_API_KEY: 'a', OPENAI_API_KEY: 'o' };
  test.each<[string, string, Record<string, string>, object]>([
    ['nothing', '', {}, { kind: 'none' }],
    ['a blank key', '', { OPENAI_API_KEY: ' ' }, { kind: 'none' }],
    ['a key of OpenAI', '', { OPENAI_API_KEY: 'o' }, { provider: 'openai', model: 'gpt-5.5' }],
    ["a key as Codex's SDK gives it", '', { CODEX_API_KEY: 'o' }, { provider: 'openai', model: 'gpt-5.5' }],
    ['a key of Anthropic', '', { ANTHROPIC_API_KEY: 'a' }, { provider: 'anthropic', model: 'claude-sonnet-5-5' }],
    ['both keys', '', both, { provider: 'anthropic' }],
    ['a model', 'model = "gpt-4.1"', {}, { provider: 'openai', model: 'gpt-4.1' }],
    ['a model of Anthropic', 'model = "claude-opus-5"', both, { provider: 'anthropic', model: 'claude-opus-5' }],
    ['a provider', 'model_provider = "openai"', both, { provider: 'openai', model: 'gpt-5.5' }],
    ['the demo', 'model_provider = "demo"', both, { provider: 'demo', model: 'demo' }],
    ['both', 'model_provider = "ollama"\nmodel = "claude-like"', {}, { provider: 'ollama', model: 'claude-like' }],
    ['an unknown provider', 'model_provider = "x"', both, { kind: 'failed', why: expect.stringContaining('"x"') }],
    [
      'a provider that has no default model',
      'model_provider = "x"\n[model_providers.x]',
      both,
      { kind: 'failed', why: 'model_provider "x" has no default model: set model in config.toml or use -m' },
    ],
  ])('by %s', (_, source, env, choice) => expect(chooseModel(config(source), lookup(env), none)).toMatchObject(choice));

  test('by a stored key', () => {
    expect(chooseModel(config(), none, lookup({ openai: 'k' }))).toMatchObject({ provider: 'openai' });
  });
});

test('the variables that hold keys are those built in and those configured', () => {
  expect(
    keyVariables(config('[model_providers.x]\nenv_key = "X_KEY"\n[model_providers.y]\nenv_key = "OPENAI_API_KEY"')),
  ).toEqual(['OPENAI_API_KEY', 'CODEX_API_KEY', 'ANTHROPIC_API_KEY', 'X_KEY']);
});
