import { expect, test } from 'vitest';
import type { Row } from '../core/rows.ts';
import { lastTurn, suggestion } from './suggest.ts';

test.each([
  ['run the tests', 'run the tests'],
  [' "run the tests"\n', 'run the tests'],
  ['NONE', undefined],
  ['None.', undefined],
  ['', undefined],
  ['two\nlines', undefined],
  ['x'.repeat(101), undefined],
])('%j: %j', (answer, shown) => expect(suggestion(answer)).toBe(shown));

test('the request knows the last message, the tools it led to, and the last answer, each cut', () => {
  const rows = [
    { kind: 'user', body: { turn: 1, text: 'older' } },
    { kind: 'user', body: { turn: 2, text: `fix ${'x'.repeat(300)}` } },
    { kind: 'call', body: { call: 1, name: 'exec_command' } },
    { kind: 'call', body: { call: 2, name: 'apply_patch' } },
    { kind: 'output', body: { call: 1, status: 'failed' } },
    { kind: 'output', body: { call: 2, status: 'done' } },
    { kind: 'assistant', body: { text: 'y'.repeat(600) } },
  ].map((row, at) => ({ seq: at + 1, at: 0, ...row })) as unknown as Row[];
  expect(lastTurn(rows)).toBe(
    `User: fix ${'x'.repeat(196)}\nTools called: exec_command (failed), apply_patch\nAssistant: ${'y'.repeat(500)}`,
  );
});
