/** Code as pieces with the group each belongs to. A bundle of its own: it is loaded when there is code to be coloured. */
import type { Group } from './code-themes.ts';
import { getLanguage, highlight } from './hljs.mjs';

export interface Piece {
  readonly text: string;
  readonly group?: Group;
}

const groupOf: Readonly<Record<string, Group>> = {
  keyword: 'keyword',
  operator: 'keyword',
  'selector-tag': 'keyword',
  built_in: 'function',
  title: 'function',
  section: 'function',
  type: 'type',
  name: 'type',
  tag: 'type',
  literal: 'constant',
  symbol: 'constant',
  bullet: 'constant',
  number: 'number',
  string: 'string',
  regexp: 'string',
  quote: 'comment',
  comment: 'comment',
  doctag: 'comment',
  meta: 'attribute',
  attr: 'attribute',
  attribute: 'attribute',
  property: 'attribute',
  variable: 'variable',
  'template-variable': 'variable',
  params: 'variable',
  addition: 'string',
  deletion: 'variable',
};

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#x27': "'" };

export const knows = (language: string): boolean => getLanguage(language) !== undefined;

/** Lines of pieces; undefined for a language that is not known. */
export function highlightLines(code: string, language: string): readonly (readonly Piece[])[] | undefined {
  if (!knows(language)) return undefined;
  const html = highlight(code, { language, ignoreIllegals: true }).value;
  const lines: Piece[][] = [[]];
  const open: (Group | undefined)[] = [];
  for (const [, name, close, text] of html.matchAll(
    /<span class="hljs-([\w-]+)[^>]*>|<span[^>]*>|(<\/span>)|([^<]+)/g,
  )) {
    if (close) open.pop();
    else if (text === undefined) open.push((name && groupOf[name]) || open.at(-1));
    else addText(lines, unescaped(text), open.at(-1));
  }
  return lines;
}

const unescaped = (text: string) => text.replaceAll(/&(amp|lt|gt|quot|#x27);/g, (_, name: string) => entities[name]!);

function addText(lines: Piece[][], text: string, group: Group | undefined) {
  for (const [at, part] of text.split('\n').entries()) {
    if (at > 0) lines.push([]);
    if (part !== '') lines.at(-1)!.push(group ? { text: part, group } : { text: part });
  }
}
