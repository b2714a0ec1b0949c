/** Keys of somebody who only watches: to look around, and to leave. */
import type { ActDeps } from './act-deps.ts';
import type { Key } from './inputs.ts';
import { scrollBy, scrollKey } from './scrolling.ts';

export function watcherKey(deps: ActDeps, { name }: Key) {
  if (scrollKey(deps, name)) return;
  const { keys } = deps.store.get();
  const composer = keys.action('composer', name);
  if (composer === 'previous' || composer === 'next') return scrollBy(deps, composer === 'previous' ? -1 : 1);
  const empty = keys.action('empty', name);
  if (empty === 'detach') void deps.desk.leave();
  if (empty === 'open_agents') deps.desk.lists.showAgents();
}
