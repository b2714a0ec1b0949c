/** `tcx doctor session S`: is its log whole, and can it go on? */
import type { SessionId } from '../../core/ids.ts';
import type { Check } from '../../ipc/messages.ts';
import type { Host } from '../hosts/host.ts';
import { readLog } from '../hosts/log-read.ts';
import { amiss, check, type Found, ok } from './check.ts';

export const checkSession = async (home: string, host: Host, session: SessionId): Promise<readonly Check[]> => [
  await check('session', 'state', () => look(home, host, session)),
];

async function look(home: string, host: Host, session: SessionId): Promise<Found> {
  const rows = await readLog(home, session, 0, Number.MAX_SAFE_INTEGER);
  const holes = rows.filter((row, at) => at > 0 && row.seq !== rows[at - 1]!.seq + 1).length;
  const trouble = await host.state(session).then(
    (state) => state.trouble,
    (error: Error) => ({ why: error.message, fix: 'the rows before the damage can be read: tcx log' }),
  );
  const details = { session, rows: String(rows.length), holes: String(holes) };
  if (trouble) return amiss('fail', trouble.why, trouble.fix, details);
  if (holes > 0)
    return amiss('fail', `${holes} rows are missing`, `tcx log ${session} --json shows what is there`, details);
  return ok(`${rows.length} rows, none missing`, details);
}
