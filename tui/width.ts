/** How many cells text takes. The tables of Unicode are slow to be made ready, and most of a screen does not need them. */
import stringWidth from 'string-width';

/** One cell each: ASCII, Latin, Greek, Cyrillic, dashes and quotes, arrows, box drawing, shapes, and the signs of our own. */
const single =
  /^[\u0020-\u007e\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0482\u2010-\u2027\u2190-\u2193\u2212\u2500-\u259f\u25a1\u25b8\u25c6-\u25d7\u2713\u2717]*$/;

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours and links begin with one
const colors = /\u001b(?:\[[0-9;]*m|\]8;[^\u001b]*\u001b\\)/g;

/** Without colours and links. */
export const unstyled = (text: string): string => (text.includes('\u001b') ? text.replaceAll(colors, '') : text);

/** Every terminal counts these characters alike. */
export const isPlain = (text: string): boolean => single.test(unstyled(text));

export function widthOf(text: string): number {
  const plain = unstyled(text);
  return single.test(plain) ? plain.length : stringWidth(plain);
}

// biome-ignore lint/style/noDefaultExport: it stands for string-width, which Ink imports so
export { widthOf as default };
