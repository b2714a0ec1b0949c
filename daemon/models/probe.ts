/** What answers on this machine without a key: Ollama and LM Studio, with the models that can use tools. */
import type { FoundServer, LocalModel } from '../../ipc/messages.ts';
import type { Fetch } from './transport.ts';

export interface ProbeDeps {
  readonly fetch: Fetch;
  /** `/v1` addresses, as sessions would use them. */
  readonly ollama: string;
  readonly lmstudio: string;
  readonly patient: boolean;
}

/** A server that is there answers at once; nobody waits for one that is not. */
const quickMs = 150;
/** Asked again in the background, one that is busy may take its time. */
const patientMs = 2000;
/** Of each model it is asked what it can do. */
const showMs = 2000;
const shownModels = 40;

export async function probe(deps: ProbeDeps): Promise<readonly FoundServer[]> {
  const found = await Promise.all([ollama(deps), lmstudio(deps)]);
  return found.filter((server) => server !== undefined);
}

const root = (v1: string) => v1.replace(/\/v1$/, '');

async function json(fetch: Fetch, url: string, ms: number, body?: object): Promise<unknown> {
  try {
    const init = body && {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    };
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(ms) });
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined; // Nobody is there, or somebody else.
  }
}

interface Tags {
  readonly models?: readonly { readonly name?: unknown; readonly size?: unknown }[];
}
interface Shown {
  readonly capabilities?: readonly unknown[];
  readonly parameters?: unknown;
  readonly model_info?: Readonly<Record<string, unknown>>;
}

async function ollama({ fetch, ollama: at, patient }: ProbeDeps): Promise<FoundServer | undefined> {
  const tags = (await json(fetch, `${root(at)}/api/tags`, patient ? patientMs : quickMs)) as Tags | undefined;
  if (!Array.isArray(tags?.models)) return undefined;
  const names = tags.models.flatMap(({ name }) => (typeof name === 'string' ? [name] : [])).slice(0, shownModels);
  const models = await Promise.all(
    names.map(async (name): Promise<LocalModel> => {
      const shown = (await json(fetch, `${root(at)}/api/show`, showMs, { model: name })) as Shown | undefined;
      const window = contextOf(shown);
      return { name, tools: shown?.capabilities?.includes('tools') ?? false, ...(window !== undefined && { window }) };
    }),
  );
  return { provider: 'ollama', at, models };
}

/** What the server was told to use, else what the model could take. */
function contextOf(shown: Shown | undefined): number | undefined {
  const told = typeof shown?.parameters === 'string' ? /^num_ctx\s+(\d+)/m.exec(shown.parameters)?.[1] : undefined;
  if (told) return Number(told);
  const most = Object.entries(shown?.model_info ?? {}).find(([key]) => key.endsWith('.context_length'))?.[1];
  return typeof most === 'number' ? most : undefined;
}

interface Listed {
  readonly data?: readonly {
    readonly id?: unknown;
    readonly type?: unknown;
    readonly capabilities?: unknown;
    readonly max_context_length?: unknown;
    readonly loaded_context_length?: unknown;
  }[];
}

async function lmstudio({ fetch, lmstudio: at, patient }: ProbeDeps): Promise<FoundServer | undefined> {
  const listed = (await json(fetch, `${root(at)}/api/v0/models`, patient ? patientMs : quickMs)) as Listed | undefined;
  if (!Array.isArray(listed?.data)) return undefined;
  const models = listed.data.flatMap((model): LocalModel[] => {
    if (typeof model.id !== 'string' || model.type === 'embeddings') return [];
    const window = model.loaded_context_length ?? model.max_context_length;
    const tools = Array.isArray(model.capabilities) && model.capabilities.includes('tool_use');
    return [{ name: model.id, tools, ...(typeof window === 'number' && { window }) }];
  });
  return { provider: 'lmstudio', at, models: models.slice(0, shownModels) };
}
