/** The sequences terminals send for keys: the old ones, xterm's modifiers, kitty's protocol, SGR mice, focus, answers. */
import type { Input } from './inputs.ts';

const finals: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
  Z: 'shift-tab',
};
const tildes: Readonly<Record<number, string>> = {
  1: 'home',
  2: 'insert',
  3: 'delete',
  4: 'end',
  5: 'page-up',
  6: 'page-down',
  7: 'home',
  8: 'end',
  11: 'f1',
  12: 'f2',
  13: 'f3',
  14: 'f4',
  15: 'f5',
  17: 'f6',
  18: 'f7',
  19: 'f8',
  20: 'f9',
  21: 'f10',
  23: 'f11',
  24: 'f12',
};
/** Keys that kitty's protocol names by a code point. */
const codePoints: Readonly<Record<number, string>> = {
  9: 'tab',
  13: 'enter',
  27: 'esc',
  32: 'space',
  127: 'backspace',
  57414: 'enter',
};

/** A key of one byte. */
export function legacyKey(byte: string): { readonly name: string; readonly text?: string } {
  const code = byte.charCodeAt(0);
  switch (code) {
    case 0x00:
      return { name: 'ctrl-space' };
    case 0x08:
      return { name: 'ctrl-h' };
    case 0x09:
      return { name: 'tab' };
    case 0x0a:
      return { name: 'ctrl-j' };
    case 0x0d:
      return { name: 'enter' };
    case 0x1b:
      return { name: 'esc' };
    case 0x1c:
      return { name: 'ctrl-\\' };
    case 0x1d:
      return { name: 'ctrl-]' };
    case 0x1e:
      return { name: 'ctrl-^' };
    case 0x1f:
      return { name: 'ctrl-/' };
    case 0x7f:
      return { name: 'backspace' };
  }
  if (code < 0x20) return { name: `ctrl-${String.fromCharCode(code + 0x60)}` };
  return { name: byte === ' ' ? 'space' : 'text', text: byte };
}

const wheelLines = 3;

/** Undefined for one that means nothing here. */
export function sequenceInput(sequence: string): Input | undefined {
  if (sequence === '\u001b[I' || sequence === '\u001b[O') return { kind: 'focus', focused: sequence.endsWith('I') };
  if (sequence.startsWith('\u001bO')) {
    const name = finals[sequence[2]!];
    return name ? { kind: 'key', name } : undefined;
  }
  if (sequence[1] === ']' || sequence[1] === 'P') return { kind: 'reply', text: sequence };
  if (sequence[1] !== '[') return undefined;
  const body = sequence.slice(2, -1);
  const final = sequence.at(-1)!;
  if (body.startsWith('<')) return mouse(body.slice(1), final);
  if (body.startsWith('?')) return { kind: 'reply', text: sequence };
  return key(body, final);
}

function mouse(body: string, final: string): Input | undefined {
  const [button = 0, column = 1, row = 1] = body.split(';').map(Number);
  if (button & 64)
    return final === 'M' ? { kind: 'wheel', lines: (button & 1) === 0 ? -wheelLines : wheelLines } : undefined;
  // Only the left button, without modifiers: with shift a terminal marks by itself.
  if ((button & ~32) !== 0) return undefined;
  const what = final === 'm' ? 'up' : button & 32 ? 'drag' : 'down';
  return { kind: 'mouse', what, x: column - 1, y: row - 1 };
}

function key(body: string, final: string): Input | undefined {
  const [first = '', second = ''] = body.split(';');
  const [modifiers = '', event = ''] = second.split(':');
  if (event === '3') return undefined; // A key let go.
  const number = Number(first.split(':')[0]) || 0;
  if (final === 'u') return codePointKey(number, modifiers);
  // xterm's modifyOtherKeys: CSI 27 ; modifier ; code ~
  if (final === '~' && number === 27) return codePointKey(Number(body.split(';')[2]) || 0, modifiers);
  const name = final === '~' ? tildes[number] : finals[final];
  return name ? { kind: 'key', name: modified(name, modifiers) } : undefined;
}

function codePointKey(code: number, modifiers: string): Input | undefined {
  // Keys of the private area (modifiers alone, media keys) type nothing.
  if (code < 8 || (code >= 57344 && code <= 63743 && !codePoints[code])) return undefined;
  const named = codePoints[code];
  const text = named ? undefined : String.fromCodePoint(code);
  const bits = (Number(modifiers) || 1) - 1;
  if (text !== undefined && (bits & ~1) === 0) {
    const typed = bits & 1 ? text.toUpperCase() : text;
    return { kind: 'key', name: typed, text: typed };
  }
  const name = modified(named ?? text!, modifiers);
  return name === 'space' ? { kind: 'key', name, text: ' ' } : { kind: 'key', name };
}

/** xterm's numbering: 1 + shift 1 + alt 2 + ctrl 4 + super 8. */
function modified(name: string, modifiers: string): string {
  const bits = (Number(modifiers) || 1) - 1;
  const parts = [bits & 4 && 'ctrl', bits & 2 && 'alt', bits & 1 && 'shift', bits & 8 && 'super'].filter(
    (part) => part,
  );
  return [...parts, name].join('-');
}
