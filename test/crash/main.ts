/** `npm run crash -- --n 200 --seed 7`: row 11.01 many times, each run by a seed that can be given again. */
import { parseArgs } from 'node:util';
import { crashRun, type Report } from './run.ts';

const { values } = parseArgs({
  options: { n: { type: 'string', default: '200' }, seed: { type: 'string' }, jobs: { type: 'string', default: '2' } },
});
const count = Number(values.n);
const first = values.seed === undefined ? Math.floor(Math.random() * 2 ** 30) : Number(values.seed);
const reports: Report[] = [];
const failed: string[] = [];
process.stdout.write(`${count} runs from seed ${first}\n`);

let next = 0;
async function work() {
  while (next < count) {
    const seed = first + next++;
    try {
      const report = await crashRun(seed);
      reports.push(report);
      const { tcxd, holder, client } = report.killed;
      const line = `${seed}: killed tcxd ${tcxd} holder ${holder} client ${client}, lines ${report.lines}, unknown ${report.unknown}, ${report.status}, ${Math.round(report.tookMs)} ms`;
      process.stdout.write(
        `${report.wrong.length === 0 ? 'right' : 'WRONG'} ${line}\n${report.wrong.map((why) => `  ${why}\n`).join('')}`,
      );
    } catch (error) {
      failed.push(`${seed}: ${(error as Error).stack}`);
      process.stdout.write(`BROKE ${seed}: ${(error as Error).message}\n`);
    }
  }
}
await Promise.all(Array.from({ length: Number(values.jobs) }, work));

const sum = (of: (report: Report) => number) => reports.reduce((total, report) => total + of(report), 0);
const right = reports.filter(({ wrong }) => wrong.length === 0).length;
process.stdout.write(
  `${right} of ${count} right; killed tcxd ${sum(({ killed }) => killed.tcxd)}, holder ${sum(({ killed }) => killed.holder)}, client ${sum(({ killed }) => killed.client)}; ` +
    `${sum(({ unknown }) => unknown)} calls unknown, ${sum(({ lines }) => lines)} lines written, ${sum(({ safeModes }) => Math.min(1, safeModes))} runs came through safe mode, ` +
    `${reports.filter(({ status }) => status === 'failed').length} turns failed\n`,
);
for (const each of failed) process.stdout.write(`${each}\n`);
process.exitCode = right === count ? 0 : 1;
