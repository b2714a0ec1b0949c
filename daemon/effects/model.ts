/** The effect `model`: the conversation computed from the rows, one request of the session's provider, an answer as items. */
import type { Outcome, ValueOf } from '../../actors/effects.ts';
import { conversation } from '../../core/history.ts';
import type { SessionId } from '../../core/ids.ts';
import type { ToolSpec } from '../../core/items.ts';
import type { Meta } from '../../core/meta.ts';
import { modelInfo } from '../../core/models.ts';
import type { Row } from '../../core/rows.ts';
import type { Effect, EffectIo } from '../effect.ts';
import { shownItems } from '../models/pictures.ts';
import type { ModelDelta, ModelRequest, ModelResult, Provider } from '../models/provider.ts';
import type { Renew } from '../models/resolve.ts';
import type { ScriptedAnswer } from '../models/script.ts';

/** Whom to ask, and how to get another key when this one is refused; `script` is what the demo plays instead of its rules. */
export interface Asked {
  readonly provider: Provider;
  readonly renew?: Renew;
  readonly script?: readonly ScriptedAnswer[];
}

export type Resolved =
  | ({ readonly kind: 'ready'; readonly instructions: string } & Asked)
  /** The key is not here now; somebody may bring it. */
  | { readonly kind: 'needs a key'; readonly why: string; readonly fix: string }
  | { readonly kind: 'wrong'; readonly why: string };

export interface ModelDeps {
  readonly session: (session: SessionId) => Promise<{ meta: Meta; rows: readonly Row[] }>;
  readonly resolve: (meta: Meta) => Promise<Resolved>;
  /** The bytes of a picture in base64; undefined when they are gone. */
  readonly picture: (blob: string) => Promise<string | undefined>;
  readonly tools: (meta: Meta) => readonly ToolSpec[];
  readonly ask: (
    resolved: Asked,
    request: ModelRequest,
    io: { signal: AbortSignal; emit: (delta: ModelDelta) => void },
  ) => Promise<ModelResult>;
}

export const createModel =
  (deps: ModelDeps): Effect<'model'> =>
  async ({ turn }, io) => {
    const { meta, rows } = await deps.session(io.session);
    const resolved = await deps.resolve(meta);
    if (resolved.kind === 'needs a key') return { kind: 'parked', why: resolved.why, fix: resolved.fix };
    if (resolved.kind === 'wrong') return { kind: 'failed', why: resolved.why, code: 'config' };
    const asked = requestOf(io.session, turn, meta, rows, resolved.instructions, deps.tools(meta));
    const request = await withPictures(asked, deps.picture);
    const mask = masking(resolved.provider);
    const result = await deps.ask(resolved, request, { signal: io.signal, emit: (delta) => show(delta, io, mask) });
    return outcome(result, mask);
  };

/** Shorter values are found everywhere and hide nothing. */
const shortestSecret = 8;

/** A server may repeat in a refusal what it was sent; what is kept and shown of it has no credential in it. */
function masking({ key, headers }: Provider): (text: string) => string {
  const secrets = [key ?? '', ...Object.values(headers)].filter(({ length }) => length >= shortestSecret);
  return (text) => secrets.reduce((masked, secret) => masked.replaceAll(secret, '[secret]'), text);
}

function requestOf(
  session: SessionId,
  turn: number,
  { settings }: Meta,
  rows: readonly Row[],
  instructions: string,
  tools: readonly ToolSpec[],
): ModelRequest {
  const { model, effort, summary, verbosity } = settings;
  return {
    session,
    turn,
    model,
    instructions,
    items: conversation(rows),
    tools,
    parallelCalls: modelInfo(model).parallelCalls,
    ...(effort && { effort }),
    ...(summary && { summary }),
    ...(verbosity && { verbosity }),
  };
}

/** Pictures of one request; older ones are left out, as no server takes more. */
const pictureLimit = 50;

async function withPictures(request: ModelRequest, picture: ModelDeps['picture']): Promise<ModelRequest> {
  const named = request.items.flatMap((item) => (item.kind === 'user' ? (item.images ?? []) : []));
  if (named.length === 0) return request;
  const sees = modelInfo(request.model).images;
  const pictures = new Map<string, string>();
  for (const { blob } of sees ? named.slice(-pictureLimit) : []) {
    const data = pictures.get(blob) ?? (await picture(blob));
    if (data !== undefined) pictures.set(blob, data);
  }
  return { ...request, items: shownItems(request.items, sees, pictures), pictures };
}

function show(delta: ModelDelta, io: EffectIo, mask: (text: string) => string) {
  if (delta.kind === 'retry') io.live({ kind: 'retry', text: mask(delta.text) });
  else if (delta.kind === 'call') io.live({ kind: 'args', text: delta.text });
  else io.live(delta);
}

function outcome(result: ModelResult, mask: (text: string) => string): Outcome<ValueOf<'model'>> {
  switch (result.kind) {
    case 'done':
      return { kind: 'done', value: result.answer };
    case 'failed':
      return { kind: 'failed', why: mask(result.failure.message), code: result.failure.code };
    case 'interrupted':
      return { kind: 'interrupted' };
  }
}
