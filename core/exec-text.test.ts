import { expect, test } from 'vitest';
import { execText, interruptedExec, interruptedTool } from './exec-text.ts';

const head = { chunk: 'c57c85', wallMs: 67.1, read: 6, tokens: 2 };

test('a command that ended tells its exit code', () => {
  expect(execText({ ...head, code: 3 }, 'a\nb\n')).toBe(
    'Chunk ID: c57c85\nWall time: 0.0671 seconds\nProcess exited with code 3\nOriginal token count: 2\nOutput:\na\nb\n',
  );
});

test('a command that runs on tells the session to write to', () => {
  expect(execText({ ...head, session: 96010, tokens: 0 }, '')).toBe(
    'Chunk ID: c57c85\nWall time: 0.0671 seconds\nProcess running with session ID 96010\nOriginal token count: 0\nOutput:\n',
  );
});

test('one line says how it stands, and an end outweighs a session', () => {
  expect(execText({ ...head, code: 0, session: 1000 }, '').match(/^Process .*$/gm)).toEqual([
    'Process exited with code 0',
  ]);
});

test.each([
  [0, '0.1'],
  [49, '0.1'],
  [1234, '1.2'],
  [61_000, '61.0'],
])('an interruption after %i ms is told as %s s', (ms, told) => {
  expect(interruptedExec(ms)).toBe(`Wall time: ${told} seconds\naborted by user`);
  expect(interruptedTool(ms)).toBe(`aborted by user after ${told}s`);
});
