/** The composer's text as lines of a width, and where its cursor stands. Pure. */
import { type Editor, imageLabel, isImageMark, isPasteMark, pasteLabel } from './editor.ts';
import { graphemes, widthOf } from './text.ts';

export interface ComposerLines {
  readonly lines: readonly string[];
  readonly cursor: { readonly x: number; readonly y: number };
}

/** At most `height` lines, those around the cursor. */
export function composerLines(editor: Editor, columns: number, height: number): ComposerLines {
  const { lines, x, y } = laidOut(editor, Math.max(1, columns));
  const from = Math.max(0, Math.min(y - Math.floor(height / 2), lines.length - height));
  const first = lines.length <= height ? 0 : from;
  return { lines: lines.slice(first, first + height), cursor: { x, y: y - first } };
}

function laidOut(editor: Editor, columns: number): { lines: string[]; x: number; y: number } {
  const lines: string[] = [];
  let line = '';
  let width = 0;
  let at = 0;
  let cursor: { x: number; y: number } | undefined;
  const end = () => {
    lines.push(line);
    line = '';
    width = 0;
  };
  for (const each of graphemes(editor.text)) {
    const text = isPasteMark(each) ? pasteLabel(editor, each) : isImageMark(each) ? imageLabel(editor, each) : each;
    const cells = each === '\n' ? 0 : widthOf(text);
    if (width + cells > columns && width > 0) end();
    if (at === editor.cursor) cursor = { x: width, y: lines.length };
    at += each.length;
    if (each === '\n') {
      end();
      continue;
    }
    line += text;
    width += cells;
  }
  // The cursor after a full line stands at the beginning of the next.
  if (!cursor && width >= columns) end();
  cursor ??= { x: width, y: lines.length };
  lines.push(line);
  return { lines, x: Math.min(cursor.x, columns - 1), y: cursor.y };
}
