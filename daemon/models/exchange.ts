/** A conversation as strictly alternating sides, for the APIs that know only a model's and a user's messages. */
import { createHash } from 'node:crypto';
import type { ModelItem } from '../../actors/effects.ts';
import type { Item, JsonSchema, ToolSpec } from '../../core/items.ts';
import { type Json, parseRecord, text } from './json.ts';

type Kind<K extends Item['kind']> = Extract<Item, { kind: K }>;
export type CallItem = Kind<'call'>;
export type Spoken = Kind<'assistant' | 'reasoning' | 'call'>;

export type Side =
  | { readonly side: 'model'; readonly items: readonly Spoken[] }
  /** Every output comes before any text, however they were recorded: both APIs refuse the rest. */
  | {
      readonly side: 'user';
      readonly outputs: readonly Kind<'output'>[];
      readonly texts: readonly Kind<'user' | 'developer'>[];
    };

/** `sends` says which of the model's items this API is sent: what is left out must not leave two user messages in a row. */
export function sides(items: readonly Item[], sends: (item: Spoken) => boolean): readonly Side[] {
  const found: Side[] = [];
  let spoken: Spoken[] = [];
  let outputs: Kind<'output'>[] = [];
  let texts: Kind<'user' | 'developer'>[] = [];
  const close = () => {
    if (spoken.length) found.push({ side: 'model', items: spoken });
    if (outputs.length || texts.length) found.push({ side: 'user', outputs, texts });
    [spoken, outputs, texts] = [[], [], []];
  };
  for (const item of items) {
    if (item.kind === 'output') outputs.push(item);
    else if (item.kind === 'user' || item.kind === 'developer') texts.push(item);
    else if (sends(item)) {
      if (outputs.length || texts.length) close();
      spoken.push(item);
    }
  }
  close();
  return found;
}

/** Developer items before anybody spoke belong to the system text; later ones keep their place. */
export function splitLeading(items: readonly Item[]) {
  const at = items.findIndex((item) => item.kind !== 'developer');
  const end = at < 0 ? items.length : at;
  const leading = items.slice(0, end).flatMap((item) => (item.kind === 'developer' ? [item.text] : []));
  return { leading, rest: items.slice(end) };
}

/** A developer's words inside a user message, marked so that they are not taken for the person's. */
export const marked = (item: Kind<'user' | 'developer'>) =>
  item.kind === 'user' ? item.text : `<developer>\n${item.text}\n</developer>`;

/** Names are limited to these letters everywhere; a model's invention may have anything. */
export const plain = (name: string) => name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 128) || 'unknown';

const legalId = /^[a-zA-Z0-9_-]{1,40}$/;
/** What pairs a call with its output, as every API takes it: one provider's id may be too long or too strange for the next. */
export const callId = (id: string) =>
  legalId.test(id) ? id : `call_${createHash('sha256').update(id).digest('hex').slice(0, 24)}`;

const inputOnly: JsonSchema = {
  type: 'object',
  properties: { input: { type: 'string', description: 'The whole text, exactly as the grammar wants it.' } },
  required: ['input'],
  additionalProperties: false,
};

/** A freeform tool for an API without such tools: one string argument, the grammar in the description. */
export function asFunction(tool: ToolSpec) {
  if (tool.form === 'function')
    return { name: plain(tool.name), description: tool.description, parameters: tool.parameters };
  const description = `${tool.description}\n\nThe input follows this Lark grammar:\n${tool.grammar}`;
  return { name: plain(tool.name), description, parameters: inputOnly };
}

/** A call's arguments as the object these APIs insist on; what was no object is kept as text, so the model sees its mistake. */
export function callInput(call: CallItem): Json {
  if (call.form === 'custom') return { input: call.args };
  return parseRecord(call.args || '{}') ?? { unparsed_arguments: call.args };
}

/** Finds the tool that a call means, and turns the one string argument of a freeform tool back into its text. */
export function callReader(tools: readonly ToolSpec[]) {
  const offered = new Map(tools.map((tool) => [plain(tool.name), tool]));
  return (name: string, args: string, ref: string): ModelItem => {
    const tool = offered.get(name);
    const input = tool?.form === 'custom' ? text(parseRecord(args)?.input) : undefined;
    if (input !== undefined) return { kind: 'call', name: tool!.name, form: 'custom', args: input, ref };
    return { kind: 'call', name: tool?.name ?? name, form: 'function', args, ref };
  };
}

/** A last call whose arguments end in the middle cannot be run. */
export function withoutCutCall(items: readonly ModelItem[]): readonly ModelItem[] {
  const last = items.at(-1);
  const cut = last?.kind === 'call' && last.form === 'function' && parseRecord(last.args) === undefined;
  return cut ? items.slice(0, -1) : items;
}
