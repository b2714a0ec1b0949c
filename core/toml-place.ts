/** Where a key and its value stand in TOML source. Reads text that is already known to be valid, and only for its places. */
import { type Place, placeAt } from './place.ts';

/** A key's path; a number is the place in an array. */
export type Path = readonly (string | number)[];

interface Span {
  readonly from: number;
  readonly to: number;
}

interface Entry {
  readonly path: Path;
  readonly key: Span;
  readonly value: Span;
}

/** The place of the key or value at `path`, or of the table that holds it; undefined when the source has nothing of that path. */
export function placeOf(source: string, path: Path, what: 'key' | 'value'): Place | undefined {
  const entries = new Reader(source).document();
  const exact = entries.find((entry) => same(entry.path, path) && entry.path.length === path.length);
  const span = exact ? exact[what] : entries.find((entry) => same(entry.path, path))?.key;
  return span && placeAt(source, span.from, span.to);
}

/** Whether `path` is `whole`, or the beginning of it. */
const same = (whole: Path, path: Path) => path.every((part, i) => part === whole[i]);

const blank = /(?:[ \t\r\n]|#[^\n]*)*/y;
const spaces = /[ \t]*/y;
const bareKey = /[A-Za-z0-9_-]+/y;
/** A number, date or boolean: up to what can follow a value. */
const bareValue = /[^,\]}#\n\r]*/y;
const strings = [
  /"""(?:\\[\s\S]|[^\\])*?"""(?:"{0,2})/y,
  /'''[\s\S]*?'''(?:'{0,2})/y,
  /"(?:\\.|[^"\\\n])*"/y,
  /'[^'\n]*'/y,
];

class Reader {
  #at = 0;
  #entries: Entry[] = [];
  /** How many tables each array of tables has so far, by the JSON of its path. */
  #counts = new Map<string, number>();

  readonly source: string;

  constructor(source: string) {
    this.source = source;
    if (source.startsWith('\ufeff')) this.#at = 1;
  }

  document(): Entry[] {
    let table: Path = [];
    for (this.#skipBlank(); this.#at < this.source.length; this.#skipBlank()) {
      if (this.#peek('[')) table = this.#header();
      else this.#pair(table);
    }
    return this.#entries;
  }

  #header(): Path {
    const many = this.source.startsWith('[[', this.#at);
    this.#at += many ? 2 : 1;
    const { names, span } = this.#key();
    this.#at += many ? 2 : 1;
    const path = this.#resolve(names, many);
    this.#entries.push({ path, key: span, value: span });
    return path;
  }

  /** A header's names as a path: a name of an array of tables means its newest table. */
  #resolve(names: readonly string[], many: boolean): Path {
    const path: (string | number)[] = [];
    names.forEach((name, i) => {
      path.push(name);
      const id = JSON.stringify(path);
      const count = (this.#counts.get(id) ?? 0) + (many && i === names.length - 1 ? 1 : 0);
      if (count === 0) return;
      this.#counts.set(id, count);
      path.push(count - 1);
    });
    return path;
  }

  #pair(table: Path): void {
    const { names, span } = this.#key();
    this.#skip(spaces);
    this.#at += 1;
    this.#skip(spaces);
    this.#value([...table, ...names], span);
  }

  #key(): { names: string[]; span: Span } {
    this.#skip(spaces);
    const span = { from: this.#at, to: this.#at };
    const names: string[] = [];
    for (;;) {
      names.push(this.#name());
      span.to = this.#at;
      this.#skip(spaces);
      if (!this.#peek('.')) return { names, span };
      this.#at += 1;
      this.#skip(spaces);
    }
  }

  #name(): string {
    const from = this.#at;
    if (this.#peek('"')) return unescaped(this.source.slice(from + 1, this.#skip(strings[2]!) - 1));
    if (this.#peek("'")) return this.source.slice(from + 1, this.#skip(strings[3]!) - 1);
    return this.source.slice(from, this.#skip(bareKey));
  }

  /** Notes the value's entry before those inside it, so that the outermost comes first. */
  #value(path: Path, key?: Span): void {
    const from = this.#at;
    const at = this.#entries.length;
    if (this.#peek('[')) this.#list(path);
    else if (this.#peek('{')) this.#inline(path);
    else this.#scalar();
    const value = { from, to: from + this.source.slice(from, this.#at).trimEnd().length };
    this.#entries.splice(at, 0, { path, key: key ?? value, value });
  }

  #scalar(): void {
    const from = this.#at;
    for (const string of strings) if (this.#skip(string) > from) return;
    this.#skip(bareValue);
  }

  #list(path: Path): void {
    this.#at += 1;
    for (let n = 0; this.#more(']'); n++) this.#value([...path, n]);
  }

  #inline(path: Path): void {
    this.#at += 1;
    while (this.#more('}')) this.#pair(path);
  }

  /** Goes to the next member of a list or inline table; false at its end, which is then read. */
  #more(end: string): boolean {
    this.#skipBlank();
    if (this.#peek(',')) this.#at += 1;
    this.#skipBlank();
    const more = this.#at < this.source.length && !this.#peek(end);
    if (!more) this.#at += 1;
    return more;
  }

  #peek(text: string): boolean {
    return this.source.startsWith(text, this.#at);
  }

  #skipBlank(): void {
    this.#skip(blank);
  }

  /** Reads what `pattern` matches here, if anything, and gives where that ends. */
  #skip(pattern: RegExp): number {
    pattern.lastIndex = this.#at;
    this.#at += pattern.exec(this.source)?.[0].length ?? 0;
    return this.#at;
  }
}

const escapes: Readonly<Record<string, string>> = { b: '\b', t: '\t', n: '\n', f: '\f', r: '\r', e: '\u001b' };

const unescaped = (text: string) =>
  text.replace(/\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|(.))/g, (_, u, long, x, one) => {
    const code = u ?? long ?? x;
    return code ? String.fromCodePoint(Number.parseInt(code, 16)) : (escapes[one] ?? one);
  });
