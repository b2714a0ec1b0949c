/** What a person, or their terminal, does. */

export type Input =
  /** `name` is as in `keys.ts`: `ctrl-x`, `alt-enter`, `page-up`; `text` is what a key types. */
  | { readonly kind: 'key'; readonly name: string; readonly text?: string }
  /** `typed`: the beginning of it, which is in the text already. */
  | { readonly kind: 'paste'; readonly text: string; readonly cut: boolean; readonly typed?: string }
  | { readonly kind: 'focus'; readonly focused: boolean }
  | { readonly kind: 'wheel'; readonly lines: number }
  /** The left button; places count from 0. */
  | { readonly kind: 'mouse'; readonly what: 'down' | 'drag' | 'up'; readonly x: number; readonly y: number }
  /** The terminal's own answer to a question of ours. */
  | { readonly kind: 'reply'; readonly text: string };

export type Key = Extract<Input, { kind: 'key' }>;
