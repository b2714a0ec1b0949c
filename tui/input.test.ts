import { expect, test } from 'vitest';
import { InputReader } from './input.ts';
import type { Input } from './inputs.ts';

function reader() {
  const seen: Input[] = [];
  let due: (() => void) | undefined;
  const input = new InputReader({
    emit: (each) => seen.push(each),
    after: (_ms, act) => {
      due = act;
      return () => {
        due = undefined;
      };
    },
  });
  const names = () => seen.map((each) => (each.kind === 'key' ? each.name : each.kind));
  return { input, seen, names, time: () => due?.(), waits: () => due !== undefined };
}
const bytes = (text: string) => Buffer.from(text);

test.each([
  ['\u001b[A', ['up']],
  ['\u001bOB', ['down']],
  ['\u001b[1;5C', ['ctrl-right']],
  ['\u001b[1;2D', ['shift-left']],
  ['\u001b[3~', ['delete']],
  ['\u001b[5~\u001b[6~', ['page-up', 'page-down']],
  ['\u001b\r', ['alt-enter']],
  ['\u001bb', ['alt-b']],
  ['\u001b\u007f', ['alt-backspace']],
  ['\u001b[13;2u', ['shift-enter']],
  ['\u001b[27;2;13~', ['shift-enter']],
  ['\u001b[97;5u', ['ctrl-a']],
  ['\u001b[97;5:3u', []],
  ['\u001b[57441u', []],
  ['\u001b[65;2u', ['A']],
  ['\u0018d', ['ctrl-x', 'd']],
  ['\n\r\t', ['ctrl-j', 'enter', 'tab']],
  ['\u001b[I\u001b[O', ['focus', 'focus']],
  ['\u001b[<64;3;4M', ['wheel']],
  ['\u001b[<0;3;4M\u001b[<32;5;4M\u001b[<0;5;4m', ['mouse', 'mouse', 'mouse']],
  ['\u001b[<2;3;4M', []],
  ['\u001b[?1u', ['reply']],
  ['a b', ['a', 'space', 'b']],
  ['👩‍👩‍👧é', ['👩‍👩‍👧', 'é']],
])('%j is %j, also byte by byte', (text, names) => {
  const whole = reader();
  whole.input.push(bytes(text));
  expect(whole.names()).toEqual(names);
  // One character a person sees may be several key presses then.
  if (bytes(text).length > text.length) return;
  const pieces = reader();
  for (const byte of bytes(text)) pieces.input.push(Buffer.of(byte));
  expect(pieces.names()).toEqual(names);
});

test('a character cut in the middle is one key', () => {
  const { input, seen } = reader();
  for (const byte of bytes('é')) input.push(Buffer.of(byte));
  expect(seen).toEqual([{ kind: 'key', name: 'é', text: 'é' }]);
});

test('a lone Esc is a key when nothing follows it; a sequence that never ends is none', () => {
  const lone = reader();
  lone.input.push(bytes('\u001b'));
  expect(lone.names()).toEqual([]);
  lone.time();
  expect(lone.names()).toEqual(['esc']);
  const half = reader();
  half.input.push(bytes('\u001b[1;'));
  half.time();
  expect(half.names()).toEqual([]);
  half.input.push(bytes('x'));
  expect(half.names()).toEqual(['x']);
});

test('Esc and at once another key are two keys', () => {
  const { input, names } = reader();
  input.push(bytes('\u001b\u0018v'));
  expect(names()).toEqual(['esc', 'ctrl-x', 'v']);
  const twice = reader();
  twice.input.push(bytes('\u001b\u001b[A'));
  expect(twice.names()).toEqual(['esc', 'up']);
});

test('a paste is one thing with its newlines made plain, wherever it is cut', () => {
  const text = 'a\r\nb\rc\n\u001b[31m';
  for (let cut = 0; cut < text.length + 12; cut++) {
    const { input, seen } = reader();
    const all = `\u001b[200~${text}\u001b[201~z`;
    input.push(bytes(all.slice(0, cut)));
    input.push(bytes(all.slice(cut)));
    expect(seen).toEqual([
      { kind: 'paste', text: 'a\nb\nc\n\u001b[31m', cut: false },
      { kind: 'key', name: 'z', text: 'z' },
    ]);
  }
});
