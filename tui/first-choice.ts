/** What the first start offers: only what can really be served. Pure. */

export interface FirstChoice {
  readonly name: string;
  readonly text: string;
  /** What taking it means for a new session; undefined: it only explains. */
  readonly provider?: 'anthropic' | 'openai' | 'demo';
  /** Written to config.toml, so that it is not asked again. */
  readonly keep: boolean;
  /** Shown while the row is marked. */
  readonly lines: readonly string[];
}

const keys = [
  { provider: 'anthropic', name: 'Anthropic', variables: ['ANTHROPIC_API_KEY'] },
  { provider: 'openai', name: 'OpenAI', variables: ['OPENAI_API_KEY', 'CODEX_API_KEY'] },
] as const;

const another: FirstChoice = {
  name: 'Another',
  text: 'any OpenAI- or Anthropic-compatible address, or a key',
  keep: false,
  lines: [
    'A key: set ANTHROPIC_API_KEY or OPENAI_API_KEY in this shell, then start tcx again.',
    'A server of your own, in config.toml (docs/config.md):',
    '  model = "qwen3-coder"',
    '  model_provider = "mine"',
    '  [model_providers.mine]',
    '  base_url = "http://127.0.0.1:8080/v1"',
    '  wire_api = "chat"',
  ],
};
const demo: FirstChoice = {
  name: 'Demo',
  text: 'no AI: a scripted stand-in, offline, to try the screens',
  provider: 'demo',
  keep: false,
  lines: [],
};

/** Found keys first; without any the demo is the row that Enter takes. */
export function firstChoices(env: Readonly<Record<string, string | undefined>>): {
  choices: readonly FirstChoice[];
  marked: number;
} {
  const found = keys.flatMap(({ provider, name, variables }): FirstChoice[] => {
    const variable = variables.find((each) => env[each]?.trim());
    return variable ? [{ name, text: `${variable} is set in this terminal`, provider, keep: true, lines: [] }] : [];
  });
  const choices = [...found, another, demo];
  return { choices, marked: found.length > 0 ? 0 : choices.length - 1 };
}
