/** Code in the colours of the theme. Until the highlighter is loaded code is plain; who draws is told when it is there. */
import type { CodeTheme, Group } from './code-themes.ts';
import { type Depth, foreground } from './colors.ts';
import type { Piece } from './highlight.ts';
import type { Paint, Span } from './text.ts';

export type Highlight = (code: string, language: string) => readonly (readonly Piece[])[] | undefined;

/** Above these, code is plain: nobody reads so much, and everybody would wait for it. */
export const codeLimit = { characters: 512 * 1024, lines: 10_000 } as const;
const rememberLimit = 200;

export interface CodeColors {
  readonly depth: Depth;
  readonly theme: CodeTheme;
  /** The terminal's own colours, for a theme that has none of its own. */
  readonly own: Readonly<Partial<Record<Group, Paint>>>;
}

export class Code {
  readonly #load: () => Promise<Highlight>;
  readonly #loaded: () => void;
  #highlight: Highlight | undefined;
  #asked = false;
  readonly #known = new Map<string, readonly (readonly Piece[])[]>();
  #paints: Readonly<Partial<Record<Group, Paint>>>;
  #colored: boolean;

  constructor(colors: CodeColors, load: () => Promise<Highlight>, loaded: () => void) {
    this.#load = load;
    this.#loaded = loaded;
    this.#paints = paintsOf(colors);
    this.#colored = colors.depth !== 'none';
  }

  recolor(colors: CodeColors) {
    this.#paints = paintsOf(colors);
    this.#colored = colors.depth !== 'none';
  }

  /** Lines of spans; undefined where code is to be drawn plain. */
  lines(code: string, language: string | undefined): readonly (readonly Span[])[] | undefined {
    if (!this.#colored || !language || code.length > codeLimit.characters) return undefined;
    const pieces = this.#pieces(code, language);
    return pieces?.map((line) =>
      line.map(({ text, group }) => {
        const paint = group && this.#paints[group];
        return paint ? { text, paint } : { text };
      }),
    );
  }

  #pieces(code: string, language: string): readonly (readonly Piece[])[] | undefined {
    if (!this.#highlight) return this.#begin();
    const key = `${language}\n${code}`;
    const known = this.#known.get(key);
    if (known) return known;
    if (linesOf(code) > codeLimit.lines) return undefined;
    const pieces = this.#highlight(code, language.toLowerCase());
    if (!pieces) return undefined;
    this.#known.set(key, pieces);
    const [oldest] = this.#known.keys();
    if (this.#known.size > rememberLimit && oldest !== undefined) this.#known.delete(oldest);
    return pieces;
  }

  #begin(): undefined {
    if (this.#asked) return;
    this.#asked = true;
    this.#load().then(
      (highlight) => {
        this.#highlight = highlight;
        this.#loaded();
      },
      () => {}, // Without its file code stays plain: a client must not fall over a colour.
    );
  }
}

function linesOf(code: string): number {
  let count = 1;
  for (let at = code.indexOf('\n'); at >= 0; at = code.indexOf('\n', at + 1)) count++;
  return count;
}

function paintsOf({ depth, theme, own }: CodeColors): Readonly<Partial<Record<Group, Paint>>> {
  if (Object.keys(theme.colors).length === 0) return own;
  return Object.fromEntries(Object.entries(theme.colors).map(([group, color]) => [group, foreground(color, depth)]));
}

/** The language of a file, as highlighters call it. */
export function languageOf(path: string): string | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const ending = name.includes('.') ? name.slice(name.lastIndexOf('.') + 1) : name;
  return endings[ending] ?? (/^[a-z]+$/.test(ending) ? ending : undefined);
}

const endings: Readonly<Record<string, string>> = {
  mjs: 'js',
  cjs: 'js',
  mts: 'ts',
  cts: 'ts',
  h: 'c',
  hpp: 'cpp',
  cc: 'cpp',
  bashrc: 'bash',
  zsh: 'bash',
  toml: 'ini',
  jsonl: 'json',
  htm: 'xml',
  svg: 'xml',
};
