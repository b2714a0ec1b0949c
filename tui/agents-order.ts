/** Sessions in the order in which they want a person, in groups with a heading. Pure. */
import type { SessionInfo, StateName } from '../ipc/messages.ts';

export const groups: readonly { readonly title: string; readonly states: readonly StateName[] }[] = [
  { title: 'NEEDS YOU', states: ['needs you', 'quarantined', 'disk full', 'waiting for Temporal'] },
  { title: 'WORKING', states: ['thinking', 'acting', 'stopping'] },
  { title: 'PARKED', states: ['parked'] },
  { title: 'DONE', states: ['done unread', 'done', 'failed'] },
  { title: 'ASLEEP', states: ['idle', 'asleep', 'stopped'] },
];

export const groupOf = ({ state }: SessionInfo): number => groups.findIndex(({ states }) => states.includes(state));

/** Grouped; unread before read, then the newest. */
export const ordered = (sessions: readonly SessionInfo[]): readonly SessionInfo[] =>
  [...sessions].sort((a, b) => groupOf(a) - groupOf(b) || unread(a) - unread(b) || b.updated - a.updated);

const unread = ({ state }: SessionInfo) => (state === 'done unread' ? 0 : 1);
