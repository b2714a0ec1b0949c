/** The bench itself: every figure has its budget, one over it fails, and what is no time comes out the same twice. No time is judged here. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { figures } from '../bench/figures.ts';
import { node, root } from './daemon.ts';
import { verifies } from './verifies.ts';

const budgets = JSON.parse(readFileSync(join(root, 'bench', 'baselines.json'), 'utf8')) as Record<string, number>;

async function bench(...args: string[]) {
  const child = spawn(node, [join(root, 'bench', 'main.ts'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: code as number | null, out, err };
}

const lines = (out: string) =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; value: number; keeps: boolean });

test('every figure has a budget, and every budget a figure', () => {
  expect(Object.keys(budgets).sort()).toEqual(figures.map(({ id }) => id).sort());
  for (const budget of Object.values(budgets)) expect(budget).toBeGreaterThanOrEqual(0);
});

test('an unknown figure is exit 2 and nothing is measured', async () => {
  const { code, out, err } = await bench('--only', 'ps,speed');
  expect([code, out, err]).toEqual([2, '', expect.stringContaining('there is no figure speed')]);
});

verifies(
  '12.17',
  'what is sent to a model keeps its budgets, the same bytes each time; over one it is exit 1',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tcx-bench-'));
    try {
      const strict = join(folder, 'budgets.json');
      writeFileSync(strict, JSON.stringify({ ...budgets, 'first-body': 1 }));
      const only = ['--only', 'turn-bytes,first-body', '--json'];
      const [kept, over] = await Promise.all([bench(...only), bench(...only, '--budgets', strict)]);
      expect([kept.code, over.code], kept.err + over.err).toEqual([0, 1]);
      expect(lines(kept.out)).toEqual([
        {
          id: 'turn-bytes',
          what: expect.any(String),
          value: expect.any(Number),
          unit: 'kB',
          budget: budgets['turn-bytes'],
          keeps: true,
          detail: expect.stringMatching(/^\d+ bytes in 21 requests$/),
        },
        expect.objectContaining({ id: 'first-body', unit: 'kB', budget: budgets['first-body'], keeps: true }),
      ]);
      expect(lines(over.out).map(({ keeps }) => keeps)).toEqual([true, false]);
      expect(lines(over.out).map(({ value }) => value)).toEqual(lines(kept.out).map(({ value }) => value));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
