/** A request as Anthropic's Messages API takes it (models.md §10): who speaks, what is kept, and where the cache is marked. */
import type {
  ContentBlockParam,
  ImageBlockParam,
  MessageCreateParamsStreaming,
  TextBlockParam,
  ThinkingConfigParam,
  Tool,
  ToolResultBlockParam,
} from '@anthropic-ai/sdk/resources/messages/messages';
import { modelInfo } from '../../core/models.ts';
import type { RawItem } from '../../core/rows.ts';
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
import { type Picture, picturesOf } from './pictures.ts';
import type { ModelRequest } from './provider.ts';

export const wireName = 'messages' satisfies RawItem['wire'];

/** For a model nobody told us about; known ones have theirs in the catalogue. */
const defaultMaxTokens = 32_000;

export function messagesBody(request: ModelRequest): MessageCreateParamsStreaming {
  const { leading, rest } = splitLeading(request.items);
  const tools = markLast(request.tools.map(tool));
  const system = markLast([request.instructions, ...leading].flatMap(textBlock));
  const maxTokens = request.outputTokens ?? modelInfo(request.model).maxOutput ?? defaultMaxTokens;
  return {
    model: request.model,
    max_tokens: maxTokens,
    ...(system.length > 0 && { system }),
    messages: markTails(opened(sides(rest, isSentTo(request.model)).flatMap((side) => message(side, request)))),
    ...(tools.length > 0 && { tools, tool_choice: toolChoice(request.parallelCalls) }),
    ...(request.temperature !== undefined && { temperature: request.temperature }),
    ...effort(request, maxTokens),
    stream: true,
  };
}

const toolChoice = (parallel: boolean) => ({
  type: 'auto' as const,
  ...(!parallel && { disable_parallel_tool_use: true }),
});

function tool(spec: ModelRequest['tools'][number]): Tool {
  const { name, description, parameters } = asFunction(spec);
  return { name, description, input_schema: { ...parameters, type: 'object' } as Tool.InputSchema };
}

/** Blank text is refused. */
const textBlock = (text: string): TextBlockParam[] => (text.trim() === '' ? [] : [{ type: 'text', text }]);

const imageBlock = ({ type, data }: Picture): ImageBlockParam => ({
  type: 'image',
  source: { type: 'base64', media_type: type, data },
});

interface Message {
  readonly role: 'user' | 'assistant';
  readonly content: ContentBlockParam[];
}

/** Thinking is signed for one model, and every other one refuses it; blank text all refuse. */
const isSentTo = (model: string) => (item: Spoken) => {
  if (item.kind === 'reasoning') return item.raw?.wire === wireName && item.raw.model === model;
  return item.kind === 'call' || item.text.trim() !== '';
};

function message(side: Side, request: ModelRequest): Message[] {
  const content: ContentBlockParam[] =
    side.side === 'model'
      ? withoutLastThoughts(side.items.flatMap(spokenBlock))
      : [
          ...side.outputs.map(result),
          ...side.texts.flatMap((item) => [...textBlock(marked(item)), ...picturesOf(item, request).map(imageBlock)]),
        ];
  if (content.length === 0) return [];
  return [{ role: side.side === 'model' ? 'assistant' : 'user', content }];
}

/** Only the user may speak first; after a rewind or a cut nothing of them may be left before the model's words. */
const opened = (messages: readonly Message[]): readonly Message[] =>
  messages[0]?.role === 'assistant'
    ? [{ role: 'user', content: [{ type: 'text', text: '(What was said before is not shown.)' }] }, ...messages]
    : messages;

const isThought = ({ type }: ContentBlockParam) => type === 'thinking' || type === 'redacted_thinking';
/** A message that ends in thinking is refused. */
const withoutLastThoughts = (blocks: ContentBlockParam[]) =>
  blocks.slice(0, blocks.findLastIndex((block) => !isThought(block)) + 1);

function spokenBlock(item: Spoken): ContentBlockParam[] {
  switch (item.kind) {
    case 'assistant':
      return textBlock(item.text);
    case 'reasoning':
      return [item.raw?.item as ContentBlockParam];
    case 'call':
      return [{ type: 'tool_use', id: callId(item.id), name: plain(item.name), input: callInput(item) }];
  }
}

const result = (output: Extract<Side, { side: 'user' }>['outputs'][number]): ToolResultBlockParam => ({
  type: 'tool_result',
  tool_use_id: callId(output.id),
  content: output.text,
});

const mark = { cache_control: { type: 'ephemeral' } } as const;

const markLast = <Block extends object>(blocks: readonly Block[]): Block[] =>
  blocks.map((block, i) => (i === blocks.length - 1 ? { ...block, ...mark } : block));

/**
 * Marks the newest user message and the one before it. The older mark is where the last request had its newest one, so what
 * that request wrote is found again however many blocks a step has; with tools and system that makes four, the most allowed.
 */
function markTails(messages: readonly Message[]): Message[] {
  const users = messages.flatMap(({ role }, i) => (role === 'user' ? [i] : []));
  const tails = new Set(users.slice(-2));
  return messages.map((message, i) => (tails.has(i) ? { ...message, content: markLast(message.content) } : message));
}

type Thinking = Pick<MessageCreateParamsStreaming, 'thinking' | 'output_config'>;

/** Effort in this API's words (§10.5); without one the model's own default holds. */
function effort(request: ModelRequest, maxTokens: number): Thinking {
  const { effort, summary, model } = request;
  if (effort === undefined) return {};
  if (effort === 'none' || effort === 'minimal') return { thinking: { type: 'disabled' } };
  const display = summary !== undefined && summary !== 'none' ? { display: 'summarized' as const } : {};
  if (modelInfo(model).thinking === 'budget') return { thinking: { ...budget(effort, maxTokens), ...display } };
  const word = effort === 'ultra' ? 'max' : effort;
  return {
    thinking: { type: 'adaptive', ...display },
    output_config: { effort: word as NonNullable<NonNullable<Thinking['output_config']>['effort']> },
  };
}

/** Tokens of thinking for models that know no effort. */
const budgets: Readonly<Record<string, number>> = { low: 4_096, medium: 10_240, high: 20_480 };
const budget = (effort: string, maxTokens: number): ThinkingConfigParam => ({
  type: 'enabled',
  budget_tokens: Math.min(budgets[effort] ?? 31_999, maxTokens - 1),
});
