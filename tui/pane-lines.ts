/** The pane under a list: the question of the marked row in two lines, or whole while it is answered; a line to type in. Pure. */
import type { Approval, Peek } from '../ipc/messages.ts';
import { answeringNow, type Field } from './board.ts';
import { composerLines } from './composer-lines.ts';
import { panelLines } from './question-lines.ts';
import { cut, ends, oneLine, widthOf } from './text.ts';
import type { Theme } from './theme.ts';
import type { View } from './view.ts';

export interface Pane {
  readonly lines: readonly string[];
  readonly cursor: { readonly x: number; readonly y: number } | undefined;
}

/** Of the screen, what stays with the list while a question is looked at. */
const listRows = 6;

const nothing: Pane = { lines: [], cursor: undefined };

/** `question`: the one of the marked row. */
export function paneOf(view: View, question: Approval | undefined, columns: number, rows: number, theme: Theme): Pane {
  const { board } = view;
  if (board.field) return fieldPane(board.field, columns, theme);
  if (board.confirm)
    return { lines: [` ${theme.yellow(cut(`${board.confirm.text} · y yes · n no`, columns - 2))}`], cursor: undefined };
  const answering = answeringNow(board);
  if (answering) {
    const shown = { question: answering, marked: board.choice, changes: changesOf(board.peek, answering) };
    return { lines: panelLines(view, shown, columns, rows - listRows, theme), cursor: undefined };
  }
  return question ? { lines: short(question, columns, theme), cursor: undefined } : nothing;
}

export const changesOf = (peek: Peek | null, { session, call }: Approval) =>
  peek?.session === session ? (peek.changes.find((each) => each.call === call)?.changes ?? []) : [];

function fieldPane({ label, editor }: Field, columns: number, theme: Theme): Pane {
  const head = ` ${theme.bold(theme.yellow(cut(label, Math.floor(columns / 2))))} `;
  const width = widthOf(head);
  const { lines, cursor } = composerLines(editor, Math.max(8, columns - width - 2), 1);
  return { lines: [`${head}${lines[0] ?? ''}`], cursor: { x: width + cursor.x, y: 0 } };
}

const words: Readonly<Record<string, string>> = {
  once: 'once',
  session: 'session',
  prefix: 'always',
  folder: 'all edits here',
  no: 'no',
  abort: 'no, end the turn',
};

function short({ summary, because, choices }: Approval, columns: number, theme: Theme): string[] {
  const width = columns - 2;
  const half = cut(oneLine(summary), Math.floor((width * 2) / 3), theme.glyph.ellipsis);
  const head = ends(
    { text: `! ${half}`, paint: (text) => theme.bold(theme.yellow(text)) },
    { text: cut(oneLine(because), width - widthOf(half) - 6, theme.glyph.ellipsis), paint: theme.dim },
    width,
  );
  const list = choices.map(({ id }, at) => `${at + 1} ${words[id] ?? id}`).join('  ');
  return [` ${head}`, ` ${theme.dim(ends({ text: cut(`  ${list}`, width - 16) }, { text: 'space: answer' }, width))}`];
}
