/** Sessions as things: renamed, forked, archived, and many at once. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Client } from '../../ipc/client.ts';
import { startDaemon, type TestHome } from '../daemon.ts';
import { type FakeModel, fakeModel } from '../fake-model.ts';
import { Driven, fakeAt, saidIn, yolo } from '../session.ts';
import { exec } from '../toolbox.ts';
import { verifies } from '../verifies.ts';

let daemon: TestHome;
let client: Client;
beforeAll(async () => {
  daemon = await startDaemon();
  client = await daemon.client();
});
afterAll(async () => {
  client?.close();
  await daemon?.[Symbol.asyncDispose]();
});
const begin = (model: FakeModel, text?: string) =>
  Driven.begin(client, daemon.work, { ...yolo, ...fakeAt(model, 'responses') }, text);
verifies('8.05', 'a session is renamed, forked with its rows, archived and brought back', async () => {
  await using model = await fakeModel(({ n }) => ({ text: `answer ${n}` }));
  using session = await begin(model, 'the past');
  await session.ended(1);
  const { name } = await client.request('rename', { session: session.id, name: 'Second Try!' });
  expect(name).toBe('second-try');
  const as = '0190a000-0000-7000-8000-0000000000f0';
  const forked = await client.request('fork', { session: 'second-try', as, source: 'client' });
  expect(forked).toMatchObject({ session: as, name: 'second-try-fork' });
  using branch = await Driven.attach(client, as);
  expect(branch.rows.slice(0, session.rows.length)).toEqual(session.rows.slice(0, branch.rows.length));
  await branch.say('the branch');
  await branch.ended(2);
  expect(saidIn(model)).toEqual(['the past', 'the branch']);
  await session.say('the trunk');
  await session.ended(2);
  expect(saidIn(model)).toEqual(['the past', 'the trunk']);

  await client.request('archive', { session: as, archived: true });
  await expect(client.request('attach', { session: as })).rejects.toMatchObject({
    code: 'archived',
    fix: 'tcx unarchive second-try-fork',
  });
  await expect(branch.say('more')).rejects.toMatchObject({ code: 'archived' });
  const listed = async (archived: boolean) =>
    (await client.request('list', { what: 'sessions', archived })).sessions.map(({ id }) => id);
  expect([(await listed(true)).includes(as), (await listed(false)).includes(as)]).toEqual([true, false]);
  await client.request('archive', { session: as, archived: false });
  using back = await Driven.attach(client, as);
  await back.say('again');
  await back.ended(3);
  expect(saidIn(model)).toEqual(['the past', 'the branch', 'again']);
});

verifies(
  '8.05 8.04',
  '50 sessions run their turns side by side, each with its own rows, and one start and one end a turn',
  async () => {
    const open = new Set<string>();
    let most = 0;
    const all = Promise.withResolvers<void>();
    await using model = await fakeModel(async ({ body }) => {
      const id = String(body.prompt_cache_key);
      if (body.input.at(-1)?.role !== 'user') return { text: `done in ${id}` };
      open.add(id);
      most = Math.max(most, open.size);
      // Nobody is answered before all have asked: they do run side by side.
      if (open.size === 50) all.resolve();
      await all.promise;
      return { calls: [exec(`echo ${id}`)] };
    });
    const folder = join(daemon.work, 'fifty');
    mkdirSync(folder);
    const settings = { ...yolo, ...fakeAt(model, 'responses') };
    const sessions = await Promise.all(
      Array.from({ length: 50 }, (_, i) => Driven.begin(client, folder, settings, `session ${i}`)),
    );
    await Promise.all(sessions.map((session) => session.ended(1)));
    expect(most).toBe(50);
    for (const session of sessions) {
      expect(session.answer).toBe(`done in ${session.id}`);
      expect(session.all('output')).toMatchObject([{ text: `${session.id}\n` }]);
    }
    const { sessions: listed, total } = await client.request('list', { what: 'sessions', cwd: folder });
    expect([listed.length, total]).toEqual([50, 50]);
    expect(new Set(listed.map(({ name }) => name)).size).toBe(50);
    for (const session of sessions) session[Symbol.dispose]();
  },
);
