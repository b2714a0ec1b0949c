/** What sessions cost that do nothing. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { uuidv7 } from '../../core/ids.ts';
import type { Figure } from '../figure.ts';
import { bench } from '../home.ts';
import { cpuMs, rss } from '../measure.ts';

const sessions = 100;
const quietMs = 20_000;

async function take() {
  await using place = await bench(() => ({ text: 'hello' }));
  using client = await place.home.client();
  const turn = async () => {
    const session = uuidv7(Date.now(), randomBytes(10));
    const ended = Promise.withResolvers<void>();
    using _push = client.onPush((push) => {
      if (push.t === 'rows' && push.session === session && push.rows.some(({ kind }) => kind === 'turn.ended'))
        ended.resolve();
    });
    await client.request('new', { session, cwd: place.home.work, source: 'client', settings: {} });
    await client.request('attach', { session });
    await client.request('say', { session, key: session, text: 'hello there', mode: 'steer' });
    await ended.promise;
    await client.request('unattach', { session });
  };
  for (let n = 0; n < 20; n++) await turn();
  await sleep(1000);
  const before = rss(place.pid());
  for (let n = 0; n < sessions; n++) await turn();
  await sleep(3000);
  const after = rss(place.pid());
  const cpu = cpuMs(place.pid());
  await sleep(quietMs);
  return {
    growth: (after - before) / sessions / 1e6,
    cpu: ((cpuMs(place.pid()) - cpu) / quietMs) * 100,
    before,
    after,
  };
}

let taken: ReturnType<typeof take> | undefined;

export const idleMemory: Figure = {
  id: 'idle-memory',
  what: `${sessions} idle sessions: the daemon's RSS growth a session`,
  unit: 'MB',
  take: async () => {
    taken ??= take();
    const { growth, before, after } = await taken;
    return { value: growth, detail: `${(before / 1e6).toFixed(0)} MB to ${(after / 1e6).toFixed(0)} MB` };
  },
};

export const idleCpu: Figure = {
  id: 'idle-cpu',
  what: `${sessions} idle sessions: CPU over 20 s`,
  unit: '%',
  take: async () => {
    taken ??= take();
    return { value: (await taken).cpu, detail: 'of one core' };
  },
};
