/** An open question: in the composer's place, under a list, as a whole, or as a bar above the composer. Pure. */
import type { FileChange } from '../core/rows.ts';
import type { Approval } from '../ipc/messages.ts';
import { changeTitle, diffLines } from './diff-lines.ts';
import { clean, cut, ends, oneLine, paintAll, wrap, wrapText } from './text.ts';
import type { Theme } from './theme.ts';
import { openQuestion, type View } from './view.ts';
import { age, folder, plural } from './words.ts';

/** Lines of a command that are shown without ctrl-a; of a change as many as the screen leaves. */
const commandLines = 4;
const leastDiff = 3;
const mostDiff = 14;
/** What a panel has besides what is asked about: title, place, reason, choices, the lines below and some transcript. */
const frameLines = 16;

export interface Asked {
  readonly question: Approval;
  /** The marked choice. */
  readonly marked: number;
  /** The change it is about, when it is one and its row is here. */
  readonly changes: readonly FileChange[];
}

export function questionPanel(view: View, columns: number, theme: Theme): string[] | undefined {
  const question = openQuestion(view);
  if (!question) return undefined;
  const asked = { question, marked: view.choice, changes: changesHere(view, question) };
  return panelLines(view, asked, columns, view.size.rows, theme);
}

const changesHere = ({ session }: View, { call }: Approval): readonly FileChange[] => {
  const row = session?.rows.findLast((each) => each.kind === 'patch' && each.body.call === call);
  return row?.kind === 'patch' ? row.body.changes : [];
};

export function panelLines(view: View, asked: Asked, columns: number, rows: number, theme: Theme): string[] {
  const { question, marked } = asked;
  const width = columns - 2;
  const title = ends(
    { text: titleOf(question), paint: (text) => theme.bold(theme.yellow(text)) },
    { text: `${question.name} asks · ${age(view.now - question.since)} · ${question.approval}`, paint: theme.dim },
    width,
  );
  const diff = Math.max(leastDiff, Math.min(mostDiff, rows - frameLines));
  const body = [...subject(asked, width - 2, diff, theme), ...details(question, view, width - 2, theme)];
  const choices = question.choices.map(({ label, key }, at) => {
    const text = `${at === marked ? theme.glyph.prompt : ' '} ${at + 1}  ${label}`;
    return ends({ text, ...(at === marked && { paint: theme.bold }) }, { text: key, paint: theme.dim }, width);
  });
  return ['', title, ...body.map((line) => `  ${line}`), '', ...choices].map((line) => ` ${line}`.trimEnd());
}

const titleOf = ({ kind }: Approval) => `! ${kind === 'patch' ? 'Edit' : 'Approve'}?`;

/** All there is to see of a question, for its own screen. */
export function wholeLines(view: View, asked: Asked, columns: number, theme: Theme): string[] {
  const width = columns - 2;
  const all = Number.POSITIVE_INFINITY;
  const { question } = asked;
  const title = ends(
    { text: titleOf(question), paint: (text) => theme.bold(theme.yellow(text)) },
    { text: `${question.name} asks · ${question.approval}`, paint: theme.dim },
    width,
  );
  const body = [...details(question, view, width, theme), '', ...subject(asked, width, all, theme)];
  return [title, ...body].map((line) => ` ${line}`.trimEnd());
}

function subject({ question, changes }: Asked, width: number, limit: number, theme: Theme): string[] {
  if (changes.length > 0) return diffs(changes, width, limit, theme);
  const lines = question.kind === 'command' ? commandLinesOf(question, width, theme) : plainLines(question, width);
  return limited(lines, Number.isFinite(limit) ? commandLines : limit, theme);
}

const plainLines = ({ summary }: Approval, width: number) =>
  clean(summary)
    .split('\n')
    .flatMap((line) => wrapText(line, width));

/** In the colours of its language. */
function commandLinesOf({ summary }: Approval, width: number, theme: Theme): string[] {
  const text = clean(summary);
  const spans = theme.code(text, 'bash') ?? text.split('\n').map((line) => [{ text: line }]);
  return spans
    .flatMap((line, at) => wrap([{ text: at === 0 ? '$ ' : '  ' }, ...line], width))
    .map((line) => paintAll(line).trimEnd());
}

function diffs(changes: readonly FileChange[], width: number, limit: number, theme: Theme): string[] {
  const lines = changes.flatMap((change) => [
    theme.bold(cut(changeTitle(change, theme), width)),
    ...diffLines(change, { width, theme, limit }).lines,
  ]);
  const all = changes.reduce((sum, { diff }) => sum + 1 + diff.trimEnd().split('\n').length, 0);
  return limited(lines, limit, theme, Math.max(lines.length, all));
}

function limited(lines: readonly string[], limit: number, theme: Theme, all = lines.length): string[] {
  if (lines.length <= limit && all <= limit) return [...lines];
  const shown = lines.slice(0, limit);
  return all > shown.length
    ? [...shown, theme.dim(`${theme.glyph.ellipsis} +${all - shown.length} lines (ctrl-a)`)]
    : shown;
}

function details({ cwd, because }: Approval, { userHome }: View, width: number, theme: Theme): string[] {
  const lines = [`in ${folder(cwd, userHome)}`, `because: ${oneLine(because)}`];
  return lines.flatMap((line) => wrapText(line, width)).map(theme.dim);
}

/** The last line under the choices: what else waits. */
export function questionHint({ session }: View): string {
  const others = (session?.view.questions.length ?? 1) - 1;
  const screens = (session?.viewers.length ?? 1) - 1;
  const parts = [
    others > 0 && `${others} more waiting (tab)`,
    screens > 0 && `also on ${plural(screens, 'other screen')}`,
    'ctrl-a whole',
    '↑↓ enter, a letter or a digit · esc ends the turn',
  ];
  return parts.filter((part) => part).join(' · ');
}

/** A question that must not take the focus: one line above the composer. */
export function questionBar(view: View, columns: number, theme: Theme): string | undefined {
  const questions = view.session?.view.questions ?? [];
  const first = questions[0];
  if (!first || openQuestion(view)) return undefined;
  const more = questions.length > 1 ? ` (+${questions.length - 1})` : '';
  const tail = `${more} · ctrl-x y to look`;
  const head = `! ${first.kind === 'patch' ? 'edit' : 'approve'}: ${oneLine(first.summary)}`;
  const line = `${cut(head, Math.max(8, columns - 2 - tail.length), theme.glyph.ellipsis)}${tail}`;
  return ` ${theme.bold(theme.yellow(cut(line, columns - 2, theme.glyph.ellipsis)))}`;
}
