/** How this client looks: the theme made of what the terminal can, what it says of its colours, and the name the person chose. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Code, type Highlight } from './code.ts';
import { ansi, auto, builtIn, builtInTheme, type CodeTheme } from './code-themes.ts';
import { depthOf } from './colors.ts';
import { isLight, type Palette, paletteReply } from './palette.ts';
import { createTheme, type Theme } from './theme.ts';
import { tmTheme } from './tm-theme.ts';

export interface LookOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly ascii: boolean;
  readonly animations: boolean;
  /** `tui.theme`. */
  readonly name: string;
  /** The folder with `NAME.tmTheme` files. */
  readonly themes: string;
  readonly load: () => Promise<Highlight>;
  /** The theme is another one from now on. */
  readonly changed: (theme: Theme) => void;
}

const ending = '.tmTheme';

export class Look {
  readonly #options: LookOptions;
  readonly #code: Code;
  #palette: Palette = {};
  #name: string;
  theme: Theme;

  constructor(options: LookOptions) {
    this.#options = options;
    this.#name = options.name;
    this.#code = new Code(this.#colors(), options.load, () => this.#change());
    this.theme = this.#made();
  }

  get name() {
    return this.#name;
  }

  /** Every name that `use` takes. */
  names(): readonly string[] {
    return [...builtIn, ...filesIn(this.#options.themes)];
  }

  use(name: string) {
    this.#name = name;
    this.#code.recolor(this.#colors());
    this.#change();
  }

  /** Whether the answer was about colours. */
  reply(text: string): boolean {
    const said = paletteReply(text);
    if (!said) return false;
    const before = JSON.stringify(this.#palette);
    this.#palette = { ...this.#palette, ...said };
    if (JSON.stringify(this.#palette) !== before) this.use(this.#name);
    return true;
  }

  #change() {
    this.theme = this.#made();
    this.#options.changed(this.theme);
  }

  #made(): Theme {
    const { env, ascii, animations } = this.#options;
    return createTheme({ env, ascii, animations, palette: this.#palette, code: this.#code });
  }

  #colors() {
    const depth = depthOf(this.#options.env);
    const { red, green, yellow, blue, magenta, cyan, dim } = createTheme({ env: this.#options.env, ascii: false });
    const own = {
      keyword: magenta,
      string: green,
      number: yellow,
      comment: dim,
      function: blue,
      type: yellow,
      variable: red,
      constant: yellow,
      attribute: cyan,
    };
    return { depth, theme: this.#named(depth === '16'), own };
  }

  /** Sixteen colours are the terminal's own unless somebody names a theme. */
  #named(few: boolean): CodeTheme {
    const light = isLight(this.#palette, this.#options.env.COLORFGBG);
    const wanted = few && this.#name === auto ? ansi : this.#name;
    const found = builtInTheme(wanted, light) ?? this.#file(wanted);
    return found ?? builtInTheme(auto, light)!;
  }

  #file(name: string): CodeTheme | undefined {
    if (!filesIn(this.#options.themes).includes(name)) return undefined;
    try {
      return tmTheme(name, readFileSync(join(this.#options.themes, `${name}${ending}`), 'utf8'));
    } catch {
      return undefined; // It went away meanwhile: the usual colours do.
    }
  }
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).flatMap((file) => (file.endsWith(ending) ? [file.slice(0, -ending.length)] : []));
  } catch {
    return []; // No folder is the common case.
  }
}
