/**
 * The keys of config.toml that tcx serves, named as Codex names them, with their defaults. Every other key is kept and
 * ignored. `docs/config.md` has the table made from this schema.
 */
import { z } from 'zod';
import {
  duration,
  either,
  filled,
  flag,
  integer,
  listOf,
  mapOf,
  oneOf,
  optional,
  path,
  table,
  tablesBy,
  text,
  withDefault,
} from './config-kinds.ts';
import { ApprovalPolicy, SandboxMode } from './settings.ts';

const textMap = () => mapOf(text(), 'table of texts');
const texts = () => listOf(text(), 'list of texts');

const maxRetries = 'at most 100';

const AuthCommand = table({
  command: optional(filled(), 'Program that prints a token; run again every `refresh_interval_ms` and after a 401.'),
  args: withDefault(texts(), [], 'Its arguments.'),
  cwd: optional(path(), 'Where it runs.', 'home'),
  timeout_ms: withDefault(integer(1), 5000, 'It is killed after this time.'),
  refresh_interval_ms: withDefault(integer(0), 300_000, 'How long a token is used; 0 means until a 401.'),
});

const ModelProvider = table({
  name: optional(text(), 'Shown to people.', 'its id'),
  base_url: optional(
    filled(),
    'Where the server answers, without the last part of the path.',
    "OpenAI's or Anthropic's",
  ),
  wire_api: withDefault(
    oneOf('responses', 'messages', 'chat'),
    'responses',
    'What the server speaks: OpenAI Responses, Anthropic Messages or Chat Completions.',
  ),
  env_key: optional(filled(), 'Variable that holds the key.'),
  env_key_instructions: optional(text(), 'How to get a key; shown when it is missing.'),
  experimental_bearer_token: optional(filled(), 'The key itself; a variable is the better place.'),
  auth: optional(AuthCommand, 'A program that prints tokens, instead of a key.'),
  requires_openai_auth: withDefault(flag(), false, "Use OpenAI's key for this server."),
  query_params: withDefault(textMap(), {}, 'Added to every URL.'),
  http_headers: withDefault(textMap(), {}, 'Sent with every request.'),
  env_http_headers: withDefault(textMap(), {}, 'Header to variable; left out while the variable is unset or blank.'),
  request_max_retries: withDefault(integer(0), 4, `Tries again before an answer has begun; ${maxRetries}.`),
  stream_max_retries: withDefault(integer(0), 5, `Tries again after a broken answer; ${maxRetries}.`),
  stream_idle_timeout_ms: withDefault(integer(1), 300_000, 'A stream silent for so long counts as broken.'),
});
export type ModelProvider = z.output<typeof ModelProvider>;

/** `granular` is read as `on-request`; `config-check.ts` says so. */
const Approval = either(
  '"on-request", "never" or { granular = {…} }',
  ApprovalPolicy,
  z.object({ granular: z.looseObject({}) }),
)
  .transform((policy) => (typeof policy === 'string' ? policy : 'on-request'))
  .meta({ kind: '"on-request" "never" "untrusted" "on-failure", { granular = {…} }' });

const EnvironmentPolicy = table({
  inherit: withDefault(oneOf('all', 'core', 'none'), 'all', 'Which variables a command starts from.'),
  ignore_default_excludes: withDefault(flag(), false, 'Keep variables named `*KEY*`, `*SECRET*`, `*TOKEN*`.'),
  exclude: withDefault(texts(), [], 'Patterns (`*`, `?`, any case) of names to take out.'),
  set: withDefault(textMap(), {}, 'Variables to set.'),
  include_only: withDefault(texts(), [], 'If not empty, only names that match stay.'),
  filters: withDefault(
    mapOf(oneOf('include', 'exclude'), 'table of "include" "exclude"'),
    {},
    'The same by pattern: adds to `exclude` and `include_only`.',
  ),
});
export type EnvironmentPolicy = z.output<typeof EnvironmentPolicy>;

