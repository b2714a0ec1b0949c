/** How fast clients start: against starting Node for nothing. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Figure, ratio } from '../figure.ts';
import { type Bench, bareNode, bench, execFlags } from '../home.ts';
import { median, pair, shared, wall } from '../measure.ts';

const runs = 25;
const warm = 3;
/** A home is never empty for long. */
const sessionsListed = 10;

export const ps: Figure = {
  id: 'ps',
  what: '`tcx ps` with the daemon up, against `node -e 0`',
  unit: '×',
  take: async () => {
    await using place = await bench(() => ({ text: 'hello' }));
    for (let n = 0; n < sessionsListed; n++) await wall(place.tcx('exec', ...execFlags, `question ${n}`));
    const { a, b } = await pair(
      () => wall(bareNode),
      () => wall(place.tcx('ps')),
      { runs, warm },
    );
    return ratio(b, a);
  },
};

interface ExecTimes {
  /** From start to the whole of the first request. */
  readonly first: number;
  /** From the answer's last byte to the exit. */
  readonly last: number;
}

async function execTimes(place: Bench, n: number): Promise<ExecTimes> {
  const { file, args, cwd, env } = place.tcx('exec', ...execFlags, 'hi');
  const started = performance.now();
  const child = spawn(file, args, { cwd, env, stdio: 'ignore' });
  const exited = once(child, 'exit').then(() => performance.now());
  const request = await place.model.request(n);
  await request.closed;
  const answered = performance.now();
  return { first: request.at - started, last: (await exited) - answered };
}

const taken = shared(async () => {
  await using place = await bench(() => ({ text: 'hello' }));
  const took: ExecTimes[] = [];
  const bare: number[] = [];
  for (let run = 0; run < runs + warm; run++) {
    const times = await execTimes(place, run + 1);
    const nothing = await wall(bareNode);
    if (run < warm) continue;
    took.push(times);
    bare.push(nothing);
  }
  return {
    first: median(took.map(({ first }) => first)),
    last: median(took.map(({ last }) => last)),
    bare: median(bare),
  };
});

export const firstRequest: Figure = {
  id: 'first-request',
  what: '`tcx exec`, daemon up: start → first model request, against `node -e 0`',
  unit: '×',
  take: async () => {
    const { first, bare } = await taken();
    return ratio(first, bare);
  },
};

export const lastByte: Figure = {
  id: 'last-byte',
  what: "`tcx exec`: the answer's last byte → exit, against `node -e 0`",
  unit: '×',
  take: async () => {
    const { last, bare } = await taken();
    return ratio(last, bare);
  },
};
