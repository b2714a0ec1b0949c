/** 20,000 small pieces of text from the model to exec's end, against a bare loop that reads the same stream. */
import { node } from '../../test/daemon.ts';
import { framesOf } from '../../test/fake-model-wires.ts';
import { type Figure, ratio } from '../figure.ts';
import { bench, execFlags } from '../home.ts';
import { median, type Process, shared, type Times, times } from '../measure.ts';
import { cpuMs } from '../proc.ts';

const deltas = 20_000;
const runs = 9;
const warm = 2;

const bareLoop = `
const response = await fetch(process.argv[1], { method: 'POST', body: '{}' });
const decoder = new TextDecoder();
let rest = '', text = '';
for await (const chunk of response.body) {
  rest += decoder.decode(chunk, { stream: true });
  const lines = rest.split('\\n');
  rest = lines.pop();
  for (const line of lines) if (line.startsWith('data: ')) { const event = JSON.parse(line.slice(6)); if (event.delta) text += event.delta; }
}
if (text.length < ${deltas}) process.exit(1);
`;

const middle = (all: readonly Times[]): Times => ({
  wall: median(all.map(({ wall }) => wall)),
  cpu: median(all.map(({ cpu }) => cpu)),
});

const taken = shared(async () => {
  // All in one write, so that the server costs as little as it can.
  const frames = [framesOf('responses', { deltas }, { n: 1, model: 'gpt-5.5' }).join('')];
  await using place = await bench(() => ({ frames }));
  const loop: Process = { file: node, args: ['--input-type=module', '-e', bareLoop, `${place.model.v1}/responses`] };
  const all = { tcx: [] as Times[], bare: [] as Times[] };
  for (let run = 0; run < runs + warm; run++) {
    const bare = await times(loop);
    const before = cpuMs(place.pid());
    const client = await times(place.tcx('exec', ...execFlags, '--json', 'go'));
    const daemon = cpuMs(place.pid()) - before;
    if (run < warm) continue;
    all.bare.push(bare);
    all.tcx.push({ wall: client.wall, cpu: client.cpu + daemon });
  }
  return { tcx: middle(all.tcx), bare: middle(all.bare) };
});

const what = `${deltas} deltas through \`exec --json\`, daemon up, against a bare Node that reads the same stream`;

export const streamWall: Figure = {
  id: 'stream-wall',
  what: `${what}: wall`,
  unit: '×',
  take: async () => {
    const { tcx, bare } = await taken();
    return ratio(tcx.wall, bare.wall);
  },
};

export const streamCpu: Figure = {
  id: 'stream-cpu',
  what: `${what}: CPU of client and daemon`,
  unit: '×',
  take: async () => {
    const { tcx, bare } = await taken();
    return ratio(tcx.cpu, bare.cpu);
  },
};
