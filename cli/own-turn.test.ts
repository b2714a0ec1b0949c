/** The rows of the turn that a prompt began, picked out of all others. */
import { expect, test } from 'vitest';
import { type Draft, draft, type Row } from '../core/rows.ts';
import { OwnTurn } from './own-turn.ts';

const numbered = (drafts: readonly Draft[]) => drafts.map((each, at) => ({ ...each, seq: at + 1, at: 0 }) as Row);
const started = (turn: number) => draft('turn.started', { turn });
const user = (turn: number, key: string) => draft('user', { turn, text: key, key });
const ended = (turn: number) => draft('turn.ended', { turn, status: 'completed', tookMs: 1 });
const kinds = (rows: readonly Row[]) => rows.map(({ kind, seq }) => `${kind} ${seq}`);

test('a new session: warnings, then the turn to its end and no further', () => {
  const turn = new OwnTurn('mine', true);
  const note = draft('note', { level: 'warning', text: 'old key' });
  const seen = turn.take(numbered([note, started(1), user(1, 'mine'), ended(1), started(2), user(2, 'other')]));
  expect(kinds(seen.rows)).toEqual(['note 1', 'turn.started 2', 'user 3', 'turn.ended 4']);
  expect(seen.ended).toBe('completed');
  expect(turn.take(numbered([started(3), user(3, 'other'), ended(3)]))).toEqual({ rows: [], parked: false });
});

test('beside a turn that runs, only its own; rows may come one at a time', () => {
  const turn = new OwnTurn('mine', false);
  const queued = draft('queued', { n: 4, mode: 'queue', text: 'x', key: 'mine' });
  const rows = numbered([started(1), user(1, 'other'), queued, ended(1), started(2), user(2, 'mine'), ended(2)]);
  const seen = rows.map((row) => turn.take([row]));
  expect(seen.flatMap((each) => kinds(each.rows))).toEqual(['turn.started 5', 'user 6', 'turn.ended 7']);
  expect(seen.map((each) => each.ended).filter(Boolean)).toEqual(['completed']);
  expect(turn.number).toBe(2);
});

test('a prompt that is taken back, or a session that is stopped, is lost', () => {
  const queued = draft('queued', { n: 4, mode: 'queue', text: 'x', key: 'mine' });
  const gone = draft('unqueued', { n: 4, why: 'deleted', text: 'x', by: 'kim' });
  expect(new OwnTurn('mine', false).take(numbered([queued, gone])).lost).toBe(
    'the prompt was taken back by kim before its turn',
  );
  expect(new OwnTurn('mine', false).take(numbered([queued, draft('stopped', {})])).lost).toBe(
    'the session was stopped before the turn',
  );
});

test('it waits only while nothing has let it go on', () => {
  const turn = new OwnTurn('mine', true);
  const parked = draft('turn.parked', { turn: 1, why: 'needs a key' });
  expect(turn.take(numbered([started(1), user(1, 'mine'), parked])).parked).toBe(true);
  expect(turn.take(numbered([parked, draft('turn.resumed', { turn: 1 })])).parked).toBe(false);
});
