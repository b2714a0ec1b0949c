/** What is sent to the model. */
import type { FakeRequest } from '../../test/fake-model.ts';
import type { Figure } from '../figure.ts';
import { bench, execFlags } from '../home.ts';
import { shared, sum, wall } from '../measure.ts';

const kB = 1000;
const steps = 20;

/** A lifelike reading and testing turn: each call prints about so many bytes. */
export const reading = (steps: number, bytes: number) => (request: Pick<FakeRequest, 'n'>) =>
  request.n % (steps + 1) === 0
    ? { text: 'All done: the module is split and its tests pass.' }
    : {
        text: `Step ${request.n}: I look at the next part.`,
        calls: [{ name: 'exec_command', args: { cmd: printing(bytes), login: false } }],
      };

export const printing = (bytes: number) => `seq -f 'line %g of some source text' ${Math.round(bytes / 27)}`;

const taken = shared(async () => {
  await using place = await bench(reading(steps, 400));
  await wall(place.tcx('exec', ...execFlags, 'split the module'));
  const sizes = place.model.requests.map(({ bytes }) => bytes);
  if (sizes.length !== steps + 1) throw new Error(`there were ${sizes.length} requests, not ${steps + 1}`);
  return sizes;
});

export const firstBody: Figure = {
  id: 'first-body',
  what: 'the first request of a session',
  unit: 'kB',
  take: async () => {
    const [first] = await taken();
    return { value: first! / kB, detail: `${first} bytes` };
  },
};

export const turnBytes: Figure = {
  id: 'turn-bytes',
  what: `bytes sent to the model in a ${steps}-step turn of short outputs`,
  unit: 'kB',
  take: async () => {
    const sizes = await taken();
    return { value: sum(sizes) / kB, detail: `${sum(sizes)} bytes in ${sizes.length} requests` };
  },
};
