import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { widthOf } from './width.ts';

test('every character of one cell that is known without tables has one cell', () => {
  for (let code = 0x20; code < 0x2800; code++) {
    const text = String.fromCharCode(code);
    expect([code.toString(16), widthOf(text)]).toEqual([code.toString(16), stringWidth(text)]);
  }
});

test('colours take no room, wide characters two cells', () => {
  expect(widthOf('\u001b[1m\u001b[31mbold\u001b[39m\u001b[22m red')).toBe(8);
  expect(widthOf('\u001b[2m日本\u001b[22m 👩‍👩‍👧')).toBe(7);
});
