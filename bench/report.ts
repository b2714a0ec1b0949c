/** How figures and comparisons are shown: a line each for people, a line of JSON each for programs. */
import type { Figure, Measured } from './figure.ts';
import { type Comparison, sentenceOf } from './peers/compare.ts';

export interface Judged extends Measured {
  readonly figure: Figure;
  readonly budget: number;
  readonly keeps: boolean;
}

export const help = (
  ids: readonly string[],
) => `Measures what tcx costs and how fast it is, against the budgets in bench/baselines.json.

Usage: npm run bench -- [--only ID,…] [--budgets FILE] [--json]
       npm run bench -- --peers [--into FOLDER] [--only ID,…] [--json]

  --only ID,…      only these figures (with --peers: only these rows)
  --budgets FILE   other budgets than bench/baselines.json
  --json           a line of JSON for each
  --peers          Codex, Claude Code and opencode beside tcx, driven by the same scripted server;
                   they are installed from npm (about 1 GB) into a temporary folder
  --into FOLDER    install them there, or use those that are there, and leave them
  -h, --help       this text

Exit code 1: a figure is over its budget or could not be taken.
Figures: ${ids.join(' ')}
`;

export function figureLine({ figure: { unit, what }, value, budget, keeps, detail }: Judged): string {
  const verdict = keeps ? 'ok  ' : 'OVER';
  return `${verdict} ${value.toFixed(2).padStart(8)} ${unit.padEnd(3)} ≤ ${String(budget).padEnd(5)} ${what} (${detail})`;
}

export const figureJson = ({ figure: { id, what, unit }, value, budget, keeps, detail }: Judged) =>
  JSON.stringify({ id, what, value, unit, budget, keeps, detail });

export function comparisonTable({ peers, rows, missing }: Comparison): string {
  const heads = peers.map(({ name, version }) => `${name} ${version}`);
  const body = rows.map(({ what, unit, values }) => ({
    first: `${what}, ${unit}`,
    cells: peers.map(({ name }) => values.get(name)?.toFixed(1) ?? '–'),
  }));
  const width = Math.max(0, ...body.map(({ first }) => first.length));
  const line = (first: string, cells: readonly string[]) =>
    `${first.padEnd(width)}${cells.map((cell, n) => `  ${cell.padStart(heads[n]!.length)}`).join('')}`;
  return [line('', heads), ...body.map(({ first, cells }) => line(first, cells)), ...missing.map(sentenceOf)].join(
    '\n',
  );
}

export const comparisonJson = ({ peers, rows, missing }: Comparison) => [
  ...rows.flatMap(({ id, what, unit, values }) =>
    peers.flatMap(({ name, version }) => {
      const value = values.get(name);
      return value === undefined ? [] : [JSON.stringify({ id, what, value, unit, agent: name, version })];
    }),
  ),
  ...missing.map((lack) => JSON.stringify(lack)),
];

/** The first line of what went wrong; a failure of ours has a screen or a log behind it. */
export const sentence = (error: unknown) =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0]!.replace(/, on this screen:$/, '');
