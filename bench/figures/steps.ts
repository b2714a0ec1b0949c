/** What a tool step costs beside the model's own time, and that it costs the same however long the turn is. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { FakeReply } from '../../test/fake-model.ts';
import { type Figure, ratio } from '../figure.ts';
import { Gaps } from '../gaps.ts';
import { bench, execFlags } from '../home.ts';
import { median, wall } from '../measure.ts';

const rounds = 6;
const stepsARound = 40;
const spawnsARound = 20;
const steps = 200;
const around = 20;

const callTrue = (): FakeReply => ({ calls: [{ name: 'exec_command', args: { cmd: 'true', login: false } }] });

/** `bash -c true` started from Node and waited for: what no tool can do without. */
async function bareSpawn(): Promise<number> {
  const started = performance.now();
  const child = spawn('bash', ['-c', 'true'], { stdio: ['ignore', 'pipe', 'pipe'] });
  await once(child, 'close');
  return performance.now() - started;
}

export const toolStep: Figure = {
  id: 'tool-step',
  what: "a tool step (`true`) beyond the server's own time, against `spawn('bash', ['-c', 'true'])`",
  unit: '×',
  take: async () => {
    const gaps = new Gaps(stepsARound, callTrue);
    await using place = await bench(gaps.script);
    const bare: number[] = [];
    for (let round = 0; round < rounds; round++) {
      await wall(place.tcx('exec', ...execFlags, 'go'));
      // The first turn starts the holder and fills caches.
      if (round === 0) gaps.took.length = 0;
      else for (let n = 0; n < spawnsARound; n++) bare.push(await bareSpawn());
    }
    return ratio(median(gaps.took), median(bare));
  },
};

export const flatSteps: Figure = {
  id: 'flat-steps',
  what: `step ${steps} against step 10 of one turn, of a daemon that has done such a turn before`,
  unit: '×',
  take: async () => {
    const gaps = new Gaps(steps, callTrue);
    await using place = await bench(gaps.script);
    const early: number[] = [];
    const late: number[] = [];
    for (let round = 0; round < 4; round++) {
      gaps.took.length = 0;
      await wall(place.tcx('exec', ...execFlags, 'go'));
      if (round === 0) continue;
      early.push(...gaps.took.slice(0, around));
      late.push(...gaps.took.slice(-around));
    }
    return ratio(median(late), median(early));
  },
};
