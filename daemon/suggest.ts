/**
 * What a person may say next: after a turn one short side request, for whoever looks at the session on a screen. It is asked
 * once, is given up after 5 s, and whatever goes wrong with it nobody hears of. No row tells of it.
 */
import type { SessionId } from '../core/ids.ts';
import type { Meta } from '../core/meta.ts';
import type { Row } from '../core/rows.ts';
import type { Asked, Resolved } from './effects/model.ts';
import type { Committed } from './hosts/host.ts';
import type { ModelDelta, ModelRequest, ModelResult, Provider } from './models/provider.ts';

export interface SuggestDeps {
  readonly wanted: () => Promise<boolean>;
  /** Somebody has it on a screen now. */
  readonly isWatched: (session: SessionId) => boolean;
  readonly rows: (session: SessionId) => Promise<readonly Row[]>;
  readonly resolve: (meta: Meta) => Promise<Resolved>;
  readonly ask: (
    asked: Asked,
    request: ModelRequest,
    io: { signal: AbortSignal; emit: (delta: ModelDelta) => void },
  ) => Promise<ModelResult>;
  /** The newest seq of a session: what has gone on meanwhile needs no suggestion. */
  readonly seq: (session: SessionId) => Promise<number>;
  readonly tell: (session: SessionId, text: string) => void;
}

const patienceMs = 5000;
const userLimit = 200;
const answerLimit = 500;
const longest = 100;
const outputTokens = 50;
const temperature = 0.3;

/** Small and quick ones of the vendors. Nobody knows what a request costs elsewhere, so there none is made. */
const models: Readonly<Record<string, string>> = { openai: 'gpt-4o-mini', anthropic: 'claude-haiku-4-5-20251001' };

const instructions = `You predict what the user of a coding agent types next.
Answer with that message alone, 2 to 12 words, as the user would write it. Answer NONE when nothing is likely.`;

export function createSuggest(deps: SuggestDeps) {
  return async ({ session, rows, meta, tree }: Committed): Promise<void> => {
    if (!rows.some((row) => row.kind === 'turn.ended' && row.body.status === 'completed')) return;
    if (!deps.isWatched(session) || !(await deps.wanted())) return;
    const resolved = await deps.resolve(meta);
    const model = resolved.kind === 'ready' ? models[resolved.provider.id] : undefined;
    if (resolved.kind !== 'ready' || model === undefined) return;
    const request: ModelRequest = {
      session,
      turn: 0,
      model,
      instructions,
      items: [{ kind: 'user', text: lastTurn(await deps.rows(session)) }],
      tools: [],
      parallelCalls: false,
      outputTokens,
      temperature,
    };
    const io = { signal: AbortSignal.timeout(patienceMs), emit: () => {} };
    const result = await deps.ask({ provider: once(resolved.provider) }, request, io);
    const text = result.kind === 'done' ? suggestion(textOf(result)) : undefined;
    if (text !== undefined && (await deps.seq(session)) === tree.seq) deps.tell(session, text);
  };
}

const once = (provider: Provider): Provider => ({ ...provider, requestMaxRetries: 0, streamMaxRetries: 0 });

const textOf = ({ answer }: Extract<ModelResult, { kind: 'done' }>): string =>
  answer.items.flatMap((item) => (item.kind === 'assistant' ? [item.text] : [])).join('');

/** What the request is told of the turn. */
export function lastTurn(rows: readonly Row[]): string {
  const said = rows.findLast((row) => row.kind === 'user');
  const turn = said ? rows.slice(rows.indexOf(said)) : [];
  const answer = turn.findLast((row) => row.kind === 'assistant')?.body.text ?? '';
  const failed = new Set(
    turn.flatMap((row) => (row.kind === 'output' && row.body.status !== 'done' ? [row.body.call] : [])),
  );
  const tools = turn.flatMap((row) =>
    row.kind === 'call' ? [`${row.body.name}${failed.has(row.body.call) ? ' (failed)' : ''}`] : [],
  );
  return [
    `User: ${(said?.body.text ?? '').slice(0, userLimit)}`,
    ...(tools.length > 0 ? [`Tools called: ${[...new Set(tools)].join(', ')}`] : []),
    `Assistant: ${answer.slice(0, answerLimit)}`,
  ].join('\n');
}

/** The text to show; undefined when there is none worth it. */
export function suggestion(answer: string): string | undefined {
  const text = answer
    .trim()
    .replace(/^(["'`])([\s\S]*)\1$/, '$2')
    .trim();
  return text === '' || /^none\.?$/i.test(text) || text.includes('\n') || text.length > longest ? undefined : text;
}
