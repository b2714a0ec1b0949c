/** How keys are written: `ctrl-x`, `alt-enter`, `G`, `f3`, and sequences `g g`, `leader p`. Pure. */

/** Keys that have a name; all others are one character. */
export const namedKeys = [
  'enter',
  'tab',
  'backspace',
  'esc',
  'delete',
  'insert',
  'up',
  'down',
  'left',
  'right',
  'home',
  'end',
  'page-up',
  'page-down',
  'space',
  'minus',
] as const;

/** As terminals report them, in this order. */
const modifiers = ['ctrl', 'alt', 'shift', 'super'] as const;

/** More keys in a row nobody remembers. */
export const sequenceLimit = 4;

export const keyGrammar = `ctrl- alt- shift- super- before one character, f1 to f24, or ${namedKeys.join(' ')}; several keys with blanks between, leader for the leader key`;

/** A key as the reader of the input names it; undefined when there is no such key. */
export function readKey(text: string): string | undefined {
  const held = new Set<string>();
  let rest = text.trim();
  for (;;) {
    const found = /^(ctrl|control|alt|meta|option|shift|super|cmd)[-+](.+)$/i.exec(rest);
    if (!found) break;
    const name = found[1]!.toLowerCase();
    held.add(aliases[name] ?? name);
    rest = found[2]!;
  }
  const key = baseOf(rest, held);
  if (key === undefined) return undefined;
  return [...modifiers.filter((name) => held.has(name)), key].join('-');
}

const aliases: Readonly<Record<string, string>> = { control: 'ctrl', meta: 'alt', option: 'alt', cmd: 'super' };
const otherNames: Readonly<Record<string, string>> = {
  escape: 'esc',
  return: 'enter',
  del: 'delete',
  pageup: 'page-up',
  pagedown: 'page-down',
  pgup: 'page-up',
  pgdn: 'page-down',
  minus: '-',
};

function baseOf(text: string, held: Set<string>): string | undefined {
  const lower = text.toLowerCase();
  const named = otherNames[lower] ?? lower;
  if (named === '-' || (namedKeys as readonly string[]).includes(named)) return named;
  if (/^f([1-9]|1[0-9]|2[0-4])$/.test(lower)) return lower;
  if (Array.from(text).length !== 1 || /\s/.test(text)) return undefined;
  // With ctrl a terminal does not tell the case; without, shift is the capital letter itself.
  if (held.has('ctrl')) return lower;
  if (held.has('shift') && /\p{L}/u.test(text)) {
    held.delete('shift');
    return text.toUpperCase();
  }
  return text;
}

/** A binding as a list of keys; undefined when one of them is none. */
export function readSequence(text: string, leader: readonly string[]): readonly string[] | undefined {
  const words = text.trim().split(/\s+/);
  if (words.length > sequenceLimit || words[0] === '') return undefined;
  const keys = words.map((word) => (word === 'leader' ? leader[0] : readKey(word)));
  return keys.every((key) => key !== undefined) ? (keys as string[]) : undefined;
}
