/**
 * What a person does at a terminal, read from its raw bytes: keys with modifiers, pastes, the wheel, focus. Bytes may be cut
 * anywhere. A lone Esc is a key when nothing follows it at once.
 */

import { StringDecoder } from 'node:string_decoder';
import { legacyKey, sequenceInput } from './input-sequences.ts';
import type { Input } from './inputs.ts';

export interface InputOptions {
  readonly emit: (input: Input) => void;
  /** Calls back after so many ms; answers how to call it off. */
  readonly after: (ms: number, act: () => void) => () => void;
}

/** A paste above this is cut: an agent's context could not take it. */
export const pasteLimit = 8 * 1024 * 1024;
/** A lone Esc is the key after so long; a sequence that has begun may take longer to come in whole. */
export const escapeMs = 25;
const sequenceMs = 250;
/** No sequence a terminal sends is longer. */
const sequenceLimit = 64;

const pasteBegin = '\u001b[200~';
const pasteEnd = '\u001b[201~';

export class InputReader {
  readonly #options: InputOptions;
  readonly #decoder = new StringDecoder('utf8');
  /** The beginning of a sequence whose rest has not come. */
  #held = '';
  #callOff: (() => void) | undefined;
  #paste: Paste | undefined;

  constructor(options: InputOptions) {
    this.#options = options;
  }

  push(bytes: Uint8Array) {
    this.#callOff?.();
    this.#callOff = undefined;
    let text = this.#held + this.#decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    this.#held = '';
    while (text !== '') text = this.#paste ? this.#pasting(text) : this.#typing(text);
    if (this.#held !== '' && !this.#paste)
      this.#callOff = this.#options.after(this.#held.length === 1 ? escapeMs : sequenceMs, () => this.flush());
  }

  /** What is held is all there is. */
  flush() {
    this.#callOff?.();
    this.#callOff = undefined;
    const held = this.#held;
    this.#held = '';
    if (held === '') return;
    // What began as a sequence and never ended is none of a person's keys.
    if (held.replaceAll('\u001b', '') === '') for (let n = 0; n < held.length; n++) this.#key('esc');
  }

  /** Reads one thing off the beginning; answers what is left. */
  #typing(text: string): string {
    if (text.startsWith(pasteBegin)) {
      this.#paste = new Paste();
      return text.slice(pasteBegin.length);
    }
    if (text[0] !== '\u001b') return this.#plain(text);
    const length = sequenceLength(text);
    if (length === undefined) {
      this.#held = text;
      return '';
    }
    this.#sequence(text.slice(0, length));
    return text.slice(length);
  }

  #sequence(sequence: string): void {
    const input = sequenceInput(sequence);
    if (input) {
      this.#options.emit(input);
      return;
    }
    if (sequence[1] === '\u001b') {
      this.#key('esc');
      this.#sequence(sequence.slice(1));
      return;
    }
    // Alt with a key.
    if (sequence.length < 2 || sequence[1] === '[' || sequence[1] === 'O') return;
    const inner = sequence.slice(1);
    const { name, text } = legacyKey(inner);
    // Nobody holds alt and ctrl together here: it is Esc, and at once another key.
    if (name.startsWith('ctrl-') && inner !== '\n' && inner !== '\b') {
      this.#key('esc');
      this.#key(name);
      return;
    }
    this.#key(`alt-${name === 'text' ? (text ?? inner) : name}`);
  }

  /** Characters, up to the next one that means something else. */
  #plain(text: string): string {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: keys are control characters
    const words = /^[^\u0000-\u001f\u007f]+/.exec(text)?.[0];
    if (words !== undefined) {
      for (const each of characters(words))
        this.#options.emit({ kind: 'key', name: each === ' ' ? 'space' : each, text: each });
      return text.slice(words.length);
    }
    this.#key(legacyKey(text[0]!).name);
    return text.slice(1);
  }

  #key(name: string) {
    this.#options.emit({ kind: 'key', name });
  }

  #pasting(text: string): string {
    const paste = this.#paste!;
    const rest = paste.push(text);
    if (rest === undefined) return '';
    this.#paste = undefined;
    this.#options.emit({ kind: 'paste', text: paste.text(), cut: paste.cut });
    return rest;
  }
}

/** Collected without looking at what is there again: a paste may be large. */
class Paste {
  readonly #parts: string[] = [];
  #length = 0;
  #tail = '';
  cut = false;

  /** What comes after the end of the paste; undefined while it goes on. */
  push(text: string): string | undefined {
    const joined = this.#tail + text;
    const end = joined.indexOf(pasteEnd);
    const keep = end < 0 ? Math.max(0, joined.length - pasteEnd.length + 1) : end;
    this.#add(joined.slice(0, keep));
    this.#tail = end < 0 ? joined.slice(keep) : '';
    return end < 0 ? undefined : joined.slice(end + pasteEnd.length);
  }

  text = () => this.#parts.join('').replaceAll('\r\n', '\n').replaceAll('\r', '\n');

  #add(text: string) {
    const room = pasteLimit - this.#length;
    if (text.length > room) this.cut = true;
    const part = text.slice(0, room);
    this.#length += part.length;
    if (part !== '') this.#parts.push(part);
  }
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** As a person sees them: an emoji of several code points is one key. */
const characters = (text: string): Iterable<string> =>
  /^[ -~]*$/.test(text) ? text : Array.from(segmenter.segment(text), ({ segment }) => segment);

/** The length of the sequence at the beginning; undefined when its end has not come. */
function sequenceLength(text: string): number | undefined {
  if (text.length === 1) return undefined;
  if (text[1] === '[') return csiLength(text);
  if (text[1] === 'O') return text.length < 3 ? undefined : 3;
  if (text[1] === ']' || text[1] === 'P') {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the ends of a string sequence
    const end = /\u0007|\u001b\\/.exec(text.slice(2));
    if (end) return 2 + end.index + end[0].length;
    return text.length > sequenceLimit * 16 ? text.length : undefined;
  }
  // Esc before a sequence is alt with that key, or Esc twice.
  if (text[1] === '\u001b') {
    const inner = sequenceLength(text.slice(1));
    return inner === undefined ? undefined : 1 + inner;
  }
  return 1 + (String.fromCodePoint(text.codePointAt(1)!).length || 1);
}

function csiLength(text: string): number | undefined {
  for (let at = 2; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 0x40 && code <= 0x7e) return at + 1;
    if (code < 0x20 || code > 0x7e || at > sequenceLimit) return at;
  }
  return undefined;
}
