/** The marks and colours of every screen: the terminal's own 16 colours, and a plain form for terminals and eyes without them. */
import type { StateName } from '../ipc/messages.ts';
import type { Code } from './code.ts';
import { background, type Depth, depthOf } from './colors.ts';
import { diffShades, isLight, type Palette, shadeOf } from './palette.ts';
import type { Paint, Span } from './text.ts';

export interface Theme {
  readonly ascii: boolean;
  readonly bold: Paint;
  readonly dim: Paint;
  readonly italic: Paint;
  readonly strike: Paint;
  readonly reverse: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly blue: Paint;
  readonly magenta: Paint;
  readonly cyan: Paint;
  /** Behind a person's own words; nothing where the terminal's background is not known. */
  readonly shade: Paint | undefined;
  /** Behind lines of a diff; nothing in sixteen colours, where the text itself is coloured. */
  readonly added: Paint | undefined;
  readonly removed: Paint | undefined;
  /** Code as coloured lines; undefined where it is to be plain. */
  readonly code: (code: string, language: string | undefined) => readonly (readonly Span[])[] | undefined;
  readonly glyph: Glyphs;
  /** A state's sign and its colour. */
  readonly mark: (state: StateName) => { readonly sign: string; readonly paint: Paint };
  /** The sign of thinking as it turns. */
  readonly spinner: readonly string[];
}

interface Glyphs {
  readonly prompt: string;
  readonly bullet: string;
  readonly corner: string;
  readonly rule: string;
  /** Under the head of a table. */
  readonly heavy: string;
  readonly ok: string;
  readonly bad: string;
  readonly stop: string;
  readonly warn: string;
  readonly next: string;
  readonly down: string;
  readonly dot: string;
  readonly ellipsis: string;
  readonly minus: string;
  /** Between panes. */
  readonly bar: string;
}

const glyphs: Glyphs = {
  prompt: '›',
  bullet: '•',
  corner: '└',
  rule: '─',
  heavy: '━',
  ok: '✓',
  bad: '✗',
  stop: '■',
  warn: '⚠',
  next: '↳',
  down: '↓',
  dot: '·',
  ellipsis: '…',
  minus: '−',
  bar: '│',
};
const plainGlyphs: Glyphs = {
  prompt: '>',
  bullet: '*',
  corner: '`-',
  rule: '-',
  heavy: '=',
  ok: '+',
  bad: 'x',
  stop: '#',
  warn: '!',
  next: '->',
  down: 'v',
  dot: '-',
  ellipsis: '...',
  minus: '-',
  bar: '|',
};

export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly ascii: boolean;
  readonly animations?: boolean;
  /** What the terminal said of its own colours. */
  readonly palette?: Palette;
  readonly code?: Code;
}

const style =
  (on: number, off: number): Paint =>
  (text) =>
    `\u001b[${on}m${text}\u001b[${off}m`;
const none: Paint = (text) => text;

export function createTheme({ env, ascii: wanted, animations = true, palette = {}, code }: Terminal): Theme {
  const ascii = wanted || env.TERM === 'linux';
  const depth = depthOf(env);
  const color = (number: number) => (depth === 'none' ? none : style(number, 39));
  const base = {
    ascii,
    bold: style(1, 22),
    dim: style(2, 22),
    italic: style(3, 23),
    strike: style(9, 29),
    reverse: style(7, 27),
    red: color(31),
    green: color(32),
    yellow: color(33),
    blue: color(34),
    magenta: color(35),
    cyan: color(36),
    ...backgrounds(palette, depth, isLight(palette, env.COLORFGBG)),
    code: (text: string, language: string | undefined) => code?.lines(text, language),
    glyph: ascii ? plainGlyphs : glyphs,
    spinner: ascii ? ['~'] : animations ? ['◐', '◓', '◑', '◒'] : ['◐'],
  };
  return { ...base, mark: marks(base) };
}

function backgrounds(palette: Palette, depth: Depth, light: boolean): Pick<Theme, 'shade' | 'added' | 'removed'> {
  if (depth === 'none' || depth === '16') return { shade: undefined, added: undefined, removed: undefined };
  const shade = shadeOf(palette);
  const { added, removed } = diffShades(palette, light);
  return {
    shade: shade && background(shade, depth),
    added: background(added, depth),
    removed: background(removed, depth),
  };
}

type Base = Omit<Theme, 'mark'>;

function marks({ ascii, bold, dim, red, green, yellow, blue, cyan }: Base): Theme['mark'] {
  const sign = (fancy: string, plain: string, paint: Paint) => ({ sign: ascii ? plain : fancy, paint });
  const waiting = sign('‖', '=', blue);
  const table: Readonly<Record<StateName, ReturnType<typeof sign>>> = {
    'needs you': sign('!', '!', (text) => bold(yellow(text))),
    thinking: sign('◐', '~', cyan),
    acting: sign('▸', '>', cyan),
    stopping: sign('▸', '>', cyan),
    parked: waiting,
    'waiting for Temporal': waiting,
    'disk full': waiting,
    asleep: sign('z', 'z', dim),
    idle: sign('·', '.', none),
    'done unread': sign('✓', '*', (text) => bold(green(text))),
    done: sign('✓', '+', (text) => dim(green(text))),
    failed: sign('✗', 'x', red),
    quarantined: sign('✗', 'x', red),
    stopped: sign('□', 'o', dim),
  };
  return (state) => table[state];
}
