/** `npm run bench`: takes every figure in one run and holds it against its budget. `--only ID,…` takes some of them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Figure } from './figure.ts';
import { diskBytes, firstBody, turnBytes } from './figures/bytes.ts';
import { idleCpu, idleMemory } from './figures/idle.ts';
import { longSession } from './figures/long.ts';
import { firstRequest, lastByte, ps } from './figures/start.ts';
import { flatSteps, toolStep } from './figures/steps.ts';
import { streamCpu, streamWall } from './figures/stream.ts';

const figures: readonly Figure[] = [
  ps,
  firstRequest,
  lastByte,
  toolStep,
  flatSteps,
  longSession,
  streamWall,
  streamCpu,
  turnBytes,
  firstBody,
  diskBytes,
  idleMemory,
  idleCpu,
];
const budgets = JSON.parse(readFileSync(join(import.meta.dirname, 'baselines.json'), 'utf8')) as Record<string, number>;

const { values } = parseArgs({ options: { only: { type: 'string' }, json: { type: 'boolean' } } });
const wanted = values.only?.split(',');
let over = 0;
for (const figure of figures) {
  if (wanted && !wanted.includes(figure.id)) continue;
  const budget = budgets[figure.id];
  if (budget === undefined) throw new Error(`baselines.json has no budget for ${figure.id}`);
  const { value, detail } = await figure.take();
  const keeps = value <= budget;
  if (!keeps) over++;
  if (values.json)
    console.log(JSON.stringify({ id: figure.id, what: figure.what, value, unit: figure.unit, budget, keeps, detail }));
  else
    console.log(
      `${keeps ? 'ok  ' : 'OVER'} ${value.toFixed(2).padStart(8)} ${figure.unit.padEnd(2)} ≤ ${String(budget).padEnd(5)} ${figure.what} (${detail})`,
    );
}
process.exit(over > 0 ? 1 : 0);
