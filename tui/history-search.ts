/** ctrl-r: the earlier prompts that hold what is typed, one at a time, in the composer's place. Pure. */
import { type Editor, withText } from './editor.ts';
import type { View } from './view.ts';
import type { Search } from './view-parts.ts';

export const begun = (entries: readonly string[], query = ''): Search => ({ kind: 'search', query, entries, at: 0 });

export function matches({ query, entries }: Search): readonly string[] {
  if (query === '') return [];
  const wanted = query.toLowerCase();
  return entries.filter((entry) => entry.toLowerCase().includes(wanted));
}

export const shownMatch = (search: Search): string | undefined => matches(search)[search.at];

/** Another query begins with the newest again. */
export const typed = (search: Search, query: string): Search => ({ ...search, query, at: 0 });

/** Stays at the ends. */
export function moved(search: Search, by: 1 | -1): Search {
  const last = matches(search).length - 1;
  return { ...search, at: Math.max(0, Math.min(last, search.at + by)) };
}

/** What the composer shows: the match, with the cursor on what was searched; the draft while there is none. */
export function shownEditor({ editor, popup }: View): Editor {
  if (popup?.kind === 'backtrack') return { ...withText(editor, popup.messages[popup.at]!.text), cursor: 0 };
  if (popup?.kind !== 'search') return editor;
  const match = shownMatch(popup);
  if (match === undefined) return editor;
  const shown = withText(editor, match);
  const at = shown.text.toLowerCase().indexOf(popup.query.toLowerCase());
  return at < 0 ? shown : { ...shown, cursor: at };
}

export function searchHint(search: Search): string {
  const all = matches(search);
  const failing = search.query !== '' && all.length === 0;
  const place = all.length > 1 ? `  ${search.at + 1} of ${all.length}` : '';
  return `${failing ? 'failing ' : ''}reverse-i-search: ${search.query}${place}`;
}
