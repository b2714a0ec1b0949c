/** Chat Completions as a wire, for the many servers that speak nothing else, each in its own dialect. */
import type { ModelAnswer, ModelItem } from '../../actors/effects.ts';
import { noUsage, type Usage } from '../../core/rows.ts';
import type { StreamReader } from './attempt.ts';
import { chatBody } from './chat-request.ts';
import { broken, failed, failedEvent, refusedByOpenai } from './errors.ts';
import { callReader, withoutCutCall } from './exchange.ts';
import { bearer, type HttpDeps, httpWire } from './http.ts';
import { count, type Json, list, parseRecord, record, text } from './json.ts';
import type { Attempt, ModelDelta, ModelRequest, Wire } from './provider.ts';
import { openaiClient } from './sdk.ts';

export const createChat = (deps: HttpDeps): Wire =>
  httpWire(
    {
      headers: bearer,
      body: chatBody,
      post: async (provider, fetch, body, signal) => {
        const client = await openaiClient(provider, fetch);
        return client.post('/chat/completions', { body, stream: true, signal }).asResponse();
      },
      read: (request, _body, emit) => chatReader(request, emit),
      refused: refusedByOpenai,
    },
    deps,
  );

interface Call {
  id: string;
  name: string;
  readonly args: string[];
}

/** The calls of one answer while they stream: by index, with or without ids, some servers with neither. */
function collectCalls() {
  const calls: Call[] = [];
  const byIndex = new Map<number, Call>();
  const begin = (index: number | undefined) => {
    const call: Call = { id: '', name: '', args: [] };
    calls.push(call);
    if (index !== undefined) byIndex.set(index, call);
    return call;
  };
  /** Whether a piece names a call other than `call`: servers exist that give every call the index 0. */
  const isOther = (call: Call, id: string, name: string) =>
    id !== '' && call.id !== '' && id !== call.id && name !== '';

  const add = (piece: Json): { readonly name: string; readonly text: string } => {
    const fn = record(piece.function);
    const index = typeof piece.index === 'number' ? piece.index : undefined;
    const id = text(piece.id) ?? '';
    const name = text(fn?.name) ?? '';
    const known = index === undefined ? (name === '' ? calls.at(-1) : undefined) : byIndex.get(index);
    const call = known && !isOther(known, id, name) ? known : begin(index);
    call.id ||= id;
    call.name ||= name;
    const args = text(fn?.arguments) ?? (record(fn?.arguments) ? JSON.stringify(fn?.arguments) : '');
    call.args.push(args);
    return { name: call.name, text: args };
  };
  return { calls, add };
}

export function chatReader(
  request: Pick<ModelRequest, 'model' | 'tools'>,
  emit: (delta: ModelDelta) => void,
): StreamReader {
  const said: string[] = [];
  const thought: string[] = [];
  const { calls, add } = collectCalls();
  const readCall = callReader(request.tools);
  let usage: Usage = noUsage;
  let served = request.model;
  let finished: string | undefined;

  const addDelta = (delta: Json) => {
    const reasoning = text(delta.reasoning_content) ?? text(delta.reasoning);
    if (reasoning) {
      thought.push(reasoning);
      emit({ kind: 'reasoning', text: reasoning });
    }
    const content = text(delta.content) ?? text(delta.refusal);
    if (content) {
      said.push(content);
      emit({ kind: 'text', text: content });
    }
    for (const piece of list(delta.tool_calls)) emit({ kind: 'call', ...add(record(piece) ?? {}) });
  };

  const items = (): readonly ModelItem[] => [
    ...(thought.length ? [{ kind: 'reasoning' as const, text: thought.join('') }] : []),
    ...(said.length ? [{ kind: 'assistant' as const, text: said.join('') }] : []),
    ...calls.map(({ id, name, args }, i) => readCall(name, args.join('') || '{}', id || `call_${i}`)),
  ];

  const finish = (reason: string) => finishChat(reason, { items: items(), usage, model: served, endTurn: true });
  const take = (data: string): Attempt | undefined => {
    // Said outright, the end needs no reason.
    if (data.trim() === '[DONE]')
      return finished === undefined && items().length === 0 ? cut() : finish(finished ?? 'stop');
    const event = parseRecord(data);
    if (!event) return undefined;
    if (record(event.error)) return failedEvent(record(event.error)!);
    usage = usageOf(record(event.usage), usage);
    served = text(event.model) || served;
    const choice = record(list(event.choices)[0]);
    if (choice) addDelta(record(choice.delta) ?? {});
    finished = text(choice?.finish_reason) ?? finished;
    return undefined;
  };
  return { take, end: () => (finished === undefined ? cut() : finish(finished)) };
}

const cut = () => broken('stream closed before a finish_reason');

function finishChat(reason: string, answer: ModelAnswer): Attempt {
  if (reason === 'content_filter') return failed('refusal', 'The provider filtered the answer of the model.', 'no');
  if (reason !== 'length') return { kind: 'done', answer };
  const notes = ['The answer was cut off at the limit of tokens of the model or its server.'];
  return { kind: 'done', answer: { ...answer, items: withoutCutCall(answer.items), notes } };
}

function usageOf(usage: Json | undefined, before: Usage): Usage {
  if (!usage) return before;
  return {
    input: count(usage.prompt_tokens),
    cached: count(record(usage.prompt_tokens_details)?.cached_tokens),
    cacheWrite: 0,
    output: count(usage.completion_tokens),
    reasoning: count(record(usage.completion_tokens_details)?.reasoning_tokens),
  };
}
