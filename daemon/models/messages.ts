/** Anthropic's Messages API as a wire: its blocks become an answer (models.md §10.2, §10.3). */
import type { ModelAnswer, ModelItem } from '../../actors/effects.ts';
import { noUsage, type Usage } from '../../core/rows.ts';
import type { StreamReader } from './attempt.ts';
import { broken, failed } from './errors.ts';
import { errorEvent, outOfRoom, refusedByAnthropic } from './errors-messages.ts';
import { callReader, withoutCutCall } from './exchange.ts';
import { type HttpDeps, httpWire } from './http.ts';
import { count, type Json, parseRecord, record, text } from './json.ts';
import { messagesBody, wireName } from './messages-request.ts';
import type { Attempt, ModelDelta, ModelRequest, Wire } from './provider.ts';
import { anthropicClient } from './sdk.ts';

const apiVersion = '2023-06-01';

export const createMessages = (deps: HttpDeps): Wire =>
  httpWire(
    {
      headers: ({ key }) => ({ 'anthropic-version': apiVersion, 'x-api-key': key }),
      body: messagesBody,
      post: async (provider, fetch, body, signal) => {
        const client = await anthropicClient(provider, fetch);
        return client.post('/v1/messages', { body, stream: true, signal }).asResponse();
      },
      read: (request, body, emit) => messagesReader(request, body.max_tokens, emit),
      refused: refusedByAnthropic,
    },
    deps,
  );

/** A block while it streams: its start, and what its deltas add. */
interface Block {
  readonly start: Json;
  readonly text: string[];
  readonly json: string[];
  signature: string;
  closed: boolean;
}

export function messagesReader(
  request: Pick<ModelRequest, 'model' | 'tools'>,
  maxTokens: number,
  emit: (delta: ModelDelta) => void,
): StreamReader {
  /** By index, in the order they began. */
  const blocks = new Map<unknown, Block>();
  const call = callReader(request.tools);
  let usage: Usage = noUsage;
  let served = request.model;
  let stop: Json | undefined;

  const startBlock = (event: Json) => {
    const start = record(event.content_block) ?? {};
    blocks.set(event.index, { start, text: [], json: [], signature: '', closed: false });
    if (text(start.text)) emit({ kind: 'text', text: text(start.text)! });
  };

  const addDelta = (event: Json) => {
    const block = blocks.get(event.index);
    const delta = record(event.delta);
    if (!block || !delta) return;
    const said = text(delta.text) ?? text(delta.thinking) ?? text(delta.partial_json) ?? text(delta.signature) ?? '';
    switch (delta.type) {
      case 'text_delta':
        block.text.push(said);
        emit({ kind: 'text', text: said });
        return;
      case 'thinking_delta':
        block.text.push(said);
        emit({ kind: 'reasoning', text: said });
        return;
      case 'signature_delta':
        block.signature += said;
        return;
      case 'input_json_delta':
        block.json.push(said);
        if (block.start.type === 'tool_use') emit({ kind: 'call', name: text(block.start.name) ?? '', text: said });
    }
  };

  const stopBlock = (event: Json) => {
    const block = blocks.get(event.index);
    if (block) block.closed = true;
  };

  /** Text that a server did not close is text all the same; thinking and calls are whole or nothing. */
  const finishAll = () => {
    const whole = [...blocks.values()].filter(({ start, closed }) => closed || start.type === 'text');
    const items = whole.flatMap((block) => blockItem(block, request.model, call));
    return finish(stop ?? {}, { items, usage, model: served, endTurn: true }, maxTokens);
  };

  const take = (data: string): Attempt | undefined => {
    const event = parseRecord(data);
    switch (event?.type) {
      case 'message_start':
        usage = usageOf(record(record(event.message)?.usage), usage);
        served = text(record(event.message)?.model) ?? served;
        return;
      case 'content_block_start':
        startBlock(event);
        return;
      case 'content_block_delta':
        addDelta(event);
        return;
      case 'content_block_stop':
        stopBlock(event);
        return;
      case 'message_delta':
        stop = record(event.delta);
        usage = usageOf(record(event.usage), usage);
        return;
      case 'message_stop':
        return finishAll();
      case 'error':
        return errorEvent(record(event.error) ?? {});
    }
    return undefined;
  };
  const end = () => (text(stop?.stop_reason) === undefined ? broken('stream closed before message_stop') : finishAll());
  return { take, end };
}

/** A whole block. Thinking is kept as it came, since it is signed; so is what only this API understands. */
function blockItem(block: Block, model: string, call: ReturnType<typeof callReader>): readonly ModelItem[] {
  const { start } = block;
  const said = (text(start.text) ?? text(start.thinking) ?? '') + block.text.join('');
  const json = block.json.join('');
  switch (start.type) {
    case 'text':
      return said === '' ? [] : [{ kind: 'assistant', text: said }];
    case 'tool_use':
      return [call(text(start.name) ?? '', json || startInput(start), text(start.id) ?? '')];
    case 'thinking': {
      const item = { ...start, thinking: said, signature: (text(start.signature) ?? '') + block.signature };
      return [{ kind: 'reasoning', text: said, raw: { wire: wireName, model, item } }];
    }
    default: {
      const item = json === '' ? start : { ...start, input: parseRecord(json) ?? {} };
      return [{ kind: 'reasoning', text: '', raw: { wire: wireName, model, item } }];
    }
  }
}

/** A call without deltas has no arguments, or a server that gives them all at once. */
const startInput = (start: Json) => JSON.stringify(record(start.input) ?? {});

function finish(stop: Json, answer: ModelAnswer, maxTokens: number): Attempt {
  switch (stop.stop_reason) {
    case 'refusal':
      return refused(record(stop.stop_details));
    case 'model_context_window_exceeded':
      return outOfRoom('The answer no longer fits into the context window of the model.');
    case 'max_tokens': {
      const notes = [`The answer was cut off at the model's limit of ${maxTokens} tokens.`];
      return { kind: 'done', answer: { ...answer, items: withoutCutCall(answer.items), notes } };
    }
    case 'pause_turn':
      return { kind: 'done', answer: { ...answer, endTurn: false } };
    default:
      return { kind: 'done', answer };
  }
}

function refused(details: Json | undefined): Attempt {
  const category = text(details?.category);
  const why = text(details?.explanation) ?? 'The model refused to answer.';
  return failed('refusal', category === undefined ? why : `${why} (${category})`, 'no');
}

/** The counts are totals so far: a later one replaces an earlier one. `input` is all there was, cached or not. */
function usageOf(usage: Json | undefined, before: Usage): Usage {
  const read = (field: string, known: number) => (usage?.[field] == null ? known : count(usage[field]));
  const uncached = read('input_tokens', before.input - before.cached - before.cacheWrite);
  const cached = read('cache_read_input_tokens', before.cached);
  const cacheWrite = read('cache_creation_input_tokens', before.cacheWrite);
  const details = record(usage?.output_tokens_details);
  return {
    input: uncached + cached + cacheWrite,
    cached,
    cacheWrite,
    output: read('output_tokens', before.output),
    reasoning: details ? count(details.thinking_tokens) : before.reasoning,
  };
}
