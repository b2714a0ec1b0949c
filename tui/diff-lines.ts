/** A change of a file as lines with numbers and signs, in the colours of its language. Pure. */
import type { FileChange } from '../core/rows.ts';
import { languageOf } from './code.ts';
import { chop, chopSpans, clean, type Paint, type Span, widthOf } from './text.ts';
import type { Theme } from './theme.ts';

const verbs = { add: 'Added', delete: 'Deleted', update: 'Edited' } as const;

export function changeTitle({ path, kind, movedTo, added, removed }: FileChange, theme: Theme): string {
  const name = movedTo === undefined ? path : `${path} → ${movedTo}`;
  return `${verbs[kind]} ${name} (+${added} ${theme.glyph.minus}${removed})`;
}

export interface DiffStyle {
  readonly width: number;
  readonly theme: Theme;
  /** Lines at most. */
  readonly limit: number;
}

/** The lines of a unified diff; hunks stand apart by `⋮`. `left`: how many were left out. */
export function diffLines({ diff, path }: Pick<FileChange, 'diff' | 'path'>, { width, theme, limit }: DiffStyle) {
  const kept: Numbered[] = [];
  for (const line of numbered(diff)) {
    kept.push(line);
    if (kept.length >= limit) break;
  }
  const gutter = Math.max(3, ...kept.map(({ number }) => String(number ?? '').length)) + 1;
  const spans = colored(kept, languageOf(path), theme);
  const lines = kept.flatMap((line, at) => drawn(line, spans?.[at], gutter, width, theme));
  return { lines, left: Math.max(0, countOf(diff) - kept.length) };
}

/** Lines of a diff that are shown, without reading them. */
function countOf(diff: string): number {
  const text = diff.replace(/\n$/, '').split('\n');
  const headers = text.filter((line) => line.startsWith('@@ ')).length;
  return text.length - headers + Math.max(0, headers - 1);
}

interface Numbered {
  readonly sign: '+' | '-' | ' ' | '⋮' | '\\';
  readonly number?: number;
  readonly text: string;
}

function* numbered(diff: string): Generator<Numbered> {
  let old = 0;
  let now = 0;
  let hunks = 0;
  for (const line of diff.replace(/\n$/, '').split('\n')) {
    const header = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(line);
    if (header) {
      old = Number(header[1]);
      now = Number(header[2]);
      if (hunks++ > 0) yield { sign: '⋮', text: '' };
      continue;
    }
    const text = clean(line.slice(1));
    if (line.startsWith('+')) yield { sign: '+', number: now++, text };
    else if (line.startsWith('-')) yield { sign: '-', number: old++, text };
    else if (line.startsWith('\\')) yield { sign: '\\', text: text.trim() };
    else {
      yield { sign: ' ', number: now++, text };
      old++;
    }
  }
}

/** What was and what is are each read as a whole, so that a string over several lines is one. */
function colored(lines: readonly Numbered[], language: string | undefined, theme: Theme) {
  if (!language) return undefined;
  const side = (other: '+' | '-') => {
    const own = lines.flatMap(({ sign }, at) => (sign === ' ' || (sign !== other && '+-'.includes(sign)) ? [at] : []));
    const spans = theme.code(own.map((at) => lines[at]!.text).join('\n'), language);
    return spans && new Map(own.map((at, n) => [at, spans[n]!]));
  };
  const [before, after] = [side('+'), side('-')];
  if (!before || !after) return undefined;
  return lines.map(({ sign }, at) => (sign === '-' ? before : after).get(at));
}

function drawn(
  { sign, number, text }: Numbered,
  spans: readonly Span[] | undefined,
  gutter: number,
  width: number,
  theme: Theme,
): string[] {
  const margin = `${String(number ?? '').padStart(gutter)} `;
  if (sign === '⋮') return [theme.dim(`${' '.repeat(gutter - 1)}${theme.ascii ? ':' : '⋮'}`)];
  if (sign === '\\') return [theme.dim(`${margin}  ${text}`)];
  const room = width - gutter - 3;
  const behind = sign === '+' ? theme.added : sign === '-' ? theme.removed : undefined;
  const color = sign === '+' ? theme.green : sign === '-' ? theme.red : (each: string) => each;
  const whole: Paint = spans && (behind || sign === ' ') ? (each) => each : color;
  const parts = spans && (behind || sign === ' ') ? chopSpans(spans, room) : chop(text, room).map(whole);
  return parts.map((part, at) => {
    const head = at === 0 ? theme.dim(margin) : ' '.repeat(gutter + 1);
    const body = `${color(at === 0 ? sign : ' ')} ${part}`;
    return behind ? `${head}${behind(body + ' '.repeat(Math.max(0, room - widthOf(part))))}` : `${head}${body}`;
  });
}
