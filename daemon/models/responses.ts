/** OpenAI's Responses API as a wire: its events become an answer (models.md §3.1, §7). */
import type { ModelItem } from '../../actors/effects.ts';
import type { Usage } from '../../core/rows.ts';
import type { StreamReader } from './attempt.ts';
import { broken, failed, failedEvent, refusedByOpenai } from './errors.ts';
import { bearer, type HttpDeps, httpWire } from './http.ts';
import { count, type Json, list, parseRecord, record, text } from './json.ts';
import type { Attempt, ModelDelta, ModelRequest, Wire } from './provider.ts';
import { responsesBody, wireName } from './responses-request.ts';
import { openaiClient } from './sdk.ts';

export const createResponses = (deps: HttpDeps): Wire =>
  httpWire(
    {
      headers: bearer,
      body: responsesBody,
      post: async (provider, fetch, body, signal) => {
        const client = await openaiClient(provider, fetch);
        return client.post('/responses', { body, stream: true, signal }).asResponse();
      },
      read: (request, _body, emit, headers) => responsesReader(request, emit, headers),
      refused: refusedByOpenai,
    },
    deps,
  );

/** Output items that only this API understands and wants back; other unknown ones are left out. */
const opaque = new Set(['compaction', 'web_search_call']);

export function responsesReader(
  request: Pick<ModelRequest, 'model' | 'rawReasoning'>,
  emit: (delta: ModelDelta) => void,
  headers: Headers,
): StreamReader {
  const items: ModelItem[] = [];
  const callNames = new Map<unknown, string>();
  let summaryParts = 0;

  const callDelta = (event: Json) => {
    const name = callNames.get(event.item_id) ?? callNames.get(event.output_index) ?? '';
    emit({ kind: 'call', name, text: text(event.delta) ?? '' });
  };

  const take = (data: string): Attempt | undefined => {
    const event = parseRecord(data);
    switch (event?.type) {
      case 'response.output_text.delta':
      case 'response.refusal.delta':
        emit({ kind: 'text', text: text(event.delta) ?? '' });
        return;
      case 'response.reasoning_summary_text.delta':
        emit({ kind: 'reasoning', text: text(event.delta) ?? '' });
        return;
      case 'response.reasoning_text.delta':
        if (request.rawReasoning) emit({ kind: 'reasoning', text: text(event.delta) ?? '' });
        return;
      case 'response.reasoning_summary_part.added':
        if (summaryParts++ > 0) emit({ kind: 'reasoning', text: '\n\n' });
        return;
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta':
        callDelta(event);
        return;
      case 'response.output_item.added': {
        const item = record(event.item);
        const name = text(item?.name);
        if (name !== undefined) callNames.set(event.output_index, name).set(item?.id, name);
        return;
      }
      case 'response.output_item.done':
        items.push(...modelItem(record(event.item) ?? {}, request));
        return;
      case 'response.completed':
        return completed(record(event.response) ?? {}, items, request, headers);
      case 'response.incomplete':
        return incomplete(record(event.response) ?? {});
      case 'response.failed':
        return failedEvent(record(record(event.response)?.error) ?? {});
      case 'error':
        return errorEvent(event);
    }
    return undefined;
  };
  return { take, end: () => broken('stream closed before response.completed') };
}

function completed(
  response: Json,
  streamed: readonly ModelItem[],
  request: Pick<ModelRequest, 'model' | 'rawReasoning'>,
  headers: Headers,
): Attempt {
  // Some servers send the items only here.
  const items = streamed.length
    ? streamed
    : list(response.output).flatMap((item) => modelItem(record(item) ?? {}, request));
  const notes = rerouted(request.model, headers.get('openai-model'));
  const model = text(response.model) ?? request.model;
  const usage = usageOf(record(response.usage));
  return { kind: 'done', answer: { items, usage, model, endTurn: response.end_turn !== false, ...notes } };
}

/** The server may answer with another model; a dated name of the same one is no news. */
function rerouted(asked: string, served: string | null) {
  if (served === null || served.startsWith(asked)) return {};
  return { notes: [`The provider answered with ${served} instead of ${asked}.`] };
}

function incomplete(response: Json): Attempt {
  const reason = text(record(response.incomplete_details)?.reason) ?? 'unknown';
  return failed('incomplete', `Incomplete response returned, reason: ${reason}`, 'no');
}

/** An `error` event with a status is an HTTP error that came late. */
function errorEvent(event: Json): Attempt {
  const error = record(event.error) ?? event;
  const status = count(event.status) || count(event.status_code);
  if (status < 400) return failedEvent(error);
  return refusedByOpenai({ status, body: JSON.stringify({ error }), headers: new Headers(), url: 'stream' }, 0);
}

/** Items of `response.output_item.done`, which are what counts; deltas were only for looking at. */
function modelItem(item: Json, request: Pick<ModelRequest, 'model' | 'rawReasoning'>): readonly ModelItem[] {
  const name = text(item.name) ?? '';
  const ref = text(item.call_id) ?? text(item.id) ?? '';
  const raw = { wire: wireName, model: request.model, item } as const;
  switch (item.type) {
    case 'message':
      return assistantItem(item);
    case 'reasoning':
      return [
        { kind: 'reasoning', text: reasoningText(item, request.rawReasoning ?? false), ...(sendable(item) && { raw }) },
      ];
    case 'function_call':
      return [{ kind: 'call', name, form: 'function', args: text(item.arguments) ?? '', ref }];
    case 'custom_tool_call':
      return [{ kind: 'call', name, form: 'custom', args: text(item.input) ?? '', ref }];
    default:
      return opaque.has(text(item.type) ?? '') ? [{ kind: 'reasoning', text: '', raw }] : [];
  }
}

function assistantItem(item: Json): readonly ModelItem[] {
  const parts = list(item.content).map((part) => text(record(part)?.text) ?? text(record(part)?.refusal) ?? '');
  const said = parts.join('');
  const phase = text(item.phase);
  return said === '' ? [] : [{ kind: 'assistant', text: said, ...(phase !== undefined && { phase }) }];
}

const joined = (parts: unknown) =>
  list(parts)
    .map((part) => text(record(part)?.text) ?? '')
    .filter((part) => part !== '')
    .join('\n\n');

const reasoningText = (item: Json, raw: boolean) => joined(item.summary) || (raw ? joined(item.content) : '');
/** An id alone means nothing to a server that stores nothing. */
const sendable = (item: Json) => Boolean(text(item.encrypted_content)) || list(item.content).length > 0;

export function usageOf(usage: Json | undefined): Usage {
  const input = record(usage?.input_tokens_details);
  const output = record(usage?.output_tokens_details);
  return {
    input: count(usage?.input_tokens),
    cached: count(input?.cached_tokens),
    cacheWrite: count(input?.cache_write_tokens),
    output: count(usage?.output_tokens),
    reasoning: count(output?.reasoning_tokens),
  };
}
