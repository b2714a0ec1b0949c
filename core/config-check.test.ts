import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkConfig } from './config-check.ts';
import { configKeys, unknownKeys } from './config-keys.ts';
import { parseDuration } from './duration.ts';
import { parseToml, type Table } from './toml.ts';

function table(source: string): Table {
  const parsed = parseToml(source);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.table;
}

/** The checked configuration of a text; a test that names a problem uses `problems`. */
function checked(source: string) {
  const result = checkConfig(table(source));
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('\n'));
  return result;
}

function problems(source: string): readonly string[] {
  const result = checkConfig(table(source));
  return result.ok ? [] : result.problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

const codex = readFileSync(join(import.meta.dirname, 'codex-config.fixture.toml'), 'utf8');

describe("a Codex user's file", () => {
  test('loads, and says what it says', () => {
    const { config, warnings } = checked(codex);
    expect(config).toMatchObject({
      model: 'gpt-5.5',
      model_provider: 'azure',
      model_reasoning_summary: 'concise',
      approval_policy: 'on-failure',
      sandbox_workspace_write: { network_access: true, writable_roots: ['~/.cache/pnpm'], exclude_slash_tmp: false },
      shell_environment_policy: { inherit: 'core', exclude: ['AWS_*', 'AZURE_*'], set: { CI: '1' } },
      model_providers: {
        azure: { env_key: 'AZURE_OPENAI_API_KEY', query_params: { 'api-version': '2026-04-01-preview' } },
        gateway: { auth: { command: '/usr/local/bin/fetch-token', timeout_ms: 2000, refresh_interval_ms: 0 } },
      },
      tools: { update_plan: { enabled: true }, read_file: { enabled: false } },
      history: { max_bytes: 104857600 },
      projects: { '/home/kim/src/shop': { trust_level: 'trusted' } },
    });
    expect(warnings).toEqual(['approval_policy = "on-failure" is deprecated; use "on-request" or "never"']);
  });

  test('has nothing that --strict-config refuses', () => expect(unknownKeys(table(codex))).toEqual([]));
});

test('an empty file is all defaults', () => {
  const { config, warnings } = checked('');
  expect(warnings).toEqual([]);
  expect(config).toMatchObject({
    project_doc_max_bytes: 32768,
    project_root_markers: ['.git'],
    background_terminal_max_timeout: 300000,
    allow_login_shell: true,
    shell_environment_policy: { inherit: 'all', ignore_default_excludes: false },
    history: { persistence: 'save-all' },
    file_opener: 'vscode',
    host: 'embedded',
    start: 'new',
    idle_unload: 1_800_000,
    inbox: { notify_after: 60_000 },
  });
  expect(config.model).toBeUndefined();
  expect(config.sandbox_mode).toBeUndefined();
});

describe('a value of the wrong type', () => {
  test.each([
    ['model = 3', 'model: expected a text that is not empty, found 3'],
    ['model = ""', 'model: expected a text that is not empty, found ""'],
    ['tui = 1', 'tui: expected a table, found 1'],
    ['tui.animations = "yes"', 'tui.animations: expected true or false, found "yes"'],
    ['project_doc_max_bytes = -1', 'project_doc_max_bytes: expected a whole number of 0 or more, found -1'],
    ['model_context_window = 1.5', 'model_context_window: expected a whole number of 1 or more, found 1.5'],
    ['notify = ["a", 2]', 'notify.1: expected a text, found 2'],
    ['notify = "a"', 'notify: expected a list, found "a"'],
    ['start = "now"', 'start: expected one of "new", "attach", "agents", found "now"'],
    ['idle_unload = "soon"', 'idle_unload: expected a length of time such as "90s", "30m" or "1h30m", found "soon"'],
    ['idle_unload = 30', 'idle_unload: expected a length of time such as "90s", "30m" or "1h30m", found 30'],
    [
      'sandbox_mode = "off"',
      'sandbox_mode: expected one of "read-only", "workspace-write", "danger-full-access", found "off"',
    ],
    [
      'approval_policy = "always"',
      'approval_policy: expected "on-request", "never" or { granular = {…} }, found "always"',
    ],
    [
      'approval_policy = { granular = { rules = 1, sandbox_approval = true } }',
      'approval_policy.granular.rules: expected true or false\napproval_policy.granular.mcp_elicitations: expected true or false',
    ],
    [
      '[model_providers.x]\nwire_api = "grpc"',
      'model_providers.x.wire_api: expected one of "responses", "messages", "chat", found "grpc"',
    ],
    ['[model_providers]\nx = 1', 'model_providers.x: expected a table, found 1'],
  ])('%s', (source, expected) => expect(problems(source).join('\n')).toBe(expected));

  test('is cut in the message when it is long', () => {
    expect(problems(`tui.animations = "${'x'.repeat(99)}"`)[0]).toBe(
      `tui.animations: expected true or false, found "${'x'.repeat(38)}…`,
    );
  });
});

describe('a provider entry', () => {
  test.each([
    [
      '[model_providers.openai]\nname = "x"',
      'model_providers.openai: "openai" is a built-in provider: give yours another name',
    ],
    ['[model_providers.ollama]', 'model_providers.ollama: "ollama" is a built-in provider: give yours another name'],
    [
      '[model_providers.x]\nenv_key = "K"\nauth.command = "c"',
      'model_providers.x.env_key: auth and env_key exclude each other: leave one out',
    ],
    [
      '[model_providers.x]\nexperimental_bearer_token = "t"\nrequires_openai_auth = true\nauth.command = "c"',
      'model_providers.x.experimental_bearer_token: auth and experimental_bearer_token exclude each other: leave one out\n' +
        'model_providers.x.requires_openai_auth: auth and requires_openai_auth exclude each other: leave one out',
    ],
    ['[model_providers.x.auth]\nargs = []', 'model_providers.x.auth.command: auth needs a command'],
    [
      '[model_providers.x]\nbase_url = "llm.corp"',
      'model_providers.x.base_url: expected an address that begins with http:// or https://',
    ],
    ['[model_providers.x]\nwire_api = "chat"', ''],
    ['[model_providers.x]\nwire_api = "messages"', ''],
  ])('%s', (source, expected) => expect(problems(source).join('\n')).toBe(expected));
});

describe('old approval policies', () => {
  test.each([
    ['"untrusted"', 'untrusted', 1],
    ['"on-failure"', 'on-failure', 1],
    ['"on-request"', 'on-request', 0],
    ['"never"', 'never', 0],
    ['{ granular = { rules = true, sandbox_approval = true, mcp_elicitations = false } }', 'on-request', 1],
  ])('%s counts as %s with %i warnings', (written, policy, count) => {
    const { config, warnings } = checked(`approval_policy = ${written}`);
    expect(config.approval_policy).toBe(policy);
    expect(warnings).toHaveLength(count);
  });
});

test('a fallback name with a folder in it is left out with a warning', () => {
  const { warnings } = checked('project_doc_fallback_filenames = ["CLAUDE.md", "../SECRET", ".."]');
  expect(warnings).toEqual(['project_doc_fallback_filenames takes names without folders: ../SECRET, .. left out']);
});

describe('unknown keys', () => {
  test.each([
    ['modle = "x"', ['modle']],
    ['[tui]\nanimation = true\nanimations = true', ['tui.animation']],
    ['[tui.theme]\nanything = 1', []],
    ['[projects."/x"]\ntrust_level = "trusted"\ntrust = 1', ['projects./x.trust']],
    ['[model_providers.x]\nbase_ulr = "u"', ['model_providers.x.base_ulr']],
    ['[model_providers.x.query_params]\nanything = "u"', []],
    ['[shell_environment_policy.set]\nANY = "u"', []],
  ])('%s', (source, expected) => expect(unknownKeys(table(source)).map((path) => path.join('.'))).toEqual(expected));
});

test('every key has words for the table', () => {
  for (const key of configKeys) {
    expect(key.kind, key.path.join('.')).not.toBe('');
    expect(key.doc, key.path.join('.')).not.toBe('');
  }
});

test.each([
  ['90s', 90_000],
  ['30m', 1_800_000],
  ['1h30m', 5_400_000],
  ['1.5h', 5_400_000],
  ['500ms', 500],
  ['2d', 172_800_000],
  ['30', undefined],
  ['', undefined],
  ['m', undefined],
  ['1h 30m', undefined],
  ['-1s', undefined],
])('the duration %j is %s ms', (text, ms) => expect(parseDuration(text)).toBe(ms));
