/** A list to choose from: which row is marked, and what was typed to find one. Pure; its keys are those of the one table. */
import type { Key } from './inputs.ts';
import type { Keys } from './keys.ts';
import { movedRow } from './list-moves.ts';

export interface Item {
  readonly id: string;
  readonly text: string;
  /** At the right end of its row. */
  readonly right?: string;
  /** Dim, after the text; it is searched too. */
  readonly note?: string;
}

export interface Selector {
  readonly title: string;
  readonly items: readonly Item[];
  /** Of the items that are found. */
  readonly marked: number;
  readonly find: string;
  /** Letters and digits go into the search: from the start, or since `/` or a letter that is no key. */
  readonly typing: boolean;
}

export type Selected =
  | { readonly kind: 'moved'; readonly selector: Selector }
  | { readonly kind: 'chosen'; readonly item: Item }
  | { readonly kind: 'closed' };

export const selectorOf = (
  title: string,
  items: readonly Item[],
  more: Partial<Pick<Selector, 'marked' | 'typing'>> = {},
): Selector => ({ title, items, marked: 0, find: '', typing: false, ...more });

/** The items that hold every word of the search. */
export function found({ items, find }: Pick<Selector, 'items' | 'find'>): readonly Item[] {
  const words = find.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return items;
  return items.filter(({ text, note = '' }) => {
    const all = `${text} ${note}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

export const markedItem = (selector: Selector): Item | undefined => found(selector)[selector.marked];

/** `page`: rows of a page. */
export function selectorKey(keys: Keys, selector: Selector, { name, text }: Key, page = 10): Selected {
  const { find, typing } = selector;
  const moved = (change: Partial<Selector>): Selected => ({ kind: 'moved', selector: { ...selector, ...change } });
  const searched = (next: string, change: Partial<Selector> = {}) => moved({ find: next, marked: 0, ...change });
  if (typing && text !== undefined) return searched(find + text);
  if (name === 'backspace' && find !== '') return searched([...find].slice(0, -1).join(''));
  const action = keys.action('list', name);
  if (action === 'cancel' && find !== '') return searched('', { typing: false });
  if (action === 'cancel' || action === 'close') return { kind: 'closed' };
  const items = found(selector);
  const to = (row: number) => moved({ marked: Math.max(0, Math.min(items.length - 1, row)) });
  const row = movedRow(action, { row: selector.marked, count: items.length, page });
  if (row !== undefined) return to(row);
  switch (action) {
    case 'search':
      return moved({ typing: true });
    case 'accept': {
      const item = items[selector.marked];
      return item ? { kind: 'chosen', item } : moved({});
    }
  }
  const picked = /^[1-9]$/.test(name) ? items[Number(name) - 1] : undefined;
  if (picked) return { kind: 'chosen', item: picked };
  return text === undefined ? moved({}) : searched(find + text, { typing: true });
}

/** Other items in the same list: the marked one stays marked where it is still there. */
export function withItems(selector: Selector, items: readonly Item[]): Selector {
  const id = markedItem(selector)?.id;
  const next = { ...selector, items };
  const shown = found(next);
  const at = shown.findIndex((item) => item.id === id);
  return { ...next, marked: at < 0 ? Math.max(0, Math.min(selector.marked, shown.length - 1)) : at };
}
