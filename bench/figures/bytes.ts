/** What is sent to the model and what is written to the disk. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { holderPids } from '../../test/daemon.ts';
import type { Figure } from '../figure.ts';
import { bench, execFlags } from '../home.ts';
import { wall, writtenBytes } from '../measure.ts';

const kB = 1000;

/** A lifelike reading and testing turn: each call prints about `bytes`. */
const calls = (steps: number, bytes: number) => (request: { n: number }) =>
  request.n % (steps + 1) === 0
    ? { text: 'All done: the module is split and its tests pass.' }
    : {
        text: `Step ${request.n}: I look at the next part.`,
        calls: [
          {
            name: 'exec_command',
            args: { cmd: `seq -f 'line %g of some source text' ${Math.round(bytes / 27)}`, login: false },
          },
        ],
      };

async function sent(): Promise<{ first: number; all: number }> {
  await using place = await bench(calls(20, 400));
  await wall(place.tcx('exec', ...execFlags, 'split the module'));
  const sizes = place.model.requests.map(({ bytes }) => bytes);
  return { first: sizes[0]!, all: sizes.reduce((sum, size) => sum + size, 0) };
}

export const firstBody: Figure = {
  id: 'first-body',
  what: 'the first request of a session',
  unit: 'kB',
  take: async () => {
    const { first } = await sent();
    return { value: first / kB, detail: `${first} bytes` };
  },
};

export const turnBytes: Figure = {
  id: 'turn-bytes',
  what: 'bytes sent to the model in a 20-step turn',
  unit: 'kB',
  take: async () => {
    const { all } = await sent();
    return { value: all / kB, detail: `${all} bytes in 21 requests` };
  },
};

export const diskBytes: Figure = {
  id: 'disk-bytes',
  what: 'bytes written a 40-call turn (log, index, WAL, spool), against the bytes of its rows',
  unit: '×',
  take: async () => {
    await using place = await bench(calls(40, 4000));
    await wall(place.tcx('exec', ...execFlags, 'begin'));
    const pids = [place.pid(), ...holderPids(place.home.home)];
    const before = pids.reduce((sum, pid) => sum + writtenBytes(pid), 0);
    const logBefore = rowsBytes(place.home.home);
    await wall(place.tcx('exec', ...execFlags, 'resume', '--last', 'and once more'));
    const written = pids.reduce((sum, pid) => sum + writtenBytes(pid), 0) - before;
    const rows = rowsBytes(place.home.home) - logBefore;
    return { value: written / rows, detail: `${(written / kB).toFixed(0)} kB to ${(rows / kB).toFixed(0)} kB` };
  },
};

/** Bytes of all rows as JSON. */
function rowsBytes(home: string): number {
  const files = readdirSync(join(home, 'sessions'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.jsonl'),
  );
  let bytes = 0;
  for (const file of files) {
    for (const line of readFileSync(join(home, 'sessions', file), 'utf8').split('\n')) {
      if (line.startsWith('{"commit":'))
        bytes +=
          (JSON.parse(line) as { commit: { rows?: unknown[] } }).commit.rows?.reduce(
            (sum: number, row) => sum + JSON.stringify(row).length + 1,
            0,
          ) ?? 0;
    }
  }
  return bytes;
}
