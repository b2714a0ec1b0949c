/** Keys of the screens that are lists: the first start, the strip of sessions, the agents. */
import type { ActDeps } from './act-deps.ts';
import { here } from './act-lists.ts';
import { agentsKey } from './agents-keys.ts';
import { firstKey } from './first-keys.ts';
import type { Key } from './inputs.ts';
import type { View } from './view.ts';

/** `composer`: the key is for the composer below the list. */
export function listKey(deps: ActDeps, view: View, key: Key): 'composer' | undefined {
  if (view.screen === 'start') return stripKey(deps, view, key);
  if (view.screen === 'first') firstKey(deps, view, key);
  else agentsKey(deps, view, key);
  return undefined;
}

const to = (deps: ActDeps, row: number) => deps.store.update((view) => ({ ...view, row }));

function stripKey(deps: ActDeps, view: View, { name }: Key): 'composer' | undefined {
  const rows = here(view);
  if (name === 'up') return void to(deps, Math.max(0, view.row - 1));
  if (name === 'down') return void to(deps, view.row + 1 < rows.length ? view.row + 1 : -1);
  if (name === 'esc') return void to(deps, -1);
  const chosen = rows[view.row];
  if (name === 'enter' && chosen) return void deps.desk.opening.show(chosen.id);
  to(deps, -1);
  return 'composer';
}
