/** A request in the Chat Completions format, held to what the strictest of its many servers accept. */
import type {
  ChatCompletionAssistantMessageParam,
  ChatCompletionCreateParamsStreaming,
  ChatCompletionFunctionTool,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions/completions';
import type { ToolSpec } from '../../core/items.ts';
import {
  asFunction,
  callId,
  callInput,
  marked,
  plain,
  type Side,
  type Spoken,
  sides,
  splitLeading,
} from './exchange.ts';
import { dataUrl, picturesOf } from './pictures.ts';
import type { ModelRequest } from './provider.ts';

export function chatBody(request: ModelRequest): ChatCompletionCreateParamsStreaming {
  // Many chat templates allow one system message, at the very beginning.
  const { leading, rest } = splitLeading(request.items);
  const system = [request.instructions, ...leading].filter((text) => text !== '').join('\n\n');
  return {
    model: request.model,
    messages: [
      ...(system === '' ? [] : [{ role: 'system' as const, content: system }]),
      ...sides(rest, isSent).flatMap((side) => messages(side, request)),
    ],
    ...(request.tools.length > 0 && {
      tools: request.tools.map(tool),
      tool_choice: 'auto' as const,
      parallel_tool_calls: request.parallelCalls,
    }),
    ...(request.outputTokens !== undefined && { max_tokens: request.outputTokens }),
    ...(request.temperature !== undefined && { temperature: request.temperature }),
    ...(request.effort !== undefined && { reasoning_effort: request.effort as 'medium' }),
    stream: true,
    stream_options: { include_usage: true },
  };
}

/** Thinking is nobody's here, and an empty message is refused. */
const isSent = (item: Spoken) => item.kind === 'call' || (item.kind === 'assistant' && item.text !== '');

function tool(spec: ToolSpec): ChatCompletionFunctionTool {
  const { name, description, parameters } = asFunction(spec);
  return { type: 'function', function: { name, description, parameters: { ...parameters } } };
}

function messages(side: Side, request: ModelRequest): ChatCompletionMessageParam[] {
  return side.side === 'model' ? assistant(side.items) : fromUser(side, request);
}

function fromUser(
  { outputs, texts }: Extract<Side, { side: 'user' }>,
  request: ModelRequest,
): ChatCompletionMessageParam[] {
  const results = outputs.map(({ id, text }) => ({ role: 'tool' as const, tool_call_id: callId(id), content: text }));
  // Templates that insist on alternation refuse two user messages in a row.
  const said = texts.map(marked).join('\n\n');
  const pictures = texts.flatMap((item) => picturesOf(item, request));
  // A plain text where there is nothing else: not every server knows parts.
  const content = [
    { type: 'text' as const, text: said },
    ...pictures.map((picture) => ({ type: 'image_url' as const, image_url: { url: dataUrl(picture) } })),
  ];
  return [
    ...results,
    ...(said === '' ? [] : [{ role: 'user' as const, content: pictures.length > 0 ? content : said }]),
  ];
}

function assistant(items: Extract<Side, { side: 'model' }>['items']): ChatCompletionMessageParam[] {
  const said = items.flatMap((item) => (item.kind === 'assistant' ? [item.text] : [])).join('\n\n');
  const calls = items.flatMap((item) => (item.kind === 'call' ? [item] : []));
  const message: ChatCompletionAssistantMessageParam = { role: 'assistant', content: said === '' ? null : said };
  if (calls.length)
    message.tool_calls = calls.map((call) => ({
      type: 'function',
      id: callId(call.id),
      function: { name: plain(call.name), arguments: JSON.stringify(callInput(call)) },
    }));
  return [message];
}
