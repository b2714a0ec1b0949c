/** What happened since somebody last looked, in one line. Pure: the counts are those of the rows. */
import { costOf } from '../core/cost.ts';
import { modelInfo } from '../core/models.ts';
import type { Row } from '../core/rows.ts';
import { age, money, plural } from './words.ts';

/** Undefined when nothing happened that a person would want to hear of. */
export function newsText(rows: readonly Row[], ago: number, me: string, minus: string): string | undefined {
  const turns = rows.filter(({ kind }) => kind === 'turn.started').length;
  const calls = rows.filter(({ kind }) => kind === 'call').length;
  const answers = rows.flatMap((row) =>
    row.kind === 'answered' && row.body.by && row.body.by !== me ? [row.body] : [],
  );
  const ended = rows.some(({ kind }) => kind === 'turn.ended');
  const said = rows.some(({ kind }) => kind === 'assistant');
  if (turns + calls === 0 && !ended && !said && answers.length === 0) return undefined;
  const parts = [
    turns > 0 && plural(turns, 'turn'),
    calls > 0 && plural(calls, 'call'),
    filesText(rows, minus),
    costText(rows),
    ...answers.map(({ by, choice }) => `${by} ${choice === 'no' || choice === 'abort' ? 'declined' : 'approved'}`),
  ].filter((part) => part);
  return `since you left ${age(ago)} ago${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`;
}

function filesText(rows: readonly Row[], minus: string): string | undefined {
  const done = new Set(
    rows.flatMap((row) => (row.kind === 'output' && row.body.status === 'done' ? [row.body.call] : [])),
  );
  const changes = rows.flatMap((row) => (row.kind === 'patch' && done.has(row.body.call) ? row.body.changes : []));
  if (changes.length === 0) return undefined;
  const sum = (of: 'added' | 'removed') => changes.reduce((all, change) => all + change[of], 0);
  return `${plural(new Set(changes.map(({ path }) => path)).size, 'file')} +${sum('added')} ${minus}${sum('removed')}`;
}

/** Only what is known: a price that is not is no zero. */
function costText(rows: readonly Row[]): string | undefined {
  const costs = rows.flatMap((row) =>
    row.kind === 'usage' ? [costOf(row.body.usage, modelInfo(row.body.model).prices)] : [],
  );
  const known = costs.flatMap((cost) => (cost === undefined ? [] : [cost]));
  const sum = known.reduce((all, cost) => all + cost, 0);
  return sum >= 0.005 ? money(sum) : undefined;
}
