/** Drafts and seen marks: kept over restarts, never an obstacle to a session. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { SessionId } from '../core/ids.ts';
import { newId } from '../test/contract/place.ts';
import { logPath } from './hosts/log-read.ts';
import { MarkStore } from './marks.ts';

function scene() {
  const home = mkdtempSync(join(tmpdir(), 'tcx-marks-'));
  const session = newId();
  const file = logPath(home, session).replace(/\.jsonl$/, '.marks.json');
  mkdirSync(dirname(file), { recursive: true });
  return { home, session, file, [Symbol.dispose]: () => rmSync(home, { recursive: true }) };
}

const textsOf = async (marks: MarkStore, session: SessionId) =>
  (await marks.get(session)).drafts.map(({ text }) => text);

test('what was left is there for the next daemon', async () => {
  using place = scene();
  const marks = new MarkStore(place.home);
  await marks.draft(place.session, 1, 'half a sentence');
  await marks.save();
  expect(await new MarkStore(place.home).get(place.session)).toEqual({
    drafts: [{ text: 'half a sentence' }],
    seen: { seq: 0, at: 0 },
  });
});

test('a draft and a look at the same time are both kept', async () => {
  using place = scene();
  const marks = new MarkStore(place.home);
  await Promise.all([
    marks.draft(place.session, 1, 'a'),
    marks.saw(place.session, { seq: 7, at: 1 }),
    marks.draft(place.session, 1, 'ab'),
  ]);
  await marks.save();
  const kept = { drafts: [{ text: 'ab' }], seen: { seq: 7, at: 1 } };
  expect(await new MarkStore(place.home).get(place.session)).toEqual(kept);
});

test('a draft is on one screen at a time: who comes finds their own, else one that nobody has on a screen', async () => {
  using place = scene();
  const marks = new MarkStore(place.home);
  const here = new Set([1, 2]);
  const come = (client: number) => {
    here.add(client);
    return marks.take(place.session, client, (other) => here.has(other));
  };
  await marks.draft(place.session, 1, 'of one');
  await marks.draft(place.session, 2, 'of two');
  expect(await come(3)).toBe('');
  expect(await come(1)).toBe('of one');
  here.delete(1);
  expect(await come(3)).toBe('of one');
  expect(await come(4)).toBe('');
  await marks.draft(place.session, 3, '');
  here.delete(3);
  await marks.leave(place.session, 'not delivered');
  await marks.leave(place.session, 'nor this');
  expect(await come(5)).toBe('not delivered\nnor this');
  await marks.save();
  const next = new MarkStore(place.home);
  expect(await next.take(place.session, 1, () => true)).toBe('not delivered\nnor this');
  expect(await next.take(place.session, 2, () => true)).toBe('of two');
});

test('of one session a few drafts are kept, the newest', async () => {
  using place = scene();
  const marks = new MarkStore(place.home);
  for (let client = 0; client < 50; client++) await marks.draft(place.session, client, `draft ${client}`);
  const { drafts } = await marks.get(place.session);
  expect([drafts.length, drafts.at(-1)?.text]).toEqual([16, 'draft 49']);
});

test.each(['', '{', 'null', '[]', '"x"'])(
  'a file with %j in it says nothing and stands in no one’s way',
  async (text) => {
    using place = scene();
    writeFileSync(place.file, text);
    const marks = new MarkStore(place.home);
    expect(await marks.get(place.session)).toEqual({ drafts: [], seen: { seq: 0, at: 0 } });
    await marks.draft(place.session, 1, 'x');
    await marks.save();
    expect(await textsOf(new MarkStore(place.home), place.session)).toEqual(['x']);
  },
);

test('what cannot be written is still known, and is written when it can be', async () => {
  using place = scene();
  const folder = dirname(place.file);
  rmSync(folder, { recursive: true });
  const marks = new MarkStore(place.home);
  await marks.draft(place.session, 1, 'x');
  await marks.save();
  marks.forget(place.session);
  expect(await textsOf(marks, place.session)).toEqual(['x']);
  mkdirSync(folder, { recursive: true });
  await marks.save();
  expect(await textsOf(new MarkStore(place.home), place.session)).toEqual(['x']);
});

test('of many sessions that are only listed not all are kept, and never one that is not written yet', async () => {
  using place = scene();
  rmSync(dirname(place.file), { recursive: true });
  const marks = new MarkStore(place.home);
  const early = newId();
  await marks.get(early);
  await marks.draft(place.session, 1, 'cannot be written');
  for (let n = 0; n < 2500; n++) await marks.get(newId());
  expect(await textsOf(marks, place.session)).toEqual(['cannot be written']);
  const file = logPath(place.home, early).replace(/\.jsonl$/, '.marks.json');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ drafts: [{ text: 'read again' }] }));
  expect(await textsOf(marks, early)).toEqual(['read again']);
});
