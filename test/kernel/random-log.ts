/** Rows that no session would write: orphans, doubles, unknown kinds, rewinds and compactions to anywhere. */
import { createHash } from 'node:crypto';
import { noUsage, type Row, type RowKind } from '../../core/rows.ts';
import type { Die } from './walk.ts';

const kinds: readonly (RowKind | 'hologram')[] = [
  'user',
  'context',
  'assistant',
  'reasoning',
  'call',
  'call',
  'call',
  'output',
  'output',
  'output',
  'head',
  'compaction',
  'usage',
  'note',
  'turn.started',
  'turn.ended',
  'hologram',
];

/** Pictures of a log: what they are of lies in the blobs, or does not any more. */
const picture = (dice: Die) => ({
  blob: `blob:${dice.pick([keptPicture, '0'.repeat(64)])}`,
  type: dice.pick(['image/png', 'image/webp']),
});
/** The SHA-256 of `a picture`. */
export const keptPicture = createHash('sha256').update('a picture').digest('hex');

export function randomLog(dice: Die): Row[] {
  const rows: Row[] = [];
  const length = 5 + dice.roll(60);
  for (let seq = 1; seq <= length; seq++) {
    const at = { turn: 1 + dice.roll(3), step: 1 + dice.roll(3) };
    const bodies: Record<string, object> = {
      user: { turn: at.turn, text: `u${seq}`, ...(dice.chance(0.2) && { images: [picture(dice), picture(dice)] }) },
      context: { part: 'p', role: dice.pick(['user', 'developer']), text: `x${seq}` },
      assistant: { ...at, text: `a${seq}` },
      reasoning: { ...at, text: `r${seq}` },
      call: {
        ...at,
        call: 1 + dice.roll(12),
        name: dice.pick(['exec_command', 'apply_patch']),
        form: dice.pick(['function', 'custom']),
        args: '{}',
        ref: dice.pick(['', 'call_0', 'call_1', 'call_c3', `r${seq}`]),
      },
      output: {
        call: 1 + dice.roll(14),
        status: 'done',
        text: `o${seq}`,
        tookMs: 0,
        ...(dice.chance(0.3) && { exec: { chunk: 'a', wallMs: 1, code: 0, read: 1, tokens: 1 } }),
      },
      head: { to: dice.roll(seq + 3) },
      compaction: { to: dice.roll(seq), summary: `s${seq}` },
      usage: { ...at, model: 'm', usage: noUsage },
      note: { level: 'info', text: 'n' },
      'turn.started': { turn: at.turn },
      'turn.ended': { turn: at.turn, status: 'completed', tookMs: 1 },
      hologram: { call: 1 },
    };
    // Rewinds and compactions are rare, or hardly anything would be left to look at.
    const kind = dice.pick(kinds);
    const rare = (kind === 'head' || kind === 'compaction') && dice.chance(0.7);
    rows.push({ seq, at: seq, kind: rare ? 'user' : kind, body: bodies[rare ? 'user' : kind] } as unknown as Row);
  }
  return rows;
}
