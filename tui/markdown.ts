/** Markdown as plain lines of a terminal: marked reads it, this lays it out. Pure but for a memory of what was read before. */
import { lexer, type MarkedToken, type Token, type Tokens } from 'marked';
import { markdownTable } from './markdown-table.ts';
import { chop, chopSpans, clean, type Paint, paintAll, type Span, widthOf, wrap } from './text.ts';
import type { Theme } from './theme.ts';

/**
 * A text that grows. Blocks that cannot change any more are laid out once; the last one anew each time.
 * `settled` counts the lines that will stay as they are. A row of a table is shown once it is whole.
 */
export class GrowingMarkdown {
  readonly #width: number;
  readonly #theme: Theme;
  /** The text so far, and the same cleaned. */
  #text = '';
  #clean = '';
  #read = 0;
  #lines: string[] = [];

  constructor(width: number, theme: Theme) {
    this.#width = width;
    this.#theme = theme;
  }

  /** `whole`: no more will come. */
  update(text: string, whole: boolean): { readonly lines: readonly string[]; readonly settled: number } {
    this.#take(text);
    const rest = this.#clean.slice(this.#read);
    const blocks = lexer(whole ? rest : withoutHalfTable(rest));
    const last = Math.max(
      0,
      blocks.findLastIndex(({ type }) => type !== 'space'),
    );
    for (const block of whole ? [] : blocks.slice(0, last)) {
      this.#lines = joined(this.#lines, layOut(block, this.#width, this.#theme));
      this.#read += block.raw.length;
    }
    const open = whole ? blocks : blocks.slice(last);
    const lines = open.reduce((all, block) => joined(all, this.#open(block, whole)), this.#lines);
    return { lines, settled: this.#lines.length };
  }

  /** Only what is new is cleaned, as long as nothing in it could reach back. */
  #take(text: string) {
    const grown = text.startsWith(this.#text);
    const more = text.slice(this.#text.length);
    if (grown && harmless.test(more)) this.#clean += more;
    else {
      this.#clean = clean(text);
      this.#read = 0;
      this.#lines = [];
    }
    this.#text = text;
  }

  /** The line of code that is being written is coloured once it is whole: a frame has no time to read all of it again. */
  #open(block: Token, whole: boolean): string[] {
    if (whole || block.type !== 'code' || isClosed(block.raw)) return layOut(block, this.#width, this.#theme);
    const { text, lang } = block as Tokens.Code;
    const end = text.lastIndexOf('\n');
    const done = end < 0 ? [] : code(text.slice(0, end), lang, this.#width, this.#theme);
    return [...done, ...code(text.slice(end + 1), undefined, this.#width, this.#theme)];
  }
}

/** No control character but the newline, and no tab, which becomes blanks. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const harmless = /^[^\u0000-\u0009\u000b-\u001f\u007f-\u009f]*$/;

const isClosed = (raw: string) => /^ {0,3}(`{3,}|~{3,})[\s\S]*\n {0,3}\1[`~]*\s*$/.test(raw);

/** Rows at the end that begin a table, as long as its second line or the end of the last row have not come. */
function withoutHalfTable(text: string): string {
  const rows = /(?:^|\n)((?: {0,3}\|[^\n]*\n)*(?: {0,3}\|[^\n]*)?)$/.exec(text)?.[1];
  if (!rows) return text;
  const kept = rows.slice(0, rows.lastIndexOf('\n') + 1);
  const whole = kept.split('\n').length > 2;
  return text.slice(0, text.length - rows.length) + (whole ? kept : '');
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
      return code(block.text, block.lang, width, theme);
    case 'blockquote':
      return inner(block.tokens, width - 2, theme).map((line) => `${theme.dim('>')} ${line}`.trimEnd());
    case 'list':
      return list(block, width, theme);
    case 'table':
      return markdownTable(
        [block.header, ...block.rows].map((row) => row.map(({ tokens }) => inline(tokens, theme))),
        block.align,
        width,
        theme,
      );
    case 'hr':
      return [theme.dim(theme.glyph.rule.repeat(Math.min(width, 24)))];
    case 'paragraph':
    case 'text':
      return lines(inline(block.tokens ?? [{ type: 'text', raw: block.text, text: block.text }], theme), width);
    default:
      return lines([{ text: block.raw.trimEnd() }], width);
  }
}

/** Broken where the line is full, so that blanks at the beginning of lines go on meaning what they mean. */
function code(text: string, language: string | undefined, width: number, theme: Theme): string[] {
  const colored = theme.code(text, language?.trim().split(/[\s,{]/)[0]);
  if (!colored) return text.split('\n').flatMap((line) => chop(line, width).map(theme.cyan));
  return colored.flatMap((spans) => chopSpans(spans, width));
}

const inner = (tokens: readonly Token[], width: number, theme: Theme): string[] =>
  tokens.reduce<string[]>((all, token) => joined(all, layOut(token, width, theme)), []);

const lines = (spans: readonly Span[], width: number): string[] => wrap(spans, width).map(paintAll);

/** A list within a list stands four cells further in. */
const nested = '    ';

function list({ items, ordered, start, loose }: Tokens.List, width: number, theme: Theme): string[] {
  const first = typeof start === 'number' ? start : 1;
  const all = items.map((item, at) => {
    const mark = ordered ? `${first + at}. ` : `${theme.glyph.bullet} `;
    const indent = ' '.repeat(widthOf(mark));
    const box = item.task ? (item.checked ? '[x] ' : '[ ] ') : '';
    const tokens = item.tokens.filter(({ type }) => type !== 'checkbox');
    const body = tokens.flatMap((token, n) => {
      const inList = token.type === 'list';
      const block = layOut(token, width - (inList ? nested.length : indent.length + (n === 0 ? box.length : 0)), theme);
      const placed = block.map((line) => (line === '' ? '' : `${inList ? nested : indent}${line}`));
      return loose && n > 0 && block.length > 0 && !inList ? ['', ...placed] : placed;
    });
    const [head = indent, ...rest] = body;
    return [`${mark}${box}${head.slice(indent.length)}`.trimEnd(), ...rest];
  });
  return loose ? all.reduce(joined, []) : all.flat();
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** Entities, as far as models write them; no control character comes of one. */
const decoded = (text: string): string =>
  text.replaceAll(/&(?:#(\d{2,7})|#x([0-9a-f]{2,6})|(amp|lt|gt|quot|apos|nbsp));/gi, (all, decimal, digits, name) => {
    if (name) return entities[String(name).toLowerCase()]!;
    const code = decimal ? Number(decimal) : Number.parseInt(String(digits), 16);
    return code >= 0x20 && code <= 0x10ffff && !(code >= 0x7f && code <= 0x9f) ? String.fromCodePoint(code) : all;
  });

/** Words that a terminal opens in a browser (OSC 8); only addresses that one knows to be such. */
function linked(href: string): Paint | undefined {
  if (!/^(https?|mailto):[!-~]+$/.test(href) || href.length > linkLimit) return undefined;
  return (text) => `\u001b]8;;${href}\u001b\\${text}\u001b]8;;\u001b\\`;
}
const linkLimit = 2000;

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
      return inline(token.tokens, theme, within(theme.strike));
    case 'codespan':
      return [{ text: token.text, paint: within(theme.cyan) }];
    case 'br':
      return plain('\n');
    case 'link': {
      const open = linked(token.href);
      const label = inline(token.tokens, theme, open ? within(open) : outer);
      const words = label.map(({ text }) => text).join('');
      const same = words === token.href || `mailto:${words}` === token.href;
      return same ? label : [...label, { text: ` (${token.href})`, paint: within(theme.dim) }];
    }
    case 'image':
      return plain(`[${token.text || 'image'}] (${token.href})`);
    case 'escape':
      return plain(token.text);
    case 'checkbox':
      return plain(token.checked ? '[x] ' : '[ ] ');
    case 'text':
      return token.tokens ? inline(token.tokens, theme, outer) : plain(decoded(token.text));
    default:
      return plain(token.raw);
  }
}
