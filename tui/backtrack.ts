/** Going back to an earlier message: which there are, and where the conversation is cut before one. Pure. */
import type { Row, RowOf } from '../core/rows.ts';
import type { ImageAsk } from '../ipc/protocol.ts';
import { imagesOf } from './images.ts';

export interface Message {
  readonly seq: number;
  readonly text: string;
  readonly images: readonly ImageAsk[];
  /** The last row that stays. */
  readonly to: number;
}

export interface Backtrack {
  readonly kind: 'backtrack';
  /** Newest first. */
  readonly messages: readonly Message[];
  readonly at: number;
}

/** The messages that count, newest first; one that began a turn is cut together with what the turn began with. */
export function messagesOf(rows: readonly Row[]): readonly Message[] {
  const current = counting(rows);
  return current
    .flatMap((row, at) => (row.kind === 'user' ? [messageOf(row, current, at)] : []))
    .filter(({ to }) => to > 0)
    .reverse();
}

function counting(rows: readonly Row[]): readonly Row[] {
  let kept: Row[] = [];
  for (const row of rows) {
    if (row.kind === 'head') kept = kept.filter(({ seq }) => seq <= row.body.to);
    else kept.push(row);
  }
  return kept;
}

function messageOf(row: RowOf<'user'>, rows: readonly Row[], at: number): Message {
  const { text, images } = row.body;
  let first = at;
  while (first > 0 && ['turn.started', 'context'].includes(rows[first - 1]!.kind)) first--;
  return { seq: row.seq, text, images: imagesOf(images), to: rows[first]!.seq - 1 };
}
