/** What a model is shown: the conversation as values, before any provider's own shape. Made from the rows by `history.ts`. */
import type { Image, RawItem } from './rows.ts';

export type Item =
  | { readonly kind: 'developer'; readonly text: string }
  | { readonly kind: 'user'; readonly text: string; readonly images?: readonly Image[] }
  | { readonly kind: 'assistant'; readonly text: string; readonly phase?: string; readonly raw?: RawItem }
  /** Only for the wire and model it came from: `raw` goes back unchanged, everybody else leaves it out. */
  | { readonly kind: 'reasoning'; readonly text: string; readonly raw?: RawItem }
  /** `id` pairs a call with its output and is unique in a conversation. */
  | {
      readonly kind: 'call';
      readonly id: string;
      readonly name: string;
      readonly form: 'function' | 'custom';
      readonly args: string;
    }
  | { readonly kind: 'output'; readonly id: string; readonly form: 'function' | 'custom'; readonly text: string };

/** A tool as a model is offered it; `parameters` is a JSON Schema, `grammar` the Lark text of a freeform tool. */
export type ToolSpec =
  | { readonly form: 'function'; readonly name: string; readonly description: string; readonly parameters: JsonSchema }
  | { readonly form: 'custom'; readonly name: string; readonly description: string; readonly grammar: string };

export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly enum?: readonly string[];
  readonly additionalProperties?: boolean;
}
