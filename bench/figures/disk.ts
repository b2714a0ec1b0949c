/** What a turn writes to the disk. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Line } from '../../daemon/hosts/line.ts';
import type { Figure } from '../figure.ts';
import { type Bench, bench, execFlags } from '../home.ts';
import { sum, wall } from '../measure.ts';
import { dirtied } from '../proc.ts';
import { startTraced } from '../traced.ts';
import { reading } from './bytes.ts';

const kB = 1000;
const steps = 40;
const outputBytes = 4000;

/**
 * Counted are the bytes handed to files (log with its checkpoints, index and its WAL, spool, marks). The system writes whole
 * pages, so a short line that is synced costs the disk 4096 bytes: that view is told beside it, of a run of its own, because
 * a traced daemon is slower and syncs at other times.
 */
export const diskBytes: Figure = {
  id: 'disk-bytes',
  what: `bytes handed to files in a ${steps}-call turn (log, index, WAL, spool), against the bytes of its rows`,
  unit: '×',
  take: async () => {
    const handed = await bytesHanded();
    const pages = await pagesDirtied();
    const times = (handed.bytes / handed.rows).toFixed(2);
    return {
      value: handed.bytes / handed.rows,
      detail: `${told(handed)} = ${times}, ${handed.syncs} syncs; in whole pages ${told(pages)} = ${(pages.bytes / pages.rows).toFixed(2)}`,
    };
  },
};

interface Written {
  readonly bytes: number;
  readonly rows: number;
}

const told = ({ bytes, rows }: Written) => `${(bytes / kB).toFixed(0)} kB to ${(rows / kB).toFixed(0)} kB`;

async function bytesHanded(): Promise<Written & { syncs: number }> {
  await using place = await bench(reading(steps, outputBytes), '', { cold: true });
  const traced = await startTraced(place.home);
  const rows = await secondTurn(place, traced.since);
  return { ...traced.since(), rows };
}

async function pagesDirtied(): Promise<Written> {
  await using place = await bench(reading(steps, outputBytes));
  const all = () => sum(place.servers().map(dirtied));
  let before = 0;
  const rows = await secondTurn(place, () => {
    before = all();
  });
  return { bytes: all() - before, rows };
}

/** The first turn makes the files and starts the holder; the second is what turns cost from then on. Answers its rows' bytes. */
async function secondTurn(place: Bench, begin: () => void): Promise<number> {
  await wall(place.tcx('exec', ...execFlags, 'begin'));
  const before = rowBytes(place.home.home);
  begin();
  await wall(place.tcx('exec', ...execFlags, 'resume', '--last', 'and once more'));
  await place.home.tcx(['ps']);
  return rowBytes(place.home.home) - before;
}

/** Bytes of all rows as lines of JSON. */
function rowBytes(home: string): number {
  const folder = join(home, 'sessions');
  const logs = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.jsonl'));
  return sum(
    logs.flatMap((log) =>
      readFileSync(join(folder, log), 'utf8')
        .split('\n')
        .filter((text) => text !== '')
        .flatMap((text) => {
          const line = JSON.parse(text) as Line;
          return 'commit' in line ? (line.commit.rows ?? []) : [];
        })
        .map((row) => Buffer.byteLength(JSON.stringify(row)) + 1),
    ),
  );
}
