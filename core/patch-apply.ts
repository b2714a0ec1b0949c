/** Applies an update's chunks to the text of a file (tools.md §4.3). What a patch does not change keeps the file's own bytes. */
import type { Chunk, PatchLine } from './patch.ts';

export type Applied =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly missing: 'context' | 'lines'; readonly expected: string };

/** The chunks one after another, each looked for behind the one before it. Nothing is applied unless all are found. */
export function applyChunks(text: string, chunks: readonly Chunk[]): Applied {
  const source = new Source(text);
  let cursor = 0;
  for (const { context, lines, endOfFile } of chunks) {
    if (context !== undefined) {
      const at = source.find([context], cursor, false);
      if (at === -1) return { ok: false, missing: 'context', expected: context };
      cursor = at + 1;
    }
    const old = oldLines(lines);
    if (old.length === 0) {
      source.append(lines);
      continue;
    }
    const found = locate(source, lines, cursor, endOfFile);
    if (!found) return { ok: false, missing: 'lines', expected: old.join('\n') };
    cursor = source.replace(found.at, found.lines);
  }
  return { ok: true, text: source.result() };
}

const oldLines = (lines: readonly PatchLine[]) => lines.filter(({ mark }) => mark !== '+').map(({ text }) => text);

/** Empty lines at the end are often only the gap before the next chunk, so they are given up when nothing matches with them. */
function locate(
  source: Source,
  lines: readonly PatchLine[],
  cursor: number,
  endOfFile: boolean,
): { at: number; lines: readonly PatchLine[] } | undefined {
  for (let tried = lines; ; ) {
    const old = oldLines(tried);
    const at = source.find(old, cursor, endOfFile);
    if (at !== -1) return { at, lines: tried };
    if (old.at(-1) !== '') return undefined;
    tried = withoutLastOld(tried);
  }
}

/** An empty context line in front of added lines is not in the file, but the model meant it to be there. */
function withoutLastOld(lines: readonly PatchLine[]): readonly PatchLine[] {
  const last = lines.findLastIndex(({ mark }) => mark !== '+');
  const becomesAdded = lines[last]!.mark === ' ' && last < lines.length - 1;
  return [
    ...lines.slice(0, last),
    ...(becomesAdded ? [{ mark: '+' as const, text: '' }] : []),
    ...lines.slice(last + 1),
  ];
}

const dashes = /[\u2010-\u2015\u2212]/g;
const singleQuotes = /[\u2018-\u201b]/g;
const doubleQuotes = /[\u201c-\u201f]/g;
const spaces = /[\u00a0\u2002-\u200a\u202f\u205f\u3000]/g;

const plain = (line: string) =>
  line.trim().replace(dashes, '-').replace(singleQuotes, "'").replace(doubleQuotes, '"').replace(spaces, ' ');

/** How alike a line of the patch and one of the file must be, strictest first. */
const likeness: readonly ((line: string) => string)[] = [
  (line) => line,
  (line) => line.trimEnd(),
  (line) => line.trim(),
  plain,
];

/** The lines of the file seen through one likeness; made when it is first needed. */
class View {
  readonly #lines: readonly string[];
  readonly #known: ReadonlySet<string>;
  readonly #like: (line: string) => string;

  constructor(lines: readonly string[], like: (line: string) => string) {
    this.#lines = lines.map(like);
    this.#known = new Set(this.#lines);
    this.#like = like;
  }

  find(pattern: readonly string[], from: number): number {
    const wanted = pattern.map(this.#like);
    return wanted.every((line) => this.#known.has(line)) ? search(this.#lines, wanted, from) : -1;
  }
}

/** Knuth, Morris and Pratt over lines: a file of equal lines costs no more than any other. */
function search(lines: readonly string[], pattern: readonly string[], from: number): number {
  const fallback = fallbacks(pattern);
  let matched = 0;
  for (let i = from; i < lines.length; i++) {
    while (matched > 0 && lines[i] !== pattern[matched]) matched = fallback[matched - 1]!;
    if (lines[i] === pattern[matched]) matched++;
    if (matched === pattern.length) return i + 1 - matched;
  }
  return -1;
}

function fallbacks(pattern: readonly string[]): Int32Array {
  const fallback = new Int32Array(pattern.length);
  for (let i = 1, matched = 0; i < pattern.length; i++) {
    while (matched > 0 && pattern[i] !== pattern[matched]) matched = fallback[matched - 1]!;
    if (pattern[i] === pattern[matched]) matched++;
    fallback[i] = matched;
  }
  return fallback;
}

const bom = '\ufeff';

/** A file's lines with the end each had, and what is to become of them. */
class Source {
  readonly #bom: string;
  readonly #lines: string[] = [];
  readonly #ends: ('\n' | '\r\n' | '')[] = [];
  readonly #views: (View | undefined)[] = [];
  readonly #removed = new Set<number>();
  /** Added lines by the line of the file they come before. */
  readonly #added = new Map<number, string[]>();

  constructor(text: string) {
    this.#bom = text.startsWith(bom) ? bom : '';
    this.#split(text.slice(this.#bom.length));
  }

  /** Where `pattern` lies at or after line `from`, -1 when it does not; with `atEnd`, only as the file's last lines. */
  find(pattern: readonly string[], from: number, atEnd: boolean): number {
    const start = atEnd ? this.#lines.length - pattern.length : from;
    if (start < from) return -1;
    if (pattern.length === 0) return start;
    for (const index of likeness.keys()) {
      const at = this.#view(index).find(pattern, start);
      if (at !== -1) return at;
    }
    return -1;
  }

  /** Does a chunk whose old lines begin at line `at`; returns the line after them. */
  replace(at: number, lines: readonly PatchLine[]): number {
    let next = at;
    for (const { mark, text } of lines) {
      if (mark === '+') this.#add(next, text);
      else {
        if (mark === '-') this.#removed.add(next);
        next++;
      }
    }
    return next;
  }

  /** Lines without a place go to the end, before an empty last line. */
  append(lines: readonly PatchLine[]) {
    const at = this.#lines.at(-1) === '' ? this.#lines.length - 1 : this.#lines.length;
    for (const { text } of lines) this.#add(at, text);
  }

  result(): string {
    const end = this.#ends[0] || '\n';
    const parts: string[] = [];
    for (let i = 0; i <= this.#lines.length; i++) {
      for (const line of this.#added.get(i) ?? []) parts.push(line, end);
      if (i < this.#lines.length && !this.#removed.has(i)) parts.push(this.#lines[i]!, this.#ends[i] || end);
    }
    return parts.length === 0 ? '' : this.#bom + parts.join('');
  }

  #view(index: number): View {
    this.#views[index] ??= new View(this.#lines, likeness[index]!);
    return this.#views[index];
  }

  #add(at: number, line: string) {
    const before = this.#added.get(at);
    if (before) before.push(line);
    else this.#added.set(at, [line]);
  }

  #split(text: string) {
    for (let from = 0; from < text.length; ) {
      const feed = text.indexOf('\n', from);
      const end = feed === -1 ? text.length : feed > from && text[feed - 1] === '\r' ? feed - 1 : feed;
      this.#lines.push(text.slice(from, end));
      this.#ends.push(feed === -1 ? '' : end === feed ? '\n' : '\r\n');
      from = feed === -1 ? text.length : feed + 1;
    }
  }
}
