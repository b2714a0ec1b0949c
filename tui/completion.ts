/** The list over the composer: commands while a `/name` is typed, files while an `@path` is. Pure. */
import type { Editor } from './editor.ts';
import { type KnownSlash, needsWords, slashMatches } from './slash.ts';
import type { View } from './view.ts';

export type Completion =
  | { readonly kind: 'commands'; readonly from: number; readonly rows: readonly KnownSlash[] }
  | {
      readonly kind: 'files';
      /** Where the `@` stands. */
      readonly from: number;
      readonly typed: string;
      readonly rows: readonly string[];
      /** Nothing was answered yet for what is typed. */
      readonly waiting: boolean;
    };

/** The `@` before the cursor whose word is being typed. */
export function mentionAt({ text, cursor }: Editor): { from: number; typed: string } | undefined {
  const found = /(?:^|\s)@("[^"\n]*|[^\s"@]*)$/.exec(text.slice(Math.max(0, cursor - mentionLimit), cursor));
  if (!found) return undefined;
  const typed = found[1]!;
  return { from: cursor - typed.length - 1, typed: typed.replace(/^"/, '') };
}

/** No path that somebody types is longer. */
const mentionLimit = 1000;

export function completionOf({ editor, dismissed, found, popup }: View): Completion | undefined {
  if (popup && popup.kind !== 'leader') return undefined;
  if (dismissed !== 0) {
    const rows = slashMatches(editor.text);
    if (rows.length > 0) return { kind: 'commands', from: 0, rows };
  }
  const mention = mentionAt(editor);
  if (!mention || mention.from === dismissed) return undefined;
  const waiting = found?.typed !== mention.typed;
  return { kind: 'files', ...mention, rows: found?.rows ?? [], waiting };
}

/** The text with the chosen row in place of what was typed. */
export function completed(editor: Editor, completion: Completion, choice: number): Editor {
  if (completion.kind === 'commands') {
    const command = completion.rows[choice]!;
    const text = `/${command.name}${command.args ? ' ' : ''}`;
    return { ...editor, text, cursor: text.length };
  }
  const path = completion.rows[choice]!;
  const word = `${/[\s"]/.test(path) ? `"${path.replaceAll('"', '\\"')}"` : path} `;
  const after = editor.text.slice(editor.cursor);
  const text = editor.text.slice(0, completion.from) + word + after.replace(/^ /, '');
  return { ...editor, text, cursor: completion.from + word.length, last: 'other' };
}

/** Enter on a row runs a command at once, unless it wants words. */
export const runs = (completion: Completion, choice: number): KnownSlash | undefined => {
  if (completion.kind === 'files') return undefined;
  const command = completion.rows[choice];
  return command && !needsWords(command) ? command : undefined;
};
