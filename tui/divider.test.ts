import { expect, test } from 'vitest';
import type { Row } from '../core/rows.ts';
import { newsText } from './divider.ts';

const row = (seq: number, kind: string, body: object) => ({ seq, at: 0, kind, body }) as Row;
const change = { path: 'a.ts', kind: 'update', added: 2, removed: 1, diff: '' };

test('counts what happened, only of what was really done', () => {
  const rows = [
    row(1, 'turn.started', { turn: 1 }),
    row(2, 'call', { call: 1 }),
    row(3, 'patch', { call: 1, changes: [change] }),
    row(4, 'answered', { call: 1, choice: 'once', by: 'kim' }),
    row(5, 'output', { call: 1, status: 'done' }),
    row(6, 'call', { call: 2 }),
    row(7, 'patch', { call: 2, changes: [{ ...change, path: 'b.ts' }] }),
    row(8, 'output', { call: 2, status: 'declined' }),
    row(9, 'usage', { model: 'gpt-5', usage: { input: 1_000_000, cached: 0, cacheWrite: 0, output: 0, reasoning: 0 } }),
    row(10, 'turn.ended', { turn: 1 }),
  ];
  expect(newsText(rows, 47 * 60_000, 'me', '−')).toBe(
    'since you left 47m ago: 1 turn, 2 calls, 1 file +2 −1, $1.25, kim approved',
  );
});

test('nothing of interest is no news', () => {
  expect(newsText([row(1, 'renamed', { name: 'x' })], 1000, 'me', '−')).toBeUndefined();
});
