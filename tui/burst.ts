/**
 * Pastes of terminals that do not bracket them: letters that come faster than anybody types are one paste, and an Enter in it
 * or right after it is a new line. Where the terminal brackets pastes nothing is held back.
 */
import type { Input } from './inputs.ts';

type Key = Extract<Input, { kind: 'key' }>;

export interface BurstDeps {
  readonly emit: (input: Input) => void;
  readonly now: () => number;
  /** Calls back after so many ms; answers how to call it off. */
  readonly after: (ms: number, act: () => void) => () => void;
}

/** Letters so close to each other nobody typed. */
export const burstMs = 8;
/** Once so many are held it is a paste for sure: its next piece may take longer to come. */
const sureLength = 16;
const pieceMs = 60;
/** An Enter so soon after a burst belongs to it. */
export const enterMs = 120;
/** So many letters in a row begin one. */
const burstLength = 3;
/** More is cut, as with a bracketed paste. */
const burstLimit = 8 * 1024 * 1024;

export class Burst {
  readonly #deps: BurstDeps;
  /** False: keys pass as they come. */
  on = true;
  #at = Number.NEGATIVE_INFINITY;
  /** Letters in a row that came this fast. */
  #typed = '';
  #activeUntil = Number.NEGATIVE_INFINITY;
  #held: string[] = [];
  #length = 0;
  #cut = false;
  #callOff: (() => void) | undefined;

  constructor(deps: BurstDeps) {
    this.#deps = deps;
  }

  /** A key for the composer. */
  key(key: Key) {
    if (!this.on) return this.#deps.emit(key);
    const letter = letterOf(key);
    const now = this.#deps.now();
    if (letter === undefined || (this.#held.length === 0 && isEnd(key))) return this.#other(key, now);
    const fast = now - this.#at <= this.#patience();
    this.#at = now;
    if (!fast) this.flush();
    this.#typed = fast ? this.#typed : '';
    if (this.#typed.length + 1 >= burstLength) this.#activeUntil = now + enterMs;
    if (this.#held.length === 0 && (this.#typed.length + 1 < burstLength || !isAscii(letter))) {
      this.#typed += letter;
      return this.#deps.emit(key);
    }
    this.#hold(letter);
  }

  /** What was held is pasted now. */
  flush() {
    this.#callOff?.();
    this.#callOff = undefined;
    if (this.#held.length === 0) return;
    const text = this.#held.join('');
    const cut = this.#cut;
    const typed = this.#typed;
    this.#held = [];
    this.#length = 0;
    this.#cut = false;
    this.#typed = '';
    this.#deps.emit({ kind: 'paste', text, cut, typed });
  }

  #hold(letter: string) {
    if (this.#length + letter.length > burstLimit) this.#cut = true;
    else {
      this.#held.push(letter);
      this.#length += letter.length;
    }
    this.#callOff?.();
    this.#callOff = this.#deps.after(this.#patience() + 1, () => this.flush());
  }

  #patience = () => (this.#length >= sureLength ? pieceMs : burstMs);

  /** A key that types nothing ends the burst; an Enter right after one belongs to it. */
  #other(key: Key, now: number) {
    this.flush();
    this.#typed = '';
    if (key.name === 'enter' && now <= this.#activeUntil) {
      this.#activeUntil = now + enterMs;
      this.#at = now;
      return this.#deps.emit({ kind: 'paste', text: '\n', cut: false });
    }
    this.#at = Number.NEGATIVE_INFINITY;
    this.#deps.emit(key);
  }
}

const isEnd = ({ name }: Key) => name === 'enter' || name === 'tab';
const isAscii = (letter: string) => letter.charCodeAt(0) < 128;
/** What the key is in a paste. */
const letterOf = ({ name, text }: Key): string | undefined =>
  text ?? (name === 'enter' || name === 'ctrl-j' ? '\n' : name === 'tab' ? '\t' : undefined);
