/** A first message while another session works in the same folder: asked once, in one line above the composer. */
import type { SessionInfo } from '../ipc/messages.ts';
import type { ActDeps } from './act-deps.ts';
import { cut } from './text.ts';
import type { Theme } from './theme.ts';
import type { View } from './view.ts';

const works: readonly SessionInfo['state'][] = ['thinking', 'acting', 'stopping', 'needs you'];

/** The one that works here, the newest first. */
export const workingHere = ({ sessions, cwd, screen }: View): SessionInfo | undefined =>
  screen === 'start'
    ? [...sessions]
        .sort((a, b) => b.updated - a.updated)
        .find((session) => session.cwd === cwd && works.includes(session.state))
    : undefined;

/** True when the message has to wait for a second Enter. */
export function warnOnce({ desk, store }: ActDeps): boolean {
  const view = store.get();
  const other = workingHere(view);
  if (!other || view.board.warned !== null) return false;
  desk.board.set({ warned: { id: other.id, name: other.name, text: view.editor.text } });
  return true;
}

/** The warning while it stands: for the text it was given for, before anything else was typed. */
export const standing = ({ screen, editor, board: { warned } }: View) =>
  screen === 'start' && warned !== null && warned.text === editor.text && editor.text !== '' ? warned : undefined;

export function sameTreeLine(view: View, columns: number, theme: Theme): string[] {
  const warned = standing(view);
  if (!warned) return [];
  const text = `${warned.name} is editing this tree: ↵ go on · ↑ join ${warned.name}`;
  return [` ${theme.yellow(cut(text, columns - 2, theme.glyph.ellipsis))}`];
}

/** ↑ goes to the one that works here; the words are in its composer. */
export function joinsOther({ desk, store }: ActDeps, action: string | undefined): boolean {
  const warned = standing(store.get());
  if (!warned || action !== 'previous') return false;
  desk.board.set({ warned: null });
  void desk.opening.show(warned.id);
  return true;
}
