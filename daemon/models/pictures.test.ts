import { expect, test } from 'vitest';
import type { Item } from '../../core/items.ts';
import { picturesOf, shownItems } from './pictures.ts';

const image = { blob: 'blob:a', type: 'image/png' as const };
const item: Item = { kind: 'user', text: 'see [Image #1]', images: [image, { ...image, blob: 'blob:b' }] };
const bytes = new Map([['blob:a', 'QQ==']]);

test('a model that sees is shown what is there, and told of what is not', () => {
  const [shown] = shownItems([item], true, bytes);
  expect(shown).toMatchObject({ text: 'see [Image #1]\n\nimage content is not kept any more' });
  expect(picturesOf(shown!, { pictures: bytes })).toEqual([{ type: 'image/png', data: 'QQ==' }]);
});

test('a model without eyes is told of each', () => {
  const omitted = 'image content omitted because you do not support image input';
  const [shown] = shownItems([item], false, new Map());
  expect(shown).toMatchObject({ text: `see [Image #1]\n\n${omitted}\n\n${omitted}` });
  expect(picturesOf(shown!, { pictures: new Map() })).toEqual([]);
});
