/** What a tool step costs beside the model's own time, and that it costs the same however long the session is. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { FakeRequest } from '../../test/fake-model.ts';
import type { Figure } from '../figure.ts';
import { bench, execFlags } from '../home.ts';
import { median, wall } from '../measure.ts';

const steps = 200;
const around = 20;

/** Ms from the end of each answer to the next request, of a turn of `steps` calls of `true`. */
async function gaps(): Promise<number[]> {
  let ended = 0;
  const between: number[] = [];
  await using place = await bench((request: FakeRequest) => {
    if (ended > 0) between.push(performance.now() - ended);
    request.closed.then(() => {
      ended = performance.now();
    });
    if (request.n > steps) return { text: 'done' };
    return { calls: [{ name: 'exec_command', args: { cmd: 'true', login: false } }] };
  });
  await wall(place.tcx('exec', ...execFlags, 'go'));
  return between;
}

/** `bash -c true` started from Node and waited for: what no tool can do without. */
async function bareSpawn(): Promise<number> {
  const took: number[] = [];
  for (let run = 0; run < 50; run++) {
    const started = performance.now();
    const child = spawn('bash', ['-c', 'true'], { stdio: ['ignore', 'pipe', 'pipe'] });
    await once(child, 'close');
    took.push(performance.now() - started);
  }
  return median(took);
}

export const toolStep: Figure = {
  id: 'tool-step',
  what: "a tool step (`true`) beyond the server's own time, against `spawn('bash', ['-c', 'true'])`",
  unit: '×',
  take: async () => {
    const bare = await bareSpawn();
    const step = median(await gaps());
    return { value: step / bare, detail: `${step.toFixed(1)} ms to ${bare.toFixed(1)} ms` };
  },
};

export const flatSteps: Figure = {
  id: 'flat-steps',
  what: `step ${steps} against step 10 of one turn`,
  unit: '×',
  take: async () => {
    const between = await gaps();
    const early = median(between.slice(5, 5 + around));
    const late = median(between.slice(-around));
    return { value: late / early, detail: `${late.toFixed(1)} ms to ${early.toFixed(1)} ms` };
  },
};
