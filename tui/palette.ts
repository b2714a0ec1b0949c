/** What the terminal says its own colours are: OSC 10 and 11, asked at start and at each focus; else COLORFGBG. Pure. */
import { blend, lightness, type Rgb } from './colors.ts';

export interface Palette {
  readonly text?: Rgb;
  readonly back?: Rgb;
}

export const askPalette = '\u001b]10;?\u001b\\\u001b]11;?\u001b\\';

const component = (digits: string) => Math.round((Number.parseInt(digits, 16) / (16 ** digits.length - 1)) * 255);

/** An answer like `ESC ] 11 ; rgb:1e1e/1e1e/2e2e ESC \`; undefined for any other. */
export function paletteReply(reply: string): Palette | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: an answer begins with one
  const found = /^\u001b\](1[01]);rgba?:([0-9a-f]{1,4})\/([0-9a-f]{1,4})\/([0-9a-f]{1,4})/i.exec(reply);
  if (!found) return undefined;
  const [, which, r, g, b] = found;
  const color = { r: component(r!), g: component(g!), b: component(b!) };
  return which === '10' ? { text: color } : { back: color };
}

/** `15;0`: the numbers of the sixteen colours of text and background. */
export const isLightByEnv = (colorfgbg: string | undefined): boolean => {
  const back = Number(colorfgbg?.split(';').at(-1));
  return back === 7 || (back >= 9 && back <= 15);
};

export const isLight = ({ back }: Palette, colorfgbg: string | undefined): boolean =>
  back ? lightness(back) > 128 : isLightByEnv(colorfgbg);

/** Behind a person's words: an eighth of the way from the background to the text. Undefined when nobody said what those are. */
export function shadeOf({ text, back }: Palette): Rgb | undefined {
  if (!back) return undefined;
  return blend(back, text ?? (lightness(back) > 128 ? { r: 0, g: 0, b: 0 } : { r: 255, g: 255, b: 255 }), 0.12);
}

/** Behind added and removed lines of a diff. */
export function diffShades({ back }: Palette, light: boolean): { added: Rgb; removed: Rgb } {
  const from = back ?? (light ? { r: 255, g: 255, b: 255 } : { r: 24, g: 24, b: 27 });
  const [green, red] = [
    { r: 34, g: 160, b: 70 },
    { r: 210, g: 60, b: 60 },
  ];
  const part = light ? 0.16 : 0.22;
  return { added: blend(from, green, part), removed: blend(from, red, part) };
}
