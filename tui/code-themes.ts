/** Colours of code by the name of a theme. The built-in palettes are the published ones of their makers. */
import { hex, type Rgb } from './colors.ts';

export const groups = [
  'keyword',
  'string',
  'number',
  'comment',
  'function',
  'type',
  'variable',
  'constant',
  'attribute',
] as const;
export type Group = (typeof groups)[number];

export interface CodeTheme {
  readonly name: string;
  readonly light: boolean;
  readonly colors: Readonly<Partial<Record<Group, Rgb>>>;
}

/** In the order of `groups`. */
const palettes: Readonly<Record<string, string>> = {
  'catppuccin-mocha': '#cba6f7 #a6e3a1 #fab387 #9399b2 #89b4fa #f9e2af #f38ba8 #fab387 #94e2d5',
  'catppuccin-frappe': '#ca9ee6 #a6d189 #ef9f76 #949cbb #8caaee #e5c890 #e78284 #ef9f76 #81c8be',
  'catppuccin-macchiato': '#c6a0f6 #a6da95 #f5a97f #939ab7 #8aadf4 #eed49f #ed8796 #f5a97f #8bd5ca',
  'catppuccin-latte': '#8839ef #40a02b #fe640b #7c7f93 #1e66f5 #df8e1d #d20f39 #fe640b #179299',
  dracula: '#ff79c6 #f1fa8c #bd93f9 #6272a4 #50fa7b #8be9fd #ffb86c #bd93f9 #50fa7b',
  nord: '#81a1c1 #a3be8c #b48ead #616e88 #88c0d0 #8fbcbb #d8dee9 #b48ead #8fbcbb',
  github: '#d73a49 #032f62 #005cc5 #6a737d #6f42c1 #22863a #e36209 #005cc5 #005cc5',
  'gruvbox-dark': '#fb4934 #b8bb26 #d3869b #928374 #8ec07c #fabd2f #83a598 #d3869b #fe8019',
  'gruvbox-light': '#9d0006 #79740e #8f3f71 #928374 #427b58 #b57614 #076678 #8f3f71 #af3a03',
  'monokai-extended': '#f92672 #e6db74 #be84ff #75715e #a6e22e #66d9ef #fd971f #be84ff #a6e22e',
  'monokai-extended-light': '#f9005a #998f2f #684d99 #9f9f8f #679c00 #0089b3 #cf7000 #684d99 #679c00',
  'one-half-dark': '#c678dd #98c379 #e5c07b #5c6370 #61afef #e5c07b #e06c75 #56b6c2 #d19a66',
  'one-half-light': '#a626a4 #50a14f #c18401 #a0a1a7 #0184bc #c18401 #e45649 #0997b3 #986801',
  'solarized-dark': '#859900 #2aa198 #d33682 #586e75 #268bd2 #b58900 #268bd2 #cb4b16 #93a1a1',
  'solarized-light': '#859900 #2aa198 #d33682 #93a1a1 #268bd2 #b58900 #268bd2 #cb4b16 #586e75',
  'two-dark': '#c678dd #98c379 #d19a66 #5c6370 #61afef #e5c07b #e06c75 #56b6c2 #d19a66',
  zenburn: '#f0dfaf #cc9393 #8cd0d3 #7f9f7f #efef8f #dfdfbf #dcdccc #dca3a3 #dfcfaf',
};

/** The same as the terminal's own colours, whatever those are. */
export const ansi = 'ansi';
export const auto = 'auto';

export const builtIn: readonly string[] = [auto, ansi, ...Object.keys(palettes)];

/** Undefined for a name that is not built in; `auto` goes by the terminal's background. */
export function builtInTheme(name: string, light: boolean): CodeTheme | undefined {
  const known = name === auto ? (light ? 'catppuccin-latte' : 'catppuccin-mocha') : name;
  if (known === ansi) return { name, light, colors: {} };
  const palette = palettes[known]?.split(' ').map(hex);
  if (!palette) return undefined;
  const colors = Object.fromEntries(groups.map((group, at) => [group, palette[at]!]));
  return { name, light: /light|latte|^github$/.test(known), colors };
}
