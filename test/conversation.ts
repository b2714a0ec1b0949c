/** Plays a session's part in tests of the model layer: keeps the items of an answer, and answers its calls. */
import type { ModelAnswer } from '../actors/effects.ts';
import type { Item } from '../core/items.ts';

/** An answer's items as later requests carry them; ids are the provider's, made unique by `prefix`. */
export const remember = (answer: ModelAnswer, prefix = ''): Item[] =>
  answer.items.map((item) => {
    if (item.kind !== 'call') return item;
    const { ref, ...call } = item;
    return { ...call, id: `${prefix}${ref}` };
  });

/** An output for each call among these items. */
export const outputsFor = (items: readonly Item[], text = (id: string) => `output of ${id}`): Item[] =>
  items.flatMap((item) =>
    item.kind === 'call' ? [{ kind: 'output' as const, id: item.id, form: item.form, text: text(item.id) }] : [],
  );
