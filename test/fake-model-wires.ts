/** One scripted reply as the events of each of the three APIs, shaped as the real servers send them. */
import { callArgs, type ScriptedAnswer, type ScriptedCall } from '../daemon/models/script.ts';

export type FakeWire = 'responses' | 'messages' | 'chat';

export interface FakeReply extends ScriptedAnswer {
  /** Anything but 200 is a refusal: `error` becomes its body. */
  status?: number;
  headers?: Record<string, string>;
  /** A refusal's body word for word; text as it is, anything else as JSON. */
  body?: unknown;
  /** Events a second by the clock, however long each takes; instead of a pause after each, as `delayMs` is. */
  perSecond?: number;
  /** ms before the first byte. */
  waitMs?: number;
  /** The last events come only after this. */
  hold?: Promise<unknown>;
  /**
   * How the stream stops short: `before completed` it ends cleanly without its last events; `half frame` the connection dies in
   * the middle of the last event; `silent` nothing more comes and nothing closes; `reset` it dies after the first text.
   */
  cut?: 'before completed' | 'half frame' | 'silent' | 'reset';
  /** The connection dies after this many bytes of the stream. */
  cutAt?: number;
  /** This many pieces of text; there is filler when `text` is too short for them. */
  deltas?: number;
  /** Why the answer ends, in the API's own word: a stop_reason, a finish_reason, or the reason of an incomplete response. */
  stop?: string;
  /** Thinking that nobody may read: an encrypted block of its own. */
  redacted?: string;
  phase?: string;
  /** The events themselves instead of any of the above, as SSE text. */
  frames?: string[];
  /** Leave out what some servers leave out. */
  without?: ('usage' | 'done' | 'ids' | 'index')[];
}

/** What a request asked for, as far as the reply's shape depends on it. */
export interface Asked {
  readonly n: number;
  readonly model: string;
}

export const framesOf = (wire: FakeWire, reply: FakeReply, asked: Asked): string[] =>
  reply.frames ?? { responses, messages, chat }[wire](reply, asked);

/** Text in pieces of the size of tokens, or in exactly `deltas` pieces. */
export function pieces({ text = '', deltas }: FakeReply): string[] {
  if (deltas === undefined) return text.match(/\s?\S{1,5}|\s/g) ?? [];
  const filler = Array.from({ length: deltas }, (_, i) => ` w${i}`);
  if (text.length < deltas) return filler;
  const size = Math.ceil(text.length / deltas);
  return Array.from({ length: deltas }, (_, i) => text.slice(i * size, (i + 1) * size)).filter((piece) => piece !== '');
}

const usageOf = ({ usage }: FakeReply) => ({
  input: usage?.input ?? 100,
  cached: usage?.cached ?? 0,
  cacheWrite: usage?.cacheWrite ?? 0,
  output: usage?.output ?? 10,
  reasoning: usage?.reasoning ?? 0,
});
const lacks = (reply: FakeReply, what: NonNullable<FakeReply['without']>[number]) => reply.without?.includes(what);
const halves = (text: string) => [text.slice(0, text.length / 2), text.slice(text.length / 2)];

function responses(reply: FakeReply, { n, model }: Asked): string[] {
  const frames: string[] = [];
  const output: object[] = [];
  let sequence = 0;
  const send = (type: string, fields: object) =>
    frames.push(`event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence++, ...fields })}\n\n`);
  const response = (status: string, more: object = {}) => ({
    id: `resp_${n}`,
    object: 'response',
    status,
    model,
    ...more,
  });
  /** One output item: begun, its deltas, done. */
  const item = (begun: object, deltas: (index: number) => void, whole: object) => {
    const index = output.length;
    send('response.output_item.added', { output_index: index, item: { ...begun, status: 'in_progress' } });
    deltas(index);
    send('response.output_item.done', { output_index: index, item: whole });
    output.push(whole);
  };

  send('response.created', { response: response('in_progress') });
  if (reply.reasoning !== undefined) {
    const id = `rs_${n}`;
    const whole = {
      id,
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: reply.reasoning }],
      encrypted_content: `enc/${n}+${'x'.repeat(40)}==`,
    };
    item(
      { id, type: 'reasoning', summary: [] },
      (output_index) => {
        send('response.reasoning_summary_part.added', { item_id: id, output_index, summary_index: 0 });
        for (const delta of halves(reply.reasoning ?? ''))
          send('response.reasoning_summary_text.delta', { item_id: id, output_index, summary_index: 0, delta });
      },
      whole,
    );
  }
  const text = pieces(reply);
  if (text.length > 0) {
    const id = `msg_${n}`;
    const head = { id, type: 'message', role: 'assistant', ...(reply.phase && { phase: reply.phase }) };
    item(
      { ...head, content: [] },
      (output_index) => {
        for (const delta of text)
          send('response.output_text.delta', { item_id: id, output_index, content_index: 0, delta, logprobs: [] });
        send('response.output_text.done', { item_id: id, output_index, content_index: 0, text: text.join('') });
      },
      { ...head, status: 'completed', content: [{ type: 'output_text', text: text.join(''), annotations: [] }] },
    );
  }
  for (const [i, call] of (reply.calls ?? []).entries()) {
    const custom = call.form === 'custom';
    const id = `${custom ? 'ctc' : 'fc'}_${n}_${i}`;
    const head = {
      id,
      type: custom ? 'custom_tool_call' : 'function_call',
      call_id: call.id ?? `call_${n}_${i}`,
      name: call.name,
    };
    const field = custom ? 'input' : 'arguments';
    item(
      { ...head, [field]: '' },
      (output_index) => {
        for (const delta of halves(callArgs(call)))
          send(`response.${custom ? 'custom_tool_call_input' : 'function_call_arguments'}.delta`, {
            item_id: id,
            output_index,
            delta,
          });
      },
      { ...head, status: 'completed', [field]: callArgs(call) },
    );
  }
  const { input, cached, cacheWrite, output: out, reasoning } = usageOf(reply);
  const usage = {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cached, cache_write_tokens: cacheWrite },
    output_tokens: out,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: input + out,
  };
  if (reply.error) send('response.failed', { response: response('failed', { error: reply.error }) });
  else if (reply.stop)
    send('response.incomplete', { response: response('incomplete', { incomplete_details: { reason: reply.stop } }) });
  else
    send('response.completed', {
      response: response('completed', { output, ...(!lacks(reply, 'usage') && { usage }) }),
    });
  return frames;
}

