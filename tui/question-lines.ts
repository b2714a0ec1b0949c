/** An open question: in the composer's place, or as a bar above it. Pure. */
import type { Approval } from '../ipc/messages.ts';
import { clean, cut, ends, oneLine, wrapText } from './text.ts';
import type { Theme } from './theme.ts';
import { openQuestion, type View } from './view.ts';
import { age, folder, plural } from './words.ts';

/** The command or the files may be long; the transcript above has the whole of a patch. */
const summaryLines = 4;

export function questionPanel(view: View, columns: number, theme: Theme): string[] | undefined {
  const question = openQuestion(view);
  if (!question) return undefined;
  const width = columns - 2;
  const title = ends(
    { text: `! ${question.kind === 'patch' ? 'Edit' : 'Approve'}?`, paint: (text) => theme.bold(theme.yellow(text)) },
    { text: `${question.name} asks · ${age(view.now - question.since)} · ${question.approval}`, paint: theme.dim },
    width,
  );
  const body = [...subject(question, width - 2, theme), ...details(question, view, width - 2, theme)];
  const choices = question.choices.map(({ label, key }, at) => {
    const marked = at === view.choice;
    const text = `${marked ? theme.glyph.prompt : ' '} ${at + 1}  ${label}`;
    return ends({ text, ...(marked && { paint: theme.bold }) }, { text: key, paint: theme.dim }, width);
  });
  return ['', title, ...body.map((line) => `  ${line}`), '', ...choices].map((line) => ` ${line}`.trimEnd());
}

function subject({ kind, summary }: Approval, width: number, theme: Theme): string[] {
  const text = kind === 'command' ? `$ ${clean(summary)}` : clean(summary);
  const lines = text.split('\n').flatMap((line) => wrapText(line, width));
  const shown = lines.slice(0, summaryLines);
  if (lines.length > shown.length)
    shown.push(theme.dim(`${theme.glyph.ellipsis} +${lines.length - shown.length} lines`));
  return shown;
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
