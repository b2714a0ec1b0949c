/** A request as OpenAI's Responses API takes it (models.md §2.1). Same items, same bytes: the provider's cache depends on it. */
import type { Item, ToolSpec } from '../../core/items.ts';
import type { RawItem } from '../../core/rows.ts';
import { callId, plain } from './exchange.ts';
import { dataUrl, type Picture, picturesOf } from './pictures.ts';
import type { ModelRequest } from './provider.ts';

export const wireName = 'responses' satisfies RawItem['wire'];

export function responsesBody(request: ModelRequest) {
  const reasoning = reasoningOf(request);
  return {
    model: request.model,
    input: [message('developer', request.instructions), ...request.items.flatMap((item) => inputItem(item, request))],
    tools: request.tools.map(tool),
    tool_choice: 'auto',
    parallel_tool_calls: request.parallelCalls,
    ...(reasoning && { reasoning }),
    ...(request.outputTokens !== undefined && { max_output_tokens: request.outputTokens }),
    ...(request.temperature !== undefined && { temperature: request.temperature }),
    store: false,
    stream: true,
    // Without it the reasoning of this step would be lost for the next one, since nothing is stored.
    ...(reasoning && { include: ['reasoning.encrypted_content'] }),
    prompt_cache_key: request.session,
    ...(request.verbosity !== undefined && { text: { verbosity: request.verbosity } }),
  };
}

function reasoningOf({ effort, summary }: ModelRequest) {
  const told = summary === 'none' ? undefined : summary;
  if (effort === undefined && told === undefined) return undefined;
  return { ...(effort !== undefined && { effort }), ...(told !== undefined && { summary: told }) };
}

const message = (role: 'developer' | 'user', text: string) => ({
  type: 'message',
  role,
  content: [{ type: 'input_text', text }],
});

const userMessage = (text: string, pictures: readonly Picture[]) => ({
  type: 'message',
  role: 'user',
  content: [
    { type: 'input_text', text },
    ...pictures.map((picture) => ({ type: 'input_image', image_url: dataUrl(picture) })),
  ],
});

function inputItem(item: Item, request: ModelRequest): readonly unknown[] {
  const { model } = request;
  switch (item.kind) {
    case 'developer':
      return [message(item.kind, item.text)];
    case 'user':
      return [userMessage(item.text, picturesOf(item, request))];
    case 'assistant':
      return [assistantMessage(item.text, item.phase)];
    case 'reasoning':
      return item.raw?.wire === wireName && item.raw.model === model ? [item.raw.item] : [];
    case 'call':
      return item.form === 'custom'
        ? [{ type: 'custom_tool_call', call_id: callId(item.id), name: plain(item.name), input: item.args }]
        : [{ type: 'function_call', call_id: callId(item.id), name: plain(item.name), arguments: item.args }];
    case 'output':
      return item.form === 'custom'
        ? [{ type: 'custom_tool_call_output', call_id: callId(item.id), output: item.text }]
        : [{ type: 'function_call_output', call_id: callId(item.id), output: item.text }];
  }
}

const assistantMessage = (text: string, phase: string | undefined) => ({
  type: 'message',
  role: 'assistant',
  content: [{ type: 'output_text', text }],
  ...(phase !== undefined && { phase }),
});

function tool(spec: ToolSpec) {
  if (spec.form === 'function')
    return {
      type: 'function',
      name: spec.name,
      description: spec.description,
      strict: false,
      parameters: spec.parameters,
    };
  return {
    type: 'custom',
    name: spec.name,
    description: spec.description,
    format: { type: 'grammar', syntax: 'lark', definition: spec.grammar },
  };
}
