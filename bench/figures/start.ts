/** How fast clients start: against starting Node for nothing. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Figure } from '../figure.ts';
import { bareNode, bench, execFlags } from '../home.ts';
import { median, pair, wall } from '../measure.ts';

const runs = 25;
const fixed = (ms: number) => `${ms.toFixed(1)} ms`;

export const ps: Figure = {
  id: 'ps',
  what: '`tcx ps` with the daemon up, against `node -e 0`',
  unit: '×',
  take: async () => {
    await using place = await bench([]);
    const { a, b } = await pair(
      () => wall(bareNode),
      () => wall(place.tcx('ps')),
      runs,
    );
    return { value: b / a, detail: `${fixed(b)} to ${fixed(a)}` };
  },
};

/** One run of exec: from start to the first request, and from the answer's last byte to the exit. */
async function execTimes(
  place: Awaited<ReturnType<typeof bench>>,
  n: number,
): Promise<{ first: number; last: number }> {
  const { file, args, cwd, env } = place.tcx('exec', ...execFlags, 'hi');
  const started = performance.now();
  const child = spawn(file, args, { cwd, env, stdio: 'ignore' });
  const exited = once(child, 'exit');
  const request = await place.model.request(n);
  const first = performance.now() - started;
  await request.closed;
  const answered = performance.now();
  await exited;
  return { first, last: performance.now() - answered };
}

async function execFigure(pick: (times: { first: number; last: number }) => number) {
  await using place = await bench(() => ({ text: 'hello' }));
  const took: number[] = [];
  const bare: number[] = [];
  for (let run = 0; run < runs + 2; run++) {
    const times = await execTimes(place, run + 1);
    const nothing = await wall(bareNode);
    if (run < 2) continue;
    took.push(pick(times));
    bare.push(nothing);
  }
  return { value: median(took) / median(bare), detail: `${fixed(median(took))} to ${fixed(median(bare))}` };
}

export const firstRequest: Figure = {
  id: 'first-request',
  what: '`tcx exec`, daemon up: start → first model request, against `node -e 0`',
  unit: '×',
  take: () => execFigure(({ first }) => first),
};

export const lastByte: Figure = {
  id: 'last-byte',
  what: "`tcx exec`: the answer's last byte → exit, against `node -e 0`",
  unit: '×',
  take: () => execFigure(({ last }) => last),
};
