/** Drafts and seen marks: kept over restarts, never an obstacle to a session. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
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

test('what was left is there for the next daemon', async () => {
  using place = scene();
  const marks = new MarkStore(place.home);
  await marks.set(place.session, { draft: 'half a sentence' });
  await marks.save();
  expect(await new MarkStore(place.home).get(place.session)).toEqual({
    draft: 'half a sentence',
    seen: { seq: 0, at: 0 },
  });
});

test('a draft and a look at the same time are both kept', async () => {
  using place = scene();
  const marks = new MarkStore(place.home);
  await Promise.all([
    marks.set(place.session, { draft: 'a' }),
    marks.set(place.session, { seen: { seq: 7, at: 1 } }),
    marks.set(place.session, { draft: 'ab' }),
  ]);
  await marks.save();
  expect(await new MarkStore(place.home).get(place.session)).toEqual({ draft: 'ab', seen: { seq: 7, at: 1 } });
});

test.each(['', '{', 'null', '[]', '"x"'])(
  'a file with %j in it says nothing and stands in no one’s way',
  async (text) => {
    using place = scene();
    writeFileSync(place.file, text);
    const marks = new MarkStore(place.home);
    expect(await marks.get(place.session)).toEqual({ draft: '', seen: { seq: 0, at: 0 } });
    await marks.set(place.session, { draft: 'x' });
    await marks.save();
    expect((await new MarkStore(place.home).get(place.session)).draft).toBe('x');
  },
);

test('what cannot be written is still known, and is written when it can be', async () => {
  using place = scene();
  const folder = dirname(place.file);
  rmSync(folder, { recursive: true });
  const marks = new MarkStore(place.home);
  await marks.set(place.session, { draft: 'x' });
  await marks.save();
  marks.forget(place.session);
  expect((await marks.get(place.session)).draft).toBe('x');
  mkdirSync(folder, { recursive: true });
  await marks.save();
  expect((await new MarkStore(place.home).get(place.session)).draft).toBe('x');
});

test('of many sessions that are only listed not all are kept, and never one that is not written yet', async () => {
  using place = scene();
  rmSync(dirname(place.file), { recursive: true });
  const marks = new MarkStore(place.home);
  const early = newId();
  await marks.get(early);
  await marks.set(place.session, { draft: 'cannot be written' });
  for (let n = 0; n < 2500; n++) await marks.get(newId());
  expect((await marks.get(place.session)).draft).toBe('cannot be written');
  const file = logPath(place.home, early).replace(/\.jsonl$/, '.marks.json');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ draft: 'read again' }));
  expect((await marks.get(early)).draft).toBe('read again');
});
