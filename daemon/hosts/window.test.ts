/** Which rows of a conversation are held in memory, and what is read from the log for the rest. */
import { expect, test } from 'vitest';
import { draft, type Row } from '../../core/rows.ts';
import { Window } from './window.ts';

const limit = 8;

/** A log in memory that notes what is read of it. */
function scene(count: number) {
  const rows: Row[] = [];
  const reads: [after: number, limit: number][] = [];
  const reach = { window: 0 };
  const log = {
    path: 'log',
    rows: async (after: number, limit: number, length: number) => {
      reads.push([after, Math.min(limit, rows.length - after)]);
      return rows
        .slice(0, length)
        .filter(({ seq }) => seq > after)
        .slice(0, limit);
    },
  };
  const window = new Window(log, () => ({ seq: rows.length, window: reach.window, length: rows.length }), limit);
  const commit = (many: number) => {
    const more = Array.from({ length: many }, (_, n) => {
      const seq = rows.length + n + 1;
      return { seq, at: seq, ...draft('note', { level: 'info', text: `${seq}` }) } as Row;
    });
    rows.push(...more);
    window.add(more);
  };
  commit(count);
  const seqs = async () => (await window.all()).map(({ seq }) => seq);
  return { window, reach, reads, commit, seqs };
}
const from = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, n) => first + n);

test('a conversation up to the limit is read once, and grows with each commit', async () => {
  const { seqs, commit, reads, window } = scene(5);
  expect(await seqs()).toEqual(from(1, 5));
  commit(3);
  expect(await seqs()).toEqual(from(1, 8));
  expect((await window.rows(6, 10)).map(({ seq }) => seq)).toEqual([7, 8]);
  expect(reads).toEqual([[0, 5]]);
});

test('of a longer one the newest rows are held, and what is before them is read each time', async () => {
  const { seqs, commit, reads, window } = scene(20);
  expect(await seqs()).toEqual(from(1, 20));
  expect(reads).toEqual([
    [12, 8],
    [0, 12],
  ]);
  commit(1);
  expect(await seqs()).toEqual(from(1, 21));
  expect(reads.at(-1)).toEqual([0, 15]);
  const before = reads.length;
  expect((await window.rows(15, 2)).map(({ seq }) => seq)).toEqual([16, 17]);
  expect(reads).toHaveLength(before);
  expect((await window.rows(14, 2)).map(({ seq }) => seq)).toEqual([15, 16]);
  expect(reads).toHaveLength(before + 1);
});

test('never more than the limit is held, however many rows one commit has', async () => {
  const { seqs, commit, reads } = scene(2);
  await seqs();
  for (let n = 1; n <= 30; n++) {
    commit(n % 12);
    const all = await seqs();
    expect(all).toEqual(from(1, all.length));
    const [after, many] = reads.at(-1)!;
    if (all.length > limit) expect([after, all.length - many]).toSatisfy(([zero, held]) => zero === 0 && held <= limit);
  }
});

test('after a compaction only what follows it counts', async () => {
  const { seqs, reach, reads, commit } = scene(20);
  await seqs();
  reach.window = 18;
  const before = reads.length;
  expect(await seqs()).toEqual([19, 20]);
  reach.window = 20;
  expect(await seqs()).toEqual([]);
  commit(1);
  expect(await seqs()).toEqual([21]);
  expect(reads).toHaveLength(before);
  // A rewind to before the compaction.
  reach.window = 0;
  expect(await seqs()).toEqual(from(1, 21));
});

test('rows that are committed while older ones are read are not lost, nor doubled', async () => {
  const { window, commit, seqs } = scene(20);
  const [first, second] = [window.all(), window.all()];
  commit(2);
  for (const reading of [first, second]) {
    const rows = (await reading).map(({ seq }) => seq);
    expect(rows).toEqual(from(1, rows.length));
    expect(rows.length).toBeGreaterThanOrEqual(20);
  }
  window.forget();
  expect(await seqs()).toEqual(from(1, 22));
});
