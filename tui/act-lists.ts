/** Which sessions the start screen lists. Pure. */
import type { SessionInfo } from '../ipc/messages.ts';
import { childrenOf, ordered, urgent } from './agents-order.ts';
import type { View } from './view.ts';

const stripRows = 5;

/** Those of this folder: what needs a person, then what works, then news, then the newest. */
export const here = ({ sessions, cwd }: Pick<View, 'sessions' | 'cwd'>): readonly SessionInfo[] =>
  ordered(tops(sessions).filter((session) => session.cwd === cwd && !session.archived)).slice(0, stripRows);

/** Sessions that are nobody's agents, each as urgent as what is below it. */
export function tops(sessions: readonly SessionInfo[]): readonly SessionInfo[] {
  const ids = new Set(sessions.map(({ id }) => id));
  return sessions
    .filter(({ parent }) => parent === undefined || !ids.has(parent))
    .map((session) => urgent(session, childrenOf(sessions, session.id)));
}
