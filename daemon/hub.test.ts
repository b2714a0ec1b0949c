/** Viewers: every row once and in order, whatever is committed while a reader is being caught up. */
import { expect, test } from 'vitest';
import { draft, type Row } from '../core/rows.ts';
import type { Push } from '../ipc/messages.ts';
import { newId } from '../test/contract/place.ts';
import { until } from '../test/daemon.ts';
import { Hub, type Outlet } from './hub.ts';

const session = newId();
const row = (seq: number): Row => ({ seq, at: seq, ...draft('note', { level: 'info', text: `row ${seq}` }) }) as Row;

/** A log that is read slowly, and a hub over it. */
function scene() {
  const log: Row[] = [];
  const reads: (() => void)[] = [];
  const hub = new Hub({
    encode: (push) => new TextEncoder().encode(JSON.stringify(push)),
    // What a read answers is decided when it begins, as with a file of a known length.
    rows: (_, after, limit) => {
      const rows = log.filter(({ seq }) => seq > after).slice(0, limit);
      return new Promise((resolve) => reads.push(() => resolve(rows)));
    },
    now: () => 0,
  });
  const commit = (...seqs: number[]) => {
    log.push(...seqs.map(row));
    hub.committed(session, seqs.map(row), []);
  };
  return { log, reads, hub, commit };
}

function viewer(room = () => true) {
  const pushes: Push[] = [];
  const waiting: (() => void)[] = [];
  const outlet: Outlet = {
    client: 1,
    label: 'tty',
    hasRoom: room,
    send: (bytes) => void pushes.push(JSON.parse(new TextDecoder().decode(bytes)) as Push),
    whenRoom: (resume) => void waiting.push(resume),
  };
  const seqs = () => pushes.flatMap((push) => (push.t === 'rows' ? push.rows.map(({ seq }) => seq) : []));
  return { outlet, pushes, seqs, waiting };
}
const seat = (sent: number) => ({ role: 'drive' as const, sent, focused: false });
/** Answers reads until there are no more. */
async function readAll(reads: (() => void)[]) {
  for (let quiet = 0; quiet < 3; quiet++) {
    for (const answer of reads.splice(0)) {
      answer();
      quiet = 0;
    }
    await new Promise(setImmediate);
  }
}

test('a row committed while the log is read for a new viewer reaches it, also when it is the last', async () => {
  const { hub, reads, commit } = scene();
  const { outlet, seqs } = viewer();
  hub.join(session, outlet, seat(0));
  hub.catchUp(session, 1);
  commit(1, 2);
  await readAll(reads);
  expect(seqs()).toEqual([1, 2]);
  commit(3);
  expect(seqs()).toEqual([1, 2, 3]);
});

test('a viewer that misses rows though it has room is caught up at once', async () => {
  const { hub, reads, log, commit } = scene();
  const { outlet, seqs } = viewer();
  hub.join(session, outlet, seat(0));
  log.push(row(1), row(2));
  commit(3);
  await readAll(reads);
  expect(seqs()).toEqual([1, 2, 3]);
});

test('a viewer without room is left alone until it has some, and then gets everything once', async () => {
  const { hub, reads, commit } = scene();
  let room = true;
  const { outlet, seqs, waiting } = viewer(() => room);
  hub.join(session, outlet, seat(0));
  commit(1);
  room = false;
  for (let seq = 2; seq <= 500; seq++) commit(seq);
  await readAll(reads);
  expect(seqs()).toEqual([1]);
  room = true;
  for (const resume of waiting.splice(0)) resume();
  await readAll(reads);
  expect(seqs()).toEqual(Array.from({ length: 500 }, (_, n) => n + 1));
  commit(501);
  expect(seqs().at(-1)).toBe(501);
});

test('commits in the middle of a long catch-up come once, in order', async () => {
  const { hub, reads, log, commit } = scene();
  for (let seq = 1; seq <= 950; seq++) log.push(row(seq));
  const { outlet, seqs } = viewer();
  hub.join(session, outlet, seat(0));
  hub.catchUp(session, 1);
  for (let seq = 951; seq < 990; seq++) {
    commit(seq);
    if (seq % 5 === 0) for (const answer of reads.splice(0)) answer();
    await new Promise(setImmediate);
  }
  await readAll(reads);
  expect(seqs()).toEqual(Array.from({ length: 989 }, (_, n) => n + 1));
});

test('a log that cannot be read does not keep a viewer busy for ever', async () => {
  let reads = 0;
  const hub = new Hub({
    encode: () => new TextEncoder().encode('{}'),
    rows: () => {
      reads++;
      return Promise.reject(new Error('damaged'));
    },
    now: () => 0,
  });
  const { outlet } = viewer();
  hub.join(session, outlet, seat(0));
  hub.catchUp(session, 1);
  await until(() => reads > 0);
  await new Promise(setImmediate);
  expect(reads).toBe(1);
});

test('a viewer that left gets nothing, and an empty room is gone', async () => {
  const { hub, reads, commit } = scene();
  const { outlet, seqs } = viewer();
  hub.join(session, outlet, seat(0));
  hub.catchUp(session, 1);
  expect(hub.leave(session, 1)).toBe(true);
  commit(1);
  await readAll(reads);
  expect(seqs()).toEqual([]);
  expect([hub.leave(session, 1), hub.viewers(session), hub.live(session)]).toEqual([false, 0, []]);
});
