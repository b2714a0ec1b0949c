/** 20,000 small pieces of text from the model to exec's end, against a bare loop that reads the same stream. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { node, root, startDaemon } from '../../test/daemon.ts';
import type { Figure } from '../figure.ts';
import { configFor, execFlags } from '../home.ts';
import { cpuMs, median } from '../measure.ts';

const deltas = 20_000;
const runs = 7;

/** The whole answer made beforehand, so that the server costs as little as it can. */
function answer(): Buffer {
  const events: object[] = [{ type: 'response.created', response: { id: 'r', status: 'in_progress' } }];
  const item = { type: 'message', id: 'm', role: 'assistant', status: 'in_progress', content: [] as object[] };
  events.push({ type: 'response.output_item.added', output_index: 0, item });
  let text = '';
  for (let n = 0; n < deltas; n++) {
    const delta = `word${n % 100} `;
    text += delta;
    events.push({ type: 'response.output_text.delta', item_id: 'm', output_index: 0, content_index: 0, delta });
  }
  events.push({
    type: 'response.output_item.done',
    output_index: 0,
    item: { ...item, status: 'completed', content: [{ type: 'output_text', text, annotations: [] }] },
  });
  events.push({
    type: 'response.completed',
    response: {
      id: 'r',
      status: 'completed',
      usage: { input_tokens: 10, output_tokens: deltas, total_tokens: deltas + 10 },
    },
  });
  return Buffer.from(
    events.map((event) => `event: ${(event as { type: string }).type}\ndata: ${JSON.stringify(event)}\n\n`).join(''),
  );
}

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
process.stdout.write(text.slice(-1));
`;

interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

/** CPU of the child by its own accounting: what a dead process used cannot be read from /proc. */
async function run(
  file: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> },
): Promise<Cost> {
  const timed = [
    '-c',
    `import os,subprocess,sys,time
s=time.monotonic(); r=subprocess.run(sys.argv[1:],stdin=subprocess.DEVNULL,stdout=subprocess.DEVNULL,stderr=subprocess.DEVNULL); w=time.monotonic()-s
t=os.times(); print(w*1000,(t.children_user+t.children_system)*1000,r.returncode)`,
    file,
    ...args,
  ];
  const child = spawn('python3', timed, { ...options, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += String(chunk);
  });
  await once(child, 'close');
  const [wall, cpu, code] = said.trim().split(' ').map(Number);
  if (code !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${code}`);
  return { wall: wall!, cpu: cpu! };
}

async function take(): Promise<{ tcx: Cost; bare: Cost }> {
  const body = answer();
  const server = createServer((req, res) => {
    req.resume();
    req.on('end', () => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.end(body);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await using home = await startDaemon({ config: configFor(`${origin}/v1`) });
  const all = { tcx: [] as Cost[], bare: [] as Cost[] };
  for (let n = 0; n < runs + 1; n++) {
    const bare = await run(node, ['--input-type=module', '-e', bareLoop, origin], {});
    const before = cpuMs(home.pid()!);
    const client = await run(node, [join(root, 'dist', 'tcx.js'), 'exec', ...execFlags, '--json', 'go'], {
      cwd: home.work,
      env: { ...home.env },
    });
    const daemon = cpuMs(home.pid()!) - before;
    if (n === 0) continue;
    all.bare.push(bare);
    all.tcx.push({ wall: client.wall, cpu: client.cpu + daemon });
  }
  server.close();
  const middle = (costs: readonly Cost[]): Cost => ({
    wall: median(costs.map(({ wall }) => wall)),
    cpu: median(costs.map(({ cpu }) => cpu)),
  });
  return { tcx: middle(all.tcx), bare: middle(all.bare) };
}

let taken: ReturnType<typeof take> | undefined;

export const streamWall: Figure = {
  id: 'stream-wall',
  what: `${deltas} deltas through exec, against a bare SSE loop: wall`,
  unit: '×',
  take: async () => {
    taken ??= take();
    const { tcx, bare } = await taken;
    return { value: tcx.wall / bare.wall, detail: `${tcx.wall.toFixed(0)} ms to ${bare.wall.toFixed(0)} ms` };
  },
};

export const streamCpu: Figure = {
  id: 'stream-cpu',
  what: `${deltas} deltas through exec, against a bare SSE loop: CPU of client and daemon`,
  unit: '×',
  take: async () => {
    taken ??= take();
    const { tcx, bare } = await taken;
    return { value: tcx.cpu / bare.cpu, detail: `${tcx.cpu.toFixed(0)} ms to ${bare.cpu.toFixed(0)} ms` };
  },
};
