import { expect, test } from 'vitest';
import type { PatchOp } from './patch.ts';
import { patchBroken, patchDone } from './patch-text.ts';

const ops: PatchOp[] = [
  { op: 'delete', path: 'gone.txt' },
  { op: 'update', path: 'old.txt', moveTo: 'moved.txt', chunks: [] },
  { op: 'add', path: 'new.txt', content: '' },
  { op: 'update', path: 'changed.txt', chunks: [] },
];

test('a patch that was done lists its files: added, changed, deleted', () => {
  expect(patchDone(ops, 0)).toBe(
    'Exit code: 0\nWall time: 0 seconds\nOutput:\nSuccess. Updated the following files:\nA new.txt\nM moved.txt\nM changed.txt\nD gone.txt\n',
  );
});

test.each([
  [49, '0'],
  [50, '0.1'],
  [1000, '1'],
  [1234, '1.2'],
])('%i ms are %s seconds', (ms, told) => {
  expect(patchDone(ops, ms).split('\n')[1]).toBe(`Wall time: ${told} seconds`);
});

test('a patch that broke off says where, why, and what stays', () => {
  expect(patchBroken('Failed to write file /a', 'No space left on device (os error 28)', [], 0)).toBe(
    'Exit code: 1\nWall time: 0 seconds\nOutput:\nFailed to write file /a\nNo space left on device (os error 28)\n',
  );
  expect(patchBroken('Failed to write file /a', 'why', ops.slice(0, 3), 0)).toMatch(
    /why\nAlready done and left so:\nA new.txt\nM moved.txt\nD gone.txt\n$/,
  );
});
