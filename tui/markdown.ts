/** Markdown as plain lines of a terminal: marked reads it, this lays it out. Pure but for a memory of what was read before. */
import { lexer, type MarkedToken, type Token, type Tokens } from 'marked';
import { chop, clean, cut, type Paint, pad, paintAll, type Span, widthOf, wrap } from './text.ts';
import type { Theme } from './theme.ts';

/**
 * A text that grows. Blocks that cannot change any more are laid out once; the last one anew each time.
 * `settled` counts the lines that will stay as they are.
 */
export class GrowingMarkdown {
  readonly #width: number;
  readonly #theme: Theme;
  #read = '';
  #lines: string[] = [];

  constructor(width: number, theme: Theme) {
    this.#width = width;
    this.#theme = theme;
  }

  /** `whole`: no more will come. */
  update(text: string, whole: boolean): { readonly lines: readonly string[]; readonly settled: number } {
    const known = clean(text);
    if (!known.startsWith(this.#read)) this.#forget();
    const blocks = lexer(known.slice(this.#read.length));
    const last = blocks.findLastIndex(({ type }) => type !== 'space');
    for (const block of whole ? [] : blocks.slice(0, Math.max(0, last))) {
      this.#lines = joined(this.#lines, layOut(block, this.#width, this.#theme));
      this.#read += block.raw;
    }
    const rest = whole ? blocks : blocks.slice(Math.max(0, last));
    const lines = rest.reduce((all, block) => joined(all, layOut(block, this.#width, this.#theme)), this.#lines);
    return { lines, settled: this.#lines.length };
  }

  #forget() {
    this.#read = '';
    this.#lines = [];
  }
}

export const markdownLines = (text: string, width: number, theme: Theme): readonly string[] =>
  new GrowingMarkdown(width, theme).update(text, true).lines;

/** Blocks stand apart by one blank line. */
const joined = (before: readonly string[], block: readonly string[]): string[] =>
  block.length === 0 ? [...before] : before.length === 0 ? [...block] : [...before, '', ...block];

function layOut(token: Token, width: number, theme: Theme): string[] {
  const block = token as MarkedToken;
  switch (block.type) {
    case 'space':
    case 'def':
      return [];
    case 'heading': {
      const mark: Span = { text: `${'#'.repeat(block.depth)} `, paint: theme.bold };
      return lines([mark, ...inline(block.tokens, theme, theme.bold)], width);
    }
    case 'code':
      return block.text.split('\n').flatMap((line) => chop(line, width).map(theme.cyan));
    case 'blockquote':
      return inner(block.tokens, width - 2, theme).map((line) => `${theme.dim('>')} ${line}`);
    case 'list':
      return list(block, width, theme);
    case 'table':
      return table(block, width, theme);
    case 'hr':
      return [theme.dim(theme.glyph.rule.repeat(Math.min(width, 24)))];
    case 'paragraph':
    case 'text':
      return lines(inline(block.tokens ?? [{ type: 'text', raw: block.text, text: block.text }], theme), width);
    default:
      return lines([{ text: block.raw.trimEnd() }], width);
  }
}

const inner = (tokens: readonly Token[], width: number, theme: Theme): string[] =>
  tokens.reduce<string[]>((all, token) => joined(all, layOut(token, width, theme)), []);

const lines = (spans: readonly Span[], width: number): string[] => wrap(spans, width).map(paintAll);

function list({ items, ordered, start, loose }: Tokens.List, width: number, theme: Theme): string[] {
  const first = typeof start === 'number' ? start : 1;
  const all = items.map((item, at) => {
    const mark = ordered ? `${first + at}. ` : `${theme.glyph.bullet} `;
    const indent = ' '.repeat(widthOf(mark));
    const body = item.tokens.flatMap((token, n) => {
      const block = layOut(token, width - indent.length, theme);
      return loose && n > 0 && block.length > 0 && token.type !== 'list' ? ['', ...block] : block;
    });
    const box =
      item.task && !item.tokens.some(({ type }) => type === 'checkbox') ? (item.checked ? '[x] ' : '[ ] ') : '';
    const shown = body.length > 0 ? body : [''];
    return shown.map((line, n) => (n === 0 ? `${mark}${box}${line}` : `${indent}${line}`.trimEnd()));
  });
  return loose ? all.reduce(joined, []) : all.flat();
}

function table({ header, rows }: Tokens.Table, width: number, theme: Theme): string[] {
  const text = (cell: Tokens.TableCell) =>
    inline(cell.tokens, theme)
      .map((span) => span.text)
      .join('');
  const cells = [header, ...rows].map((row) => row.map(text));
  const widths = header.map((_, at) => Math.max(...cells.map((row) => widthOf(row[at] ?? ''))));
  const gap = 2;
  while (widths.reduce((sum, each) => sum + each + gap, -gap) > width) {
    const widest = widths.indexOf(Math.max(...widths));
    if (widths[widest]! <= 3) break;
    widths[widest]! -= 1;
  }
  const line = (row: readonly string[]) =>
    cut(
      row
        .map((cell, at) => pad(cut(cell, widths[at]!), widths[at]!))
        .join(' '.repeat(gap))
        .trimEnd(),
      width,
    );
  const rule = widths.map((each) => theme.glyph.rule.repeat(each)).join(' '.repeat(gap));
  return [theme.bold(line(cells[0]!)), theme.dim(cut(rule, width)), ...cells.slice(1).map(line)];
}

/** Styles within styles: each piece is painted from the inside out. */
function inline(tokens: readonly Token[], theme: Theme, outer?: Paint): Span[] {
  return tokens.flatMap((token) => piece(token as MarkedToken, theme, outer));
}

function piece(token: MarkedToken, theme: Theme, outer: Paint | undefined): Span[] {
  const plain = (text: string): Span[] => [outer ? { text, paint: outer } : { text }];
  const within = (style: Paint): Paint => (outer ? (text) => outer(style(text)) : style);
  switch (token.type) {
    case 'strong':
      return inline(token.tokens, theme, within(theme.bold));
    case 'em':
      return inline(token.tokens, theme, within(theme.italic));
    case 'del':
      return inline(token.tokens, theme, within(theme.dim));
    case 'codespan':
      return [{ text: token.text, paint: within(theme.cyan) }];
    case 'br':
      return plain('\n');
    case 'link': {
      const label = inline(token.tokens, theme, outer);
      const same = label.map(({ text }) => text).join('') === token.href;
      return same ? label : [...label, { text: ` (${token.href})`, paint: within(theme.dim) }];
    }
    case 'image':
      return plain(`[${token.text || 'image'}] (${token.href})`);
    case 'escape':
      return plain(token.text);
    case 'checkbox':
      return plain(token.checked ? '[x] ' : '[ ] ');
    case 'text':
      return token.tokens ? inline(token.tokens, theme, outer) : plain(token.text);
    default:
      return plain(token.raw);
  }
}