/** Freeform tools do not exist there: their text is one argument. */
const objectArgs = (call: ScriptedCall) =>
  call.form === 'custom' ? JSON.stringify({ input: callArgs(call) }) : callArgs(call);

function messages(reply: FakeReply, { n, model }: Asked): string[] {
  const frames: string[] = [];
  const send = (type: string, fields: object = {}) =>
    frames.push(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);
  let index = 0;
  const block = (content_block: object, deltas: object[]) => {
    send('content_block_start', { index, content_block });
    for (const delta of deltas) send('content_block_delta', { index, delta });
    send('content_block_stop', { index: index++ });
  };
  const { input, cached, cacheWrite, output, reasoning } = usageOf(reply);
  const usage = {
    input_tokens: input - cached - cacheWrite,
    cache_creation_input_tokens: cacheWrite,
    cache_read_input_tokens: cached,
    output_tokens: 1,
  };
  send('message_start', {
    message: {
      id: `msg_${n}`,
      type: 'message',
      role: 'assistant',
      model,
      content: [],
      stop_reason: null,
      ...(!lacks(reply, 'usage') && { usage }),
    },
  });
  send('ping');
  if (reply.redacted !== undefined) block({ type: 'redacted_thinking', data: reply.redacted }, []);
  if (reply.reasoning !== undefined)
    block({ type: 'thinking', thinking: '', signature: '' }, [
      ...halves(reply.reasoning).map((thinking) => ({ type: 'thinking_delta', thinking })),
      { type: 'signature_delta', signature: `sig/${n}+${'y'.repeat(40)}==` },
    ]);
  const text = pieces(reply);
  if (text.length > 0)
    block(
      { type: 'text', text: '' },
      text.map((piece) => ({ type: 'text_delta', text: piece })),
    );
  for (const [i, call] of (reply.calls ?? []).entries())
    block({ type: 'tool_use', id: call.id ?? `toolu_${n}_${i}`, name: call.name, input: {} }, [
      ...halves(objectArgs(call)).map((partial_json) => ({ type: 'input_json_delta', partial_json })),
    ]);
  if (reply.error) {
    send('error', { error: { type: reply.error.code ?? 'api_error', message: reply.error.message } });
    return frames;
  }
  const stop_details =
    reply.stop === 'refusal' ? { type: 'refusal', category: 'cyber', explanation: 'I will not do that.' } : null;
  send('message_delta', {
    delta: {
      stop_reason: reply.stop ?? (reply.calls?.length ? 'tool_use' : 'end_turn'),
      stop_sequence: null,
      stop_details,
    },
    ...(!lacks(reply, 'usage') && {
      usage: { output_tokens: output, output_tokens_details: { thinking_tokens: reasoning } },
    }),
  });
  send('message_stop');
  return frames;
}

function chat(reply: FakeReply, { n, model }: Asked): string[] {
  const frames: string[] = [];
  const raw = (data: string) => frames.push(`data: ${data}\n\n`);
  const send = (fields: object) =>
    raw(JSON.stringify({ id: `chatcmpl-${n}`, object: 'chat.completion.chunk', model, ...fields }));
  const choice = (delta: object, finish_reason: string | null = null) =>
    send({ choices: [{ index: 0, delta, finish_reason }] });
  choice({ role: 'assistant', content: '' });
  for (const reasoning_content of halves(reply.reasoning ?? '')) if (reasoning_content) choice({ reasoning_content });
  for (const content of pieces(reply)) choice({ content });
  for (const [i, call] of (reply.calls ?? []).entries()) {
    const place = lacks(reply, 'index') ? {} : { index: i };
    const id = lacks(reply, 'ids') ? {} : { id: call.id ?? `call_${n}_${i}` };
    const [first, second] = halves(objectArgs(call));
    choice({ tool_calls: [{ ...place, ...id, type: 'function', function: { name: call.name, arguments: first } }] });
    choice({ tool_calls: [{ ...place, function: { arguments: second } }] });
  }
  if (reply.error) {
    send({ error: reply.error });
    return frames;
  }
  choice({}, reply.stop ?? (reply.calls?.length ? 'tool_calls' : 'stop'));
  const { input, cached, output, reasoning } = usageOf(reply);
  if (!lacks(reply, 'usage'))
    send({
      choices: [],
      usage: {
        prompt_tokens: input,
        prompt_tokens_details: { cached_tokens: cached },
        completion_tokens: output,
        completion_tokens_details: { reasoning_tokens: reasoning },
        total_tokens: input + output,
      },
    });
  if (!lacks(reply, 'done')) raw('[DONE]');
  return frames;
}