const Tool = (doc: string) => table({ enabled: withDefault(flag(), false, doc) }).prefault({});

const Limits = table({
  session_rows: withDefault(integer(200), 2000, 'Rows of a session kept in memory; older ones are read from its file.'),
  viewer_queue_bytes: withDefault(
    integer(65_536),
    4_194_304,
    'Waiting for a slow viewer; beyond it live text is dropped.',
  ),
  command_spool_bytes: withDefault(
    integer(65_536, 1_073_741_824),
    1_572_864,
    "A command's output on disk; beyond it the middle is dropped.",
  ),
  blobs_bytes: withDefault(
    integer(1_048_576),
    2_147_483_648,
    "Large bodies on disk; beyond it archived sessions' oldest go.",
  ),
});

export const ConfigSchema = table({
  model: optional(filled(), 'The model to use.', "the provider's default"),
  model_provider: optional(
    filled(),
    'A name under `model_providers`, or `openai` `anthropic` `ollama` `lmstudio` `demo`.',
    'by model or key',
  ),
  model_providers: withDefault(tablesBy('id', ModelProvider), {}, ''),
  openai_base_url: optional(filled(), 'Another address for the built-in `openai`.', '`OPENAI_BASE_URL`'),
  model_reasoning_effort: optional(
    filled(),
    'How much the model thinks: `none` `minimal` `low` `medium` `high` `xhigh` `max`.',
    "the model's",
  ),
  model_reasoning_summary: optional(
    oneOf('auto', 'concise', 'detailed', 'none'),
    'How its thinking is told.',
    "the model's",
  ),
  model_verbosity: optional(oneOf('low', 'medium', 'high'), 'How long its answers are.', "the model's"),
  model_context_window: optional(integer(1), 'Tokens the model can take.', "the model's"),
  model_instructions_file: optional(path(), 'A file that replaces the system text.'),
  developer_instructions: optional(text(), 'Added to what the model is told first.'),
  tool_output_token_limit: optional(integer(1), "Tokens of one tool's output that are kept.", '10000'),
  hide_agent_reasoning: withDefault(flag(), false, "Do not show summaries of the model's thinking."),
  show_raw_agent_reasoning: withDefault(flag(), false, 'Show its thinking itself, where the model gives it.'),

  approval_policy: optional(Approval, 'When a person is asked before something is done.', 'by client and trust'),
  sandbox_mode: optional(oneOf(...SandboxMode.options), 'What commands may touch.', 'by client and trust'),
  sandbox_workspace_write: table({
    writable_roots: withDefault(listOf(path(), 'list of paths'), [], 'Written to besides the working directory.'),
    network_access: withDefault(flag(), false, 'Let commands reach the network.'),
    exclude_tmpdir_env_var: withDefault(flag(), false, 'Keep `$TMPDIR` read-only.'),
    exclude_slash_tmp: withDefault(flag(), false, 'Keep `/tmp` read-only.'),
  }).prefault({}),
  allow_login_shell: withDefault(flag(), true, 'Let the model ask for a login shell.'),
  shell_environment_policy: EnvironmentPolicy.prefault({}),
  background_terminal_max_timeout: withDefault(integer(5000), 300_000, 'Longest wait for a background command, in ms.'),

  project_doc_max_bytes: withDefault(integer(0), 32_768, 'Bytes of all AGENTS.md of a project together; 0 reads none.'),
  project_doc_fallback_filenames: withDefault(texts(), [], 'Read where a folder has no AGENTS.md.'),
  project_root_markers: withDefault(
    texts(),
    ['.git'],
    "What a project's root holds; empty means the working directory.",
  ),
  projects: withDefault(
    tablesBy(
      'path',
      table({
        trust_level: optional(oneOf('trusted', 'untrusted'), "Whether the project's own config counts.", 'unknown'),
      }),
    ),
    {},
    '',
  ),

  tools: table({
    update_plan: Tool('Offer `update_plan`.'),
    read_file: Tool('Offer `read_file`.'),
    list_dir: Tool('Offer `list_dir`.'),
    grep_files: Tool('Offer `grep_files`.'),
    write_file: Tool('Offer `write_file`.'),
  }).prefault({}),

  demo: table({
    script: optional(path(), 'Answers as JSON lines, instead of the rules of the `demo` provider.'),
  }).prefault({}),
  disable_suggestions: withDefault(flag(), false, 'Do not ask the model after a turn what you may say next.'),
  disable_paste_burst: optional(flag(), 'The same as `tui.disable_paste_burst`.'),
  history: table({
    persistence: withDefault(oneOf('save-all', 'none'), 'save-all', 'Whether prompts are kept for recall.'),
    max_bytes: optional(integer(1), 'Size of the prompt history; the oldest go first.', 'no limit'),
  }).prefault({}),
  notify: optional(texts(), 'A program and its arguments, told when a turn has ended; kept, not run yet.'),
  file_opener: withDefault(
    oneOf('vscode', 'vscode-insiders', 'windsurf', 'cursor', 'none'),
    'vscode',
    'Which editor a `path:line` in an answer links to.',
  ),
  tui: table({
    alternate_screen: withDefault(oneOf('auto', 'always', 'never'), 'auto', 'Full screen, or lines in the scrollback.'),
    animations: withDefault(flag(), true, 'Moving marks while something works.'),
    mouse: withDefault(flag(), true, 'The wheel scrolls and a drag copies; false leaves the mouse to the terminal.'),
    screen_reader: withDefault(flag(), false, 'As `--screen-reader`: text once and in order.'),
    theme: withDefault(text(), 'auto', 'Colours of code and diffs: a name of `/theme`, or of a file in `themes/`.'),
    notifications: withDefault(
      either('true, false or a list of kinds', flag(), texts()),
      true,
      'Notices of the terminal when nobody looks: all, none, or `approval-requested`, `agent-turn-complete`.',
    ),
    notification_method: withDefault(
      oneOf('auto', 'osc9', 'osc777', 'bel'),
      'auto',
      'How; `auto` is OSC 9 where the terminal is known to have it, else the bell.',
    ),
    notification_condition: withDefault(
      oneOf('unfocused', 'always'),
      'unfocused',
      'Whether a terminal that is looked at gets them too.',
    ),
    status_line: optional(
      texts(),
      'Items of the status line, in order; `[]` hides it. `/statusline` has them all.',
      'the usual',
    ),
    terminal_title: optional(texts(), "Items of the window's title, in order. `/title` has them all.", 'the usual'),
    client_name: optional(text(), 'How this client is called on other screens.', 'host or tty'),
    keymap: withDefault(
      mapOf(
        mapOf(either('a key or a list of keys', text(), texts()), 'table of action and keys'),
        'tables by context: action = key, or list of keys',
      ),
      {},
      'Other keys; `[]` for none. `?` on the screen lists them, a wrong name is answered with those there are.',
    ),
    vim_mode_default: withDefault(flag(), false, 'Begin with vim keys in the composer.'),
    disable_paste_burst: withDefault(
      flag(),
      false,
      'Do not take letters that come very fast for a paste where the terminal does not mark pastes.',
    ),
  }).prefault({}),

  start: withDefault(oneOf('new', 'attach', 'agents'), 'new', 'What `tcx` without arguments opens.'),
  host: withDefault(oneOf('embedded', 'temporal'), 'embedded', 'Where sessions run.'),
  idle_unload: withDefault(duration(), '30m', 'An idle session without viewers leaves the memory after this time.'),
  inbox: table({
    notify_after: withDefault(duration(), '60s', 'An open question that nobody sees is announced after this time.'),
  }).prefault({}),
  limits: Limits.prefault({}),
});

/** The effective configuration, checked, with defaults filled in. Durations are ms. */
export type Config = z.output<typeof ConfigSchema>;
