/**
 * The bench. `npm run bench` measures what tcx costs and how fast it is, and holds each figure against its budget in
 * `baselines.json`; over one of them it ends with 1. Nearly all figures are ratios to something bare measured in the same run
 * (a Node that does nothing, a shell that runs `true`, a loop that reads the same stream, the same thing in a small session),
 * taken in turn with it and as medians, so that a slow or busy machine falls on both. The model is a scripted server on
 * loopback; the daemon, its home on a disk and the terminal are real. Budgets are moved by hand, never to what was measured.
 * `--peers` measures other agents beside tcx in the same way; nothing there has a budget.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cleanUp } from './cleanup.ts';
import type { Figure } from './figure.ts';
import { figures } from './figures.ts';
import { compare } from './peers/compare.ts';
import { rowIds } from './peers/races.ts';
import { comparisonJson, comparisonTable, figureJson, figureLine, help, type Judged, sentence } from './report.ts';

const out = (line: string) => process.stdout.write(`${line}\n`);
const say = (line: string) => process.stderr.write(`${line}\n`);
const usage = 2;
const interrupted = 130;

type Budgets = Readonly<Record<string, number>>;
const usual = join(import.meta.dirname, 'baselines.json');

interface Asked {
  readonly only: readonly string[] | undefined;
  readonly json: boolean;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
      peers: { type: 'boolean', default: false },
      into: { type: 'string' },
      budgets: { type: 'string', default: usual },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const ids = figures.map(({ id }) => id);
  if (values.help) {
    process.stdout.write(help(ids));
    return 0;
  }
  const only = values.only?.split(',');
  const unknown = only?.filter((id) => !(values.peers ? rowIds : ids).includes(id)) ?? [];
  if (unknown.length > 0) return refuse(`there is no figure ${unknown.join(', ')}`);
  if (process.platform !== 'linux') return refuse('the bench reads /proc, which is there on Linux only');
  warnOfLoad();
  const asked = { only, json: values.json };
  return values.peers
    ? showPeers(asked, values.into)
    : showFigures(asked, JSON.parse(readFileSync(values.budgets, 'utf8')) as Budgets);
}

async function showFigures({ only, json }: Asked, budgets: Budgets): Promise<number> {
  let failed = 0;
  for (const figure of figures.filter(({ id }) => !only || only.includes(id))) {
    say(`${figure.id} …`);
    const judged = await judge(figure, budgets).catch((error: unknown) => {
      say(`${figure.id} cannot be taken: ${sentence(error)}`);
      return undefined;
    });
    if (judged) out(json ? figureJson(judged) : figureLine(judged));
    if (!judged?.keeps) failed++;
  }
  return failed > 0 ? 1 : 0;
}

async function judge(figure: Figure, budgets: Budgets): Promise<Judged> {
  const budget = budgets[figure.id];
  if (budget === undefined) throw new Error(`there is no budget for ${figure.id}`);
  const measured = await figure.take();
  return { ...measured, figure, budget, keeps: measured.value <= budget };
}

async function showPeers({ only, json }: Asked, folder: string | undefined): Promise<number> {
  const comparison = await compare({ folder, only, say });
  if (json) for (const line of comparisonJson(comparison)) out(line);
  else out(comparisonTable(comparison));
  return 0;
}

function warnOfLoad() {
  const [load = 0] = loadavg();
  const cores = availableParallelism();
  if (load > cores / 2)
    say(`the machine is busy (load ${load.toFixed(1)} on ${cores} cores): ratios may be off, milliseconds are`);
}

function refuse(why: string): number {
  say(`${why}\n  npm run bench -- --help`);
  return usage;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void cleanUp().finally(() => process.exit(interrupted)));
try {
  process.exitCode = await main();
} catch (error) {
  process.exitCode = refuse(sentence(error));
}
await cleanUp();
