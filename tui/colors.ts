/** Colours beyond the terminal's own sixteen: what a terminal can show, and a colour said in the nearest way it can. Pure. */
import type { Paint } from './text.ts';

/** How many colours there are; none with NO_COLOR. */
export type Depth = 'none' | '16' | '256' | 'rgb';
export interface Rgb {
  readonly r: number;
  readonly g: number;
  readonly b: number;
}

type Env = Readonly<Record<string, string | undefined>>;
const forced: Readonly<Record<string, Depth>> = { '0': 'none', '1': '16', '2': '256', '3': 'rgb' };

export function depthOf({ NO_COLOR, FORCE_COLOR, COLORTERM, TERM = '' }: Env): Depth {
  if (NO_COLOR || TERM === 'dumb') return 'none';
  const wanted = FORCE_COLOR === undefined ? undefined : forced[FORCE_COLOR];
  if (wanted) return wanted;
  if (/^(truecolor|24bit)$/.test(COLORTERM ?? '') || /-direct$/.test(TERM)) return 'rgb';
  return /256/.test(TERM) ? '256' : '16';
}

export const hex = (text: string): Rgb => {
  const n = Number.parseInt(text.slice(1, 7), 16);
  return { r: n >> 16, g: (n >> 8) & 255, b: n & 255 };
};

/** `part` of the way from one colour to another. */
export function blend(from: Rgb, to: Rgb, part: number): Rgb {
  const mix = (a: number, b: number) => Math.round(a + (b - a) * part);
  return { r: mix(from.r, to.r), g: mix(from.g, to.g), b: mix(from.b, to.b) };
}

/** As eyes weigh it, 0 to 255. */
export const lightness = ({ r, g, b }: Rgb): number => 0.299 * r + 0.587 * g + 0.114 * b;

const none: Paint = (text) => text;
const wrapped =
  (on: string, off: number): Paint =>
  (text) =>
    `\u001b[${on}m${text}\u001b[${off}m`;

export function foreground(color: Rgb, depth: Depth): Paint {
  if (depth === 'none') return none;
  if (depth === '16') return wrapped(String(nearest16(color)), 39);
  return wrapped(depth === '256' ? `38;5;${nearest256(color)}` : `38;2;${color.r};${color.g};${color.b}`, 39);
}

/** Sixteen colours are too loud to stand behind text: there it is nothing. */
export function background(color: Rgb, depth: Depth): Paint {
  if (depth === 'none' || depth === '16') return none;
  return wrapped(depth === '256' ? `48;5;${nearest256(color)}` : `48;2;${color.r};${color.g};${color.b}`, 49);
}

const steps = [0, 95, 135, 175, 215, 255];
const distance = (a: Rgb, b: Rgb) => (a.r - b.r) ** 2 + (a.g - b.g) ** 2 + (a.b - b.b) ** 2;

/** Of the cube and the greys, which every terminal has alike; the first sixteen are the person's own. */
export function nearest256(color: Rgb): number {
  const step = (value: number) =>
    steps.reduce((best, each, at) => (Math.abs(each - value) < Math.abs(steps[best]! - value) ? at : best), 0);
  const [r, g, b] = [step(color.r), step(color.g), step(color.b)];
  const cube = { r: steps[r]!, g: steps[g]!, b: steps[b]! };
  const level = Math.max(0, Math.min(23, Math.round((lightness(color) - 8) / 10)));
  const grey = { r: 8 + 10 * level, g: 8 + 10 * level, b: 8 + 10 * level };
  return distance(color, grey) < distance(color, cube) ? 232 + level : 16 + 36 * r + 6 * g + b;
}

/** By hue, so that pale themes keep their colours apart: 31 to 36, or 39 and 90 for what has none. */
function nearest16({ r, g, b }: Rgb): number {
  const [high, low] = [Math.max(r, g, b), Math.min(r, g, b)];
  if (high - low < 40) return high < 140 ? 90 : 39;
  const bit = (value: number) => (value > (high + low) / 2 ? 1 : 0);
  return 30 + bit(r) + 2 * bit(g) + 4 * bit(b);
}
