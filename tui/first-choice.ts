/** What the first start offers: what is here already before what has to be got. Pure. */
import type { FoundServer, LocalModel } from '../ipc/messages.ts';

export interface FirstChoice {
  readonly id: 'anthropic' | 'openai' | 'ollama' | 'lmstudio' | 'another' | 'demo';
  readonly name: string;
  readonly text: string;
  /** It is here: a key in the environment, a server that runs with a model that fits. */
  readonly found: boolean;
  /** A key has to be given. */
  readonly wantsKey: boolean;
  readonly models: readonly LocalModel[];
}

type Env = Readonly<Record<string, string | undefined>>;

const keyed = [
  { id: 'anthropic', name: 'Anthropic', variables: ['ANTHROPIC_API_KEY'] },
  { id: 'openai', name: 'OpenAI', variables: ['OPENAI_API_KEY', 'CODEX_API_KEY'] },
] as const;

const local = [
  { id: 'ollama', name: 'Ollama', start: 'ollama serve', get: 'ollama pull qwen3-coder:30b' },
  { id: 'lmstudio', name: 'LM Studio', start: 'lms server start', get: 'lms get qwen/qwen3-coder-30b' },
] as const;

/** Below this many tokens of context an agent forgets what it is doing. */
export const leastWindow = 16_384;

/** `servers`: undefined while nobody knows yet what runs here. */
export function firstChoices(env: Env, servers: readonly FoundServer[] | undefined): readonly FirstChoice[] {
  const keys = keyed.map(({ id, name, variables }): FirstChoice => {
    const variable = variables.find((each) => env[each]?.trim());
    const text = variable ? `${variable} is set in this terminal` : 'paste a key';
    return { id, name, text, found: variable !== undefined, wantsKey: variable === undefined, models: [] };
  });
  const here = local.map((each): FirstChoice => {
    const server = servers?.find(({ provider }) => provider === each.id);
    const models = (server?.models ?? []).filter(({ tools }) => tools);
    return {
      id: each.id,
      name: each.name,
      text: servers === undefined ? 'looking for it …' : serverText(server, models, each),
      found: models.length > 0,
      wantsKey: false,
      models,
    };
  });
  const rest: readonly FirstChoice[] = [
    {
      id: 'another',
      name: 'Another',
      text: 'any OpenAI- or Anthropic-compatible address',
      found: false,
      wantsKey: false,
      models: [],
    },
    {
      id: 'demo',
      name: 'Demo',
      text: 'no AI: a scripted stand-in, offline, to try the screens',
      found: false,
      wantsKey: false,
      models: [],
    },
  ];
  const all = [...keys, ...here];
  return [...all.filter(({ found }) => found), ...all.filter(({ found }) => !found).sort(byUse), ...rest];
}

const order = ['openai', 'anthropic', 'ollama', 'lmstudio'];
const byUse = (a: FirstChoice, b: FirstChoice) => order.indexOf(a.id) - order.indexOf(b.id);

function serverText(
  server: FoundServer | undefined,
  fit: readonly LocalModel[],
  { start, get }: { readonly start: string; readonly get: string },
): string {
  if (!server) return `not running · start it: ${start}`;
  if (server.models.length === 0) return `running here, without a model: ${get}`;
  if (fit.length === 0) return `running here, but no model of it can use tools: ${get}`;
  const more = fit.length > 1 ? ` (${fit.length} models can use tools)` : '';
  return `running here: ${fit[0]!.name}${more}`;
}

/** What is found is preselected; without anything the demo is the row that Enter takes. */
export const preselected = (choices: readonly FirstChoice[]): number =>
  choices[0]?.found ? 0 : choices.findIndex(({ id }) => id === 'demo');

/** Said in yellow of a model that runs with too little context. */
export function windowWarning(id: FirstChoice['id'], { window }: LocalModel): string | undefined {
  if (window === undefined || window >= leastWindow) return undefined;
  const size = `${Math.round(window / 1024)}k`;
  const mend = id === 'ollama' ? 'OLLAMA_CONTEXT_LENGTH=32768 ollama serve' : 'load it with a longer context';
  return `it runs with ${size} of context, which is too little to work in: ${mend}`;
}
