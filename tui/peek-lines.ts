/** The marked session beside a list: how it is, what it plans, said and changed, and what it asks. Pure. */
import type { Approval, Peek } from '../ipc/messages.ts';
import { markedRow, rowQuestion } from './agents-order.ts';
import { branchOf } from './branch.ts';
import { contextLeft } from './context-left.ts';
import { cut, ends, oneLine, wrapText } from './text.ts';
import type { Theme } from './theme.ts';
import type { View } from './view.ts';
import { age, folder } from './words.ts';

const lastLines = 8;
const choiceLines = 9;

export function peekLines(view: View, columns: number, height: number, theme: Theme): string[] {
  const row = markedRow(view);
  if (!row) return [];
  const { session } = row;
  const { sign, paint } = theme.mark(session.state);
  const state = `${sign} ${session.state} ${age(view.now - session.since)}`;
  const title = ends({ text: session.name, paint: theme.bold }, { text: state, paint }, columns);
  const peek = view.board.peek?.session === session.id ? view.board.peek : undefined;
  const parts = [
    [title, cut(oneLine(session.title), columns, theme.glyph.ellipsis), ...about(view, peek, columns, theme)],
    planLines(peek, columns, theme),
    lastWords(peek, columns, theme),
    asked(rowQuestion(view, row), columns, theme),
  ].filter((lines) => lines.length > 0);
  return parts.flatMap((lines, at) => (at === 0 ? lines : ['', ...lines])).slice(0, height);
}

function about({ userHome }: View, peek: Peek | undefined, columns: number, theme: Theme): string[] {
  if (!peek) return [];
  const { cwd, settings, contextTokens, contextWindow, viewers, changed } = peek;
  const branch = branchOf(cwd);
  const diff = changed.files > 0 ? `+${changed.added} ${theme.glyph.minus}${changed.removed}` : '';
  const place = [branch, diff].filter((part) => part).join(', ');
  const who = viewers.map(({ label, role }) => `${oneLine(label)} ${role === 'watch' ? 'watches' : 'is here'}`);
  const model = [settings.model, settings.effort].filter((part) => part).join(' ');
  return [
    `${folder(cwd, userHome)}${place === '' ? '' : ` (${place})`}`,
    [model, `${contextLeft(contextTokens, contextWindow)}% left`, ...who].join(' · '),
  ].map((line) => theme.dim(cut(line, columns, theme.glyph.ellipsis)));
}

function planLines(peek: Peek | undefined, columns: number, theme: Theme): string[] {
  if (!peek || peek.plan.length === 0) return [];
  const signs = { completed: theme.glyph.ok, in_progress: theme.mark('acting').sign, pending: theme.glyph.dot };
  const text = peek.plan.map(({ step, status }) => `${signs[status]} ${oneLine(step)}`).join('  ');
  return wrapText(text, columns).slice(0, 3);
}

function lastWords(peek: Peek | undefined, columns: number, theme: Theme): string[] {
  if (!peek || peek.last === '') return [];
  const lines = peek.last.split('\n').flatMap((line) => wrapText(oneLine(line), columns - 2));
  const some = lines.filter((line, at) => line !== '' || at > 0).slice(0, lastLines);
  return some.map((line, at) => `${at === 0 ? theme.glyph.bullet : ' '} ${line}`);
}

function asked(question: Approval | undefined, columns: number, theme: Theme): string[] {
  if (!question) return [];
  const head = theme.yellow(cut(`asks (${question.approval}):`, columns));
  const text = wrapText(oneLine(question.summary), columns).slice(0, 3);
  const choices = question.choices.slice(0, choiceLines).map(({ label }, at) => cut(`  ${at + 1}  ${label}`, columns));
  return [head, ...text, ...choices];
}
