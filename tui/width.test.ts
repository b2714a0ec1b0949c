import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { widthOf } from './width.ts';

test('every character of one cell that is known without tables has one cell', () => {
  for (let code = 0x20; code < 0x2800; code++) {
    const text = String.fromCharCode(code);
    expect([code.toString(16), widthOf(text)]).toEqual([code.toString(16), stringWidth(text)]);
  }
});
