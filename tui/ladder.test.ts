import { expect, test } from 'vitest';
import { peel } from './ladder.ts';

const none = { popup: false, draft: false, running: false, watching: false };

test.each([
  [{ ...none, popup: true, draft: true, running: true }, 'close'],
  [{ ...none, draft: true, running: true }, 'clear'],
  [{ ...none, running: true }, 'interrupt'],
  [none, 'leave'],
  [{ draft: true, running: true, watching: true, popup: false }, 'leave'],
])('%j: %s', (layers, peeled) => {
  expect(peel(layers, 1000)).toBe(peeled);
  expect(peel(layers, 249)).toBe('nothing');
});
