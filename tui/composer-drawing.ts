/** The composer as lines, and where the terminal's cursor stands in it: the draft, or what stands in its place. Pure. */
import { composerLines } from './composer-lines.ts';
import { shownEditor } from './history-search.ts';
import { cut, graphemes, widthOf } from './text.ts';
import type { Theme } from './theme.ts';
import { isRunning, isWatching, type View } from './view.ts';

export interface ComposerDrawing {
  readonly lines: readonly string[];
  readonly cursor: { readonly x: number; readonly y: number } | undefined;
}

/** At most `room` lines. */
export function composerOf(view: View, room: number, theme: Theme): ComposerDrawing {
  const { columns } = view.size;
  if (isWatching(view)) {
    const drive = view.keys.hint('global', 'toggle_watching', 'to drive');
    return { lines: [` ${theme.dim(['watching', drive].filter((part) => part).join(' · '))}`], cursor: undefined };
  }
  const prompt = ` ${theme.glyph.prompt} `;
  const editor = shownEditor(view);
  if (editor.text === '') {
    const text = cut(view.ghost ?? placeholder(view), columns - 4);
    if (view.inline)
      return { lines: [`${prompt}${theme.reverse(text[0] ?? ' ')}${theme.dim(text.slice(1))}`], cursor: undefined };
    return { lines: [`${prompt}${theme.dim(text)}`], cursor: { x: 3, y: 0 } };
  }
  const { lines: plain, cursor } = composerLines(editor, columns - 4, room);
  const lines = view.inline
    ? plain.map((line, y) => (y === cursor.y ? withCursor(line, cursor.x, theme) : line))
    : plain;
  return {
    lines: lines.map((line, at) => `${at === 0 ? prompt : '   '}${line}`),
    cursor: { x: cursor.x + 3, y: cursor.y },
  };
}

function placeholder(view: View): string {
  if (view.screen === 'start') return 'Ask for anything: this starts a new session';
  return isRunning(view) ? 'Say more: it goes into the running turn' : 'Ask for anything';
}

/**
 * Inline, the terminal's own cursor stays below the frame and one is drawn: a terminal that loses rows drops those below its
 * cursor, and a frame on its way would then be written over what is settled.
 */
function withCursor(line: string, x: number, theme: Theme): string {
  let at = 0;
  const shown = graphemes(line).map((each) => {
    const here = at === x;
    at += widthOf(each);
    return here ? theme.reverse(each) : each;
  });
  return x >= at ? `${shown.join('')}${theme.reverse(' ')}` : shown.join('');
}
