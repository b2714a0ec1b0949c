/** What stands over the composer: messages that wait, who types, the list of what a half-typed name may mean. Pure. */
import { completionOf } from './completion.ts';
import { cut, ends, oneLine } from './text.ts';
import type { Theme } from './theme.ts';
import type { View } from './view.ts';

const previewLines = 3;
const listLines = 8;

export function previewOf(view: View, columns: number, theme: Theme): string[] {
  const { session } = view;
  const pending = session?.view.pending ?? [];
  const words = (mode: string) => (mode === 'steer' ? 'steer' : session?.view.held ? 'held' : 'next');
  const lines = pending
    .slice(-previewLines)
    .map(({ text, mode }) => `${theme.glyph.next} ${words(mode)}: ${oneLine(text)}`);
  const more =
    pending.length > lines.length ? [`  ${theme.glyph.ellipsis} ${pending.length - lines.length} before`] : [];
  const editable = pending.some(({ mode }) => mode === 'queue');
  return [...more, ...lines].map((line, at, all) => {
    const last = at === all.length - 1 && editable;
    return ` ${ends({ text: cut(line, columns - (last ? 20 : 2)), paint: theme.dim }, { text: last ? view.keys.hint('chat', 'edit_queued_message', 'to edit') : '', paint: theme.dim }, columns - 2)}`;
  });
}

export function typingOf({ session }: View, columns: number, theme: Theme): string | undefined {
  const names =
    session?.viewers
      .filter(({ typing, client }) => typing && client !== session.client)
      .map(({ label }) => oneLine(label)) ?? [];
  if (names.length === 0) return undefined;
  return ` ${theme.magenta(cut(`${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} typing${theme.glyph.ellipsis}`, columns - 2))}`;
}

/** The list over the composer, the marked row among those around it. */
export function completionLines(view: View, columns: number, theme: Theme): string[] {
  const completion = completionOf(view);
  if (!completion) return [];
  const rows =
    completion.kind === 'commands'
      ? completion.rows.map(({ name, args, help }) => `${`/${name}${args ? ` ${args}` : ''}`.padEnd(20)} ${help}`)
      : completion.rows;
  if (rows.length === 0) return [` ${theme.dim(completion.kind === 'files' ? fileWords(view, completion) : '')}`];
  const height = Math.min(listLines, Math.max(1, Math.floor(view.size.rows / 3)));
  const choice = Math.min(view.choice, rows.length - 1);
  const from = Math.max(0, Math.min(choice - Math.floor(height / 2), rows.length - height));
  return rows.slice(from, from + height).map((row, at) => {
    const marked = from + at === choice;
    const line = cut(`${marked ? theme.glyph.prompt : ' '} ${row}`, columns - 2);
    return ` ${marked ? theme.bold(line) : theme.dim(line)}`;
  });
}

const fileWords = ({ found }: View, { waiting }: { readonly waiting: boolean }) =>
  waiting || !found?.complete ? '  looking…' : '  no file has these letters';
