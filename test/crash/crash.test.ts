/** Row 11.01 as far as a test run has time for it; `npm run crash` does it two hundred times. */
import { expect } from 'vitest';
import { verifies } from '../verifies.ts';
import { crashRun, lineCount } from './run.ts';

const runs = 20;
const seed = Math.floor(Math.random() * 2 ** 30);

verifies(
  '11.01 8.04',
  `${runs} turns of ${lineCount} lines under SIGKILLs: no line twice, a missing one unknown and told (seeds from ${seed})`,
  async () => {
    const reports = [];
    for (let n = 0; n < runs; n++) reports.push(await crashRun(seed + n));
    expect(reports.flatMap(({ seed: of, wrong }) => wrong.map((why) => `seed ${of}: ${why}`))).toEqual([]);
    const killed = reports.reduce((sum, report) => sum + report.killed.tcxd, 0);
    expect(killed, 'daemons were killed at all').toBeGreaterThan(runs);
  },
  300_000,
);
