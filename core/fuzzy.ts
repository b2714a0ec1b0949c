/** Fuzzy matching of what somebody types against names and paths: all letters in order, the better the closer together. Pure. */

/** At the beginning of a word, of the last part of a path, right after the letter before. */
const wordStart = 8;
const partStart = 6;
const following = 10;
const gap = 1;
const longest = 24;

/**
 * How well `text` matches, higher is better; undefined when it does not. Letters of any case match, unless a capital is typed.
 * `lower`: the text in lower case, where the caller keeps it.
 */
export function fuzzy(typed: string, text: string, lower = text.toLowerCase()): number | undefined {
  if (typed === '') return 0;
  const needle = typed.toLowerCase();
  const exact = needle !== typed;
  // From the end, so that the name of a file counts before its folders.
  const fromEnd = scored(needle, text, lower, lastPlaces(needle, lower));
  const fromStart = scored(needle, text, lower, firstPlaces(needle, lower));
  if (fromEnd === undefined) return undefined;
  const best = Math.max(fromEnd, fromStart ?? fromEnd);
  return exact && text.includes(typed) ? best + following : best;
}

/** The letters as far at the back as they can be. */
function lastPlaces(needle: string, lower: string): readonly number[] | undefined {
  const places = Array<number>(needle.length);
  let at = lower.length;
  for (let i = needle.length - 1; i >= 0; i--) {
    at = lower.lastIndexOf(needle[i]!, at - 1);
    if (at < 0) return undefined;
    places[i] = at;
    if (at === 0 && i > 0) return undefined;
  }
  return places;
}

function firstPlaces(needle: string, lower: string): readonly number[] | undefined {
  const whole = lower.lastIndexOf(needle);
  if (whole >= 0) return Array.from(needle, (_, i) => whole + i);
  const places = Array<number>(needle.length);
  let at = -1;
  for (let i = 0; i < needle.length; i++) {
    at = lower.indexOf(needle[i]!, at + 1);
    if (at < 0) return undefined;
    places[i] = at;
  }
  return places;
}

function scored(
  needle: string,
  text: string,
  lower: string,
  places: readonly number[] | undefined,
): number | undefined {
  if (!places) return undefined;
  const name = lower.lastIndexOf('/', lower.length - 2) + 1;
  let score = 0;
  for (let i = 0; i < needle.length; i++) {
    const at = places[i]!;
    const before = at - 1;
    if (at === name) score += wordStart + partStart;
    else if (isWordStart(text, at)) score += wordStart;
    if (at >= name) score += 1;
    if (i > 0 && places[i - 1] === before) score += following;
    else if (i > 0) score -= Math.min(longest, (at - places[i - 1]! - 1) * gap);
  }
  if (lower.length - name === needle.length && places[0] === name) score += wordStart;
  return score - Math.min(longest, lower.length / 8);
}

const separators = '/-_. ';
function isWordStart(text: string, at: number): boolean {
  if (at === 0) return true;
  const before = text[at - 1]!;
  if (separators.includes(before)) return true;
  const here = text[at]!;
  return here !== here.toLowerCase() && before === before.toLowerCase();
}
