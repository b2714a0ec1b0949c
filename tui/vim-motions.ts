/** Where vim's motions lead and what its text objects hold, in a text. Pure. */

export interface Span {
  readonly from: number;
  readonly to: number;
  /** Whole lines. */
  readonly line?: true;
}

const kindOf = (char: string | undefined): 'blank' | 'word' | 'other' =>
  char === undefined || /\s/.test(char) ? 'blank' : /[\p{L}\p{N}_]/u.test(char) ? 'word' : 'other';

export const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1;
export const lineEnd = (text: string, at: number): number => {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
};
export const firstWord = (text: string, at: number): number => {
  const start = lineStart(text, at);
  return start + (/^[ \t]*/.exec(text.slice(start, lineEnd(text, at)))?.[0].length ?? 0);
};

export function wordForward(text: string, from: number): number {
  let at = from;
  const kind = kindOf(text[at]);
  while (at < text.length && kind !== 'blank' && kindOf(text[at]) === kind) at++;
  while (at < text.length && kindOf(text[at]) === 'blank') at++;
  return at;
}

export function wordBack(text: string, from: number): number {
  let at = from - 1;
  while (at > 0 && kindOf(text[at]) === 'blank') at--;
  const kind = kindOf(text[at]);
  while (at > 0 && kindOf(text[at - 1]) === kind) at--;
  return Math.max(0, at);
}

/** On the last letter of a word. */
export function wordEnd(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && kindOf(text[at]) === 'blank') at++;
  const kind = kindOf(text[at]);
  while (at + 1 < text.length && kindOf(text[at + 1]) === kind) at++;
  return Math.min(at, Math.max(0, text.length - 1));
}

/** As far along the line above or below. */
export function vertical(text: string, from: number, by: 1 | -1): number {
  const start = lineStart(text, from);
  const column = from - start;
  const target = by < 0 ? start - 1 : lineEnd(text, from) + 1;
  if (target < 0 || target > text.length) return from;
  const first = by < 0 ? lineStart(text, start - 1) : target;
  return Math.min(first + column, lineEnd(text, first));
}

export type Find = { readonly kind: 'f' | 'F' | 't' | 'T'; readonly char: string };
/** In the line; undefined when the letter is not there. */
export function found(text: string, from: number, { kind, char }: Find): number | undefined {
  if (kind === 'f' || kind === 't') {
    const at = text.indexOf(char, from + 1);
    if (at < 0 || at > lineEnd(text, from)) return undefined;
    return kind === 'f' ? at : at - 1;
  }
  const at = from === 0 ? -1 : text.lastIndexOf(char, from - 1);
  if (at < lineStart(text, from)) return undefined;
  return kind === 'F' ? at : at + 1;
}

/** Around the text's ends. */
export function searched(text: string, from: number, query: string, by: 1 | -1): number | undefined {
  if (query === '') return undefined;
  const at = by > 0 ? text.indexOf(query, from + 1) : from === 0 ? -1 : text.lastIndexOf(query, from - 1);
  const again = at >= 0 ? at : by > 0 ? text.indexOf(query) : text.lastIndexOf(query);
  return again < 0 ? undefined : again;
}

const pairs: Readonly<Record<string, readonly [string, string]>> = {
  '(': ['(', ')'],
  ')': ['(', ')'],
  '[': ['[', ']'],
  ']': ['[', ']'],
  '{': ['{', '}'],
  '}': ['{', '}'],
};

/** `inner`: without what stands around it. */
export function textObject(text: string, at: number, name: string, inner: boolean): Span | undefined {
  if (name === 'w' || name === 'W') return wordObject(text, at, name === 'W', inner);
  const pair = pairs[name];
  if (pair) return pairObject(text, at, pair, inner);
  if (name === '"' || name === "'" || name === '`') return quoteObject(text, at, name, inner);
  return undefined;
}

function wordObject(text: string, at: number, big: boolean, inner: boolean): Span {
  const kind = (char: string | undefined) => (big && kindOf(char) !== 'blank' ? 'word' : kindOf(char));
  const here = kind(text[at]);
  let from = at;
  let to = at;
  while (from > 0 && text[from - 1] !== '\n' && kind(text[from - 1]) === here) from--;
  while (to < text.length && text[to] !== '\n' && kind(text[to]) === here) to++;
  if (inner) return { from, to };
  const after = to;
  while (/[ \t]/.test(text[to] ?? '')) to++;
  if (to === after) while (/[ \t]/.test(text[from - 1] ?? '')) from--;
  return { from, to };
}

function pairObject(text: string, at: number, [open, close]: readonly [string, string], inner: boolean) {
  const from = opening(text, at, open, close);
  if (from === undefined) return undefined;
  let depth = 0;
  for (let to = from; to < text.length; to++) {
    if (text[to] === open) depth++;
    if (text[to] === close && --depth === 0) return inner ? { from: from + 1, to } : { from, to: to + 1 };
  }
  return undefined;
}

function opening(text: string, at: number, open: string, close: string): number | undefined {
  let depth = 0;
  for (let from = at; from >= 0; from--) {
    if (text[from] === close && from !== at) depth++;
    if (text[from] === open && depth-- === 0) return from;
  }
  return undefined;
}

function quoteObject(text: string, at: number, quote: string, inner: boolean): Span | undefined {
  const end = lineEnd(text, at);
  const before = text[at] === quote ? -1 : text.lastIndexOf(quote, at);
  // Between two quotes these are it; on one, they are paired from the start of the line.
  let from = before >= lineStart(text, at) ? before : text.indexOf(quote, lineStart(text, at));
  while (from >= 0 && from < end) {
    const to = text.indexOf(quote, from + 1);
    if (to < 0 || to >= end) return undefined;
    if (at <= to) return inner ? { from: from + 1, to } : { from, to: to + 1 };
    from = text.indexOf(quote, to + 1);
  }
  return undefined;
}
