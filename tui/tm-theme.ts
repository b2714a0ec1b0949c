/** A TextMate theme (`.tmTheme`, an XML property list) as colours of code. Pure. */
import type { CodeTheme, Group } from './code-themes.ts';
import { hex, lightness, type Rgb } from './colors.ts';

/** Scopes that a group takes its colour from, the most telling first. */
const scopes: Readonly<Record<Group, readonly string[]>> = {
  keyword: ['keyword.control', 'keyword', 'storage'],
  string: ['string', 'string.quoted'],
  number: ['constant.numeric', 'constant'],
  comment: ['comment'],
  function: ['entity.name.function', 'support.function'],
  type: ['entity.name.type', 'entity.name.class', 'support.type', 'storage.type'],
  variable: ['variable.parameter', 'variable'],
  constant: ['constant.language', 'constant'],
  attribute: ['entity.other.attribute-name', 'support.type.property-name'],
};

/** A file above this is no theme. */
const limit = 1024 * 1024;
const color = /^#[0-9a-f]{6}([0-9a-f]{2})?$/i;

interface Rule {
  readonly selectors: readonly string[];
  readonly color: Rgb;
}

/** Undefined when the text is no theme. */
export function tmTheme(name: string, xml: string): CodeTheme | undefined {
  if (xml.length > limit || !xml.includes('<plist')) return undefined;
  const dicts = xml.split('<key>settings</key>');
  const rules: Rule[] = [];
  for (let at = 1; at < dicts.length; at++) {
    const selectors = stringUnder(dicts[at - 1]!, 'scope');
    const said = stringUnder(dicts[at]!.split('</dict>')[0]!, 'foreground');
    if (selectors && said && color.test(said))
      rules.push({ selectors: selectors.split(',').map((each) => each.trim()), color: hex(said) });
  }
  if (rules.length === 0) return undefined;
  const behind = stringUnder(xml, 'background');
  const light = behind !== undefined && color.test(behind) && lightness(hex(behind)) > 128;
  const colors = Object.fromEntries(
    Object.entries(scopes).flatMap(([group, wanted]) => {
      const found = wanted.map((scope) => colorOf(rules, scope)).find((each) => each !== undefined);
      return found ? [[group, found]] : [];
    }),
  );
  return { name, light, colors };
}

/** The rule that names the scope itself, or one that holds for it, or the first below it. */
function colorOf(rules: readonly Rule[], scope: string): Rgb | undefined {
  const by = (fits: (selector: string) => boolean) => rules.findLast(({ selectors }) => selectors.some(fits))?.color;
  return (
    by((each) => each === scope) ??
    by((each) => scope.startsWith(`${each}.`)) ??
    by((each) => each.startsWith(`${scope}.`))
  );
}

/** The last `<string>` under a key: that of the dict which is open where the text ends. */
function stringUnder(xml: string, key: string): string | undefined {
  const last = xml.lastIndexOf(`<key>${key}</key>`);
  return last < 0 ? undefined : /^<key>[^<]*<\/key>\s*<string>([^<]*)<\/string>/.exec(xml.slice(last))?.[1];
}
