/** Which sessions the start screen lists. Pure. */
import type { SessionInfo } from '../ipc/messages.ts';
import { ordered } from './agents-order.ts';
import type { View } from './view.ts';

const stripRows = 5;

/** Those of this folder: what needs a person, then what works, then news, then the newest. */
export const here = ({ sessions, cwd }: Pick<View, 'sessions' | 'cwd'>): readonly SessionInfo[] =>
  ordered(sessions.filter((session) => session.cwd === cwd && !session.archived)).slice(0, stripRows);
