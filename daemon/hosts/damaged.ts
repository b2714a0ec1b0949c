/** A log that cannot be opened: why, in words for people, and what can still be seen of its session. */
import { emptyTree } from '../../actors/tree.ts';
import type { SessionId } from '../../core/ids.ts';
import { foldMeta } from '../../core/meta.ts';
import { HostError, type SessionState } from './host.ts';
import { DamagedLog, NewerLog, readLog, UnbornLog } from './log-read.ts';
import { diskFull, quarantine, refusal } from './trouble.ts';

export interface Damaged {
  readonly error: Error;
  /** Of a session that is there and cannot be used. */
  readonly state?: SessionState;
}

const noRoom = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO']);

export async function readable(home: string, session: SessionId, cause: unknown): Promise<Damaged> {
  if (cause instanceof UnbornLog || (cause as NodeJS.ErrnoException).code === 'ENOENT')
    return { error: new HostError('no-session', `there is no session ${session}`, 'tcx ls --all', { cause }) };
  if (noRoom.has((cause as NodeJS.ErrnoException).code ?? ''))
    return { error: refusal(diskFull(session, cause as Error)) };
  if (!(cause instanceof DamagedLog || cause instanceof NewerLog)) return { error: cause as Error };
  const newer = cause instanceof NewerLog;
  const { fix } = quarantine(session, '');
  const trouble = newer
    ? { kind: 'quarantined' as const, why: cause.message, fix: 'install the newer tcx' }
    : { kind: 'quarantined' as const, why: `${cause.message}; the rows before it can be read`, fix };
  const error = new HostError(newer ? 'too-new' : 'quarantined', trouble.why, trouble.fix, { cause });
  const rows = newer ? [] : await readLog(home, session, 0, Number.MAX_SAFE_INTEGER).catch(() => []);
  const tree = { ...emptyTree(session), seq: rows.at(-1)?.seq ?? 0 };
  return { error, state: { session, tree, meta: { ...foldMeta(undefined, rows), parked: null }, trouble } };
}
