/** The pictures of a message, for wires that take them; and what a model without eyes is told in their place. */
import type { Item } from '../../core/items.ts';
import type { Image } from '../../core/rows.ts';
import type { ModelRequest } from './provider.ts';

export interface Picture {
  readonly type: Image['type'];
  /** In base64. */
  readonly data: string;
}

/** Those whose bytes are there, in the order of the text. */
export const picturesOf = (item: Item, { pictures }: Pick<ModelRequest, 'pictures'>): readonly Picture[] =>
  item.kind !== 'user'
    ? []
    : (item.images ?? []).flatMap(({ blob, type }) => {
        const data = pictures?.get(blob);
        return data === undefined ? [] : [{ type, data }];
      });

export const dataUrl = ({ type, data }: Picture): string => `data:${type};base64,${data}`;

const omitted = 'image content omitted because you do not support image input';
const gone = 'image content is not kept any more';

/** The conversation for a model: what it is not shown of a message is said in words. */
export function shownItems(items: readonly Item[], sees: boolean, pictures: ReadonlyMap<string, string>): Item[] {
  return items.map((item) => {
    if (item.kind !== 'user' || !item.images) return item;
    const missing = sees ? item.images.filter(({ blob }) => !pictures.has(blob)).length : item.images.length;
    const words = Array<string>(missing).fill(sees ? gone : omitted);
    return { ...item, text: [item.text, ...words].join('\n\n') };
  });
}
