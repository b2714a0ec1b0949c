/** A change of a file as lines with numbers and signs. Pure. */
import type { FileChange } from '../core/rows.ts';
import { chop, clean } from './text.ts';
import type { Theme } from './theme.ts';

const verbs = { add: 'Added', delete: 'Deleted', update: 'Edited' } as const;

export function changeTitle({ path, kind, movedTo, added, removed }: FileChange, theme: Theme): string {
  const name = movedTo === undefined ? path : `${path} → ${movedTo}`;
  return `${verbs[kind]} ${name} (+${added} ${theme.glyph.minus}${removed})`;
}

/** The lines of a unified diff; hunks stand apart by `⋮`. `limit` lines at most, and how many were left out. */
export function diffLines(diff: string, width: number, theme: Theme, limit: number) {
  const all = [...numbered(diff)];
  const gutter = Math.max(3, ...all.map(({ number }) => String(number ?? '').length)) + 1;
  const shown = all.slice(0, limit).flatMap((line) => drawn(line, gutter, width, theme));
  return { lines: shown, left: Math.max(0, all.length - limit) };
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
    const text = line.slice(1);
    if (line.startsWith('+')) yield { sign: '+', number: now++, text };
    else if (line.startsWith('-')) yield { sign: '-', number: old++, text };
    else if (line.startsWith('\\')) yield { sign: '\\', text: text.trim() };
    else {
      yield { sign: ' ', number: now++, text };
      old++;
    }
  }
}

function drawn({ sign, number, text }: Numbered, gutter: number, width: number, theme: Theme): string[] {
  const margin = `${String(number ?? '').padStart(gutter)} `;
  if (sign === '⋮') return [theme.dim(`${' '.repeat(gutter - 1)}${theme.ascii ? ':' : '⋮'}`)];
  if (sign === '\\') return [theme.dim(`${margin}  ${text}`)];
  const paint = sign === '+' ? theme.green : sign === '-' ? theme.red : (each: string) => each;
  return chop(clean(text), width - gutter - 3).map((part, at) => {
    const head = at === 0 ? theme.dim(margin) : ' '.repeat(gutter + 1);
    return `${head}${paint(`${at === 0 ? sign : ' '} ${part}`)}`;
  });
}
