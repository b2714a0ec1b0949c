/** Where a JSON text goes wrong, and where in it a value lies: lines and columns for what a model is told about its arguments. */

export type JsonPath = readonly (string | number)[];

/** What is wrong with a text that is no JSON, in the words models know, with its line and column. */
export function jsonMistake(text: string): string {
  try {
    new Scanner(text).document();
  } catch (mistake) {
    if (mistake instanceof Mistake) return placed(text, mistake.message, mistake.at);
    throw mistake;
  }
  throw new Error('the text is valid JSON');
}

/** `message` with the place of the value at `path`: its end, or its start when it is an object or a list that should be none. */
export function atValue(text: string, message: string, path: JsonPath, which: 'start' | 'end'): string {
  const span = new Scanner(text).find(path);
  return placed(text, message, which === 'start' ? span.start - 1 : span.end - 1);
}

/** Columns count from 1 and name the last character read. */
function placed(text: string, message: string, at: number): string {
  const read = Math.min(at + 1, text.length);
  const lineStart = text.lastIndexOf('\n', read - 1) + 1;
  const line = 1 + (text.slice(0, lineStart).match(/\n/g)?.length ?? 0);
  return `${message} at line ${line} column ${read - lineStart}`;
}

class Mistake extends Error {
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Far above what arguments need, far below what the stack holds. */
const maxDepth = 128;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const hexQuad = /[0-9a-fA-F]{4}/y;

class Scanner {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  #found: Span | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  document() {
    this.#value(undefined);
    this.#space();
    if (this.#at < this.#text.length) this.#fail('trailing characters');
  }

  /** The value at `path` of a valid text; the whole text where it cannot be found. */
  find(path: JsonPath): Span {
    try {
      this.#value(path);
    } catch (mistake) {
      if (!(mistake instanceof Mistake)) throw mistake;
    }
    return this.#found ?? { start: 0, end: this.#text.length };
  }

  /** `path` leads from this value to the wanted one; undefined when it is elsewhere. */
  #value(path: JsonPath | undefined) {
    this.#space();
    const start = this.#at;
    switch (this.#text[start]) {
      case undefined:
        return this.#fail('EOF while parsing a value');
      case '{':
        this.#nested(() => this.#object(path));
        break;
      case '[':
        this.#nested(() => this.#list(path));
        break;
      case '"':
        this.#string();
        break;
      case 't':
        this.#word('true');
        break;
      case 'f':
        this.#word('false');
        break;
      case 'n':
        this.#word('null');
        break;
      default:
        this.#number();
    }
    if (path?.length === 0) this.#found = { start, end: this.#at };
  }

  #nested(body: () => void) {
    if (++this.#depth > maxDepth) this.#fail('recursion limit exceeded');
    body();
    this.#depth--;
  }

  #object(path: JsonPath | undefined) {
    this.#members('}', 'an object', () => {
      if (this.#text[this.#at] !== '"') this.#fail('key must be a string');
      const key = this.#string();
      this.#space();
      if (this.#at >= this.#text.length) this.#fail('EOF while parsing an object');
      if (this.#text[this.#at] !== ':') this.#fail('expected `:`');
      this.#at++;
      this.#value(path?.[0] === key ? path.slice(1) : undefined);
    });
  }

  #list(path: JsonPath | undefined) {
    let index = 0;
    this.#members(']', 'a list', () => this.#value(path?.[0] === index++ ? path.slice(1) : undefined));
  }

  #members(close: string, what: string, member: () => void) {
    this.#at++;
    for (let first = true; ; first = false) {
      this.#space();
      const next = this.#text[this.#at];
      if (next === close) {
        this.#at++;
        return;
      }
      if (next === undefined) this.#fail(`EOF while parsing ${what}`);
      if (!first) {
        if (next !== ',') this.#fail(`expected \`,\` or \`${close}\``);
        this.#at++;
        this.#space();
        if (this.#text[this.#at] === close) this.#fail('trailing comma');
        if (this.#at >= this.#text.length) this.#fail('EOF while parsing a value');
      }
      member();
    }
  }

  #string(): string {
    const start = this.#at++;
    for (; ; this.#at++) {
      const unit = this.#text.charCodeAt(this.#at);
      if (Number.isNaN(unit)) this.#fail('EOF while parsing a string');
      if (unit < 0x20) this.#fail('control character (\\u0000-\\u001F) found while parsing a string');
      if (unit === 0x22) break;
      if (unit === 0x5c) this.#escape();
    }
    this.#at++;
    return JSON.parse(this.#text.slice(start, this.#at)) as string;
  }

  #escape() {
    const escaped = this.#text[++this.#at];
    if (escaped === undefined) this.#fail('EOF while parsing a string');
    if (!'"\\/bfnrtu'.includes(escaped)) this.#fail('invalid escape');
    if (escaped !== 'u') return;
    hexQuad.lastIndex = this.#at + 1;
    if (!hexQuad.test(this.#text)) this.#fail(this.#endsWithin(5) ? 'EOF while parsing a string' : 'invalid escape');
    this.#at += 4;
  }

  #word(word: string) {
    for (const letter of word) {
      if (this.#at >= this.#text.length) this.#fail('EOF while parsing a value');
      if (this.#text[this.#at] !== letter) this.#fail('expected ident');
      this.#at++;
    }
  }

  #number() {
    if (!/[-\d]/.test(this.#text[this.#at]!)) this.#fail('expected value');
    number.lastIndex = this.#at;
    if (!number.test(this.#text)) this.#fail(this.#endsWithin(2) ? 'EOF while parsing a value' : 'invalid number');
    this.#at = number.lastIndex;
    if (/[.eE\d]/.test(this.#text[this.#at] ?? '')) this.#fail('invalid number');
  }

  /** Whether the text is over before `count` more characters. */
  #endsWithin(count: number): boolean {
    return this.#at + count > this.#text.length;
  }

  #space() {
    while (' \n\r\t'.includes(this.#text[this.#at] ?? 'x')) this.#at++;
  }

  #fail(message: string): never {
    throw new Mistake(message, this.#at);
  }
}
