/** A pager as lines: a title, the page, and what keys do with how far it is. Pure. */
import { matcher } from './cell-text.ts';
import { share } from './pager.ts';
import { cut, ends, type Paint, unstyled, widthOf } from './text.ts';
import type { Theme } from './theme.ts';
import type { View } from './view.ts';
import type { Pager } from './view-parts.ts';

export const pagerHead = ({ title }: Pager, columns: number, theme: Theme): string => {
  const name = cut(title, columns - 6);
  const rule = theme.glyph.rule.repeat(Math.max(0, columns - 4 - widthOf(name)));
  return ` ${theme.bold(name)} ${theme.dim(rule)}`;
};

export function pagerFoot(view: View, pager: Pager, columns: number, theme: Theme): string {
  const { keys } = view;
  const percent = `${share(view, pager)}%`;
  if (pager.typing !== undefined)
    return ` ${ends({ text: `find: ${pager.typing}`, paint: theme.cyan }, { text: 'enter finds · esc', paint: theme.dim }, columns - 2)}`;
  const hints = [
    keys.hint('pager', 'close', 'close'),
    keys.hint('pager', 'find', 'find'),
    pager.query !== '' && keys.hint('pager', 'find_next', `next ${JSON.stringify(pager.query)}`),
    pager.looking && 'looking through older rows …',
  ].filter((part) => part);
  const text = view.hint ? view.hint.text : hints.join(' · ');
  const paint = view.hint?.tone === 'warn' ? theme.yellow : theme.dim;
  return ` ${ends({ text, paint }, { text: percent, paint: theme.dim }, columns - 2)}`;
}

/** Rows after the end, as vi and Codex show them. */
export const filled = (lines: readonly string[], height: number, theme: Theme): string[] =>
  Array.from({ length: height }, (_, y) => lines[y] ?? theme.dim(' ~'));

/** What matches stands out, in whatever styles the line has. */
export function withMatches(line: string, query: string, paint: Paint): string {
  const plain = unstyled(line);
  if (query === '' || !matcher(query)(plain)) return line;
  const folded = matcher(query)(query.toLowerCase());
  const text = folded ? plain.toLowerCase() : plain;
  const wanted = folded ? query.toLowerCase() : query;
  const places: number[] = [];
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) places.push(at);
  return styledPieces(line, places, wanted.length, paint);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: styles begin with one
const styles = /(\u001b(?:\[[0-9;]*m|\]8;[^\u001b]*\u001b\\))/;

/** Each run of characters between styles is painted as far as it is part of a place. */
function styledPieces(line: string, places: readonly number[], length: number, paint: Paint): string {
  const isIn = (at: number) => places.some((place) => at >= place && at < place + length);
  let at = 0;
  return line
    .split(styles)
    .map((piece, n) => {
      if (n % 2 === 1) return piece;
      let out = '';
      let run = '';
      for (let i = 0; i < piece.length; i++, at++) {
        const inside = isIn(at);
        if (i > 0 && inside !== isIn(at - 1)) {
          out += isIn(at - 1) ? paint(run) : run;
          run = '';
        }
        run += piece[i];
      }
      return out + (run !== '' && isIn(at - 1) ? paint(run) : run);
    })
    .join('');
}
