/** What stands over the composer: messages that wait, who types, the commands that a half-typed name may mean. Pure. */
import { slashMatches } from './slash.ts';
import { cut, ends, oneLine } from './text.ts';
import type { Theme } from './theme.ts';
import type { View } from './view.ts';

const previewLines = 3;
const slashLines = 8;

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

export function slashOf(view: View, columns: number, theme: Theme): string[] {
  const matches = slashMatches(view.editor.text);
  const from = Math.max(0, Math.min(view.choice - Math.floor(slashLines / 2), matches.length - slashLines));
  return matches
    .slice(from, from + Math.min(slashLines, Math.max(1, Math.floor(view.size.rows / 3))))
    .map(({ name, args, help }, at) => {
      const marked = from + at === view.choice;
      const line = cut(
        `${marked ? theme.glyph.prompt : ' '} ${`/${name}${args ? ` ${args}` : ''}`.padEnd(20)} ${help}`,
        columns - 2,
      );
      return ` ${marked ? theme.bold(line) : theme.dim(line)}`;
    });
}
