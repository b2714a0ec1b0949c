/** What sessions cost that do nothing. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { uuidv7 } from '../../core/ids.ts';
import type { Client } from '../../ipc/client.ts';
import type { Figure } from '../figure.ts';
import { type Bench, bench, execFlags } from '../home.ts';
import { shared, wall } from '../measure.ts';
import { countCpu, rss } from '../proc.ts';
import { sayAndWait } from '../turns.ts';

const sessions = 100;
/** Sessions made before: what the first ones cost is the daemon's own growing up. */
const before = 20;
const quietMs = 20_000;

async function newSession(client: Client, place: Bench) {
  const session = uuidv7(Date.now(), randomBytes(10));
  await client.request('new', { session, cwd: place.home.work, source: 'client', settings: {} });
  await client.request('attach', { session });
  await sayAndWait(client, session, session, 'hello there');
  await client.request('unattach', { session });
}

const taken = shared(async () => {
  let calls = 1;
  const call = { name: 'exec_command', args: { cmd: 'true', login: false } };
  await using place = await bench(() => (calls-- > 0 ? { calls: [call] } : { text: 'hello' }));
  // A command, so that there is a holder to be idle as well.
  await wall(place.tcx('exec', ...execFlags, 'run true'));
  const client = await place.home.client();
  for (let n = 0; n < before; n++) await newSession(client, place);
  await sleep(1000);
  const at = rss(place.pid());
  for (let n = 0; n < sessions; n++) await newSession(client, place);
  client[Symbol.dispose]();
  await sleep(3000);
  const now = rss(place.pid());
  const cpu = countCpu(place.servers);
  await sleep(quietMs);
  return { at, now, cpu: cpu() };
});

export const idleMemory: Figure = {
  id: 'idle-memory',
  what: `${sessions} idle sessions, just used and still in memory: the daemon's RSS growth a session`,
  unit: 'MB',
  take: async () => {
    const { at, now } = await taken();
    return {
      value: (now - at) / sessions / 1e6,
      detail: `${(at / 1e6).toFixed(0)} MB to ${(now / 1e6).toFixed(0)} MB`,
    };
  },
};

export const idleCpu: Figure = {
  id: 'idle-cpu',
  what: `${sessions} idle sessions: CPU of daemon and holder over ${quietMs / 1000} s`,
  unit: '%',
  take: async () => {
    const { cpu } = await taken();
    return { value: cpu, detail: `of one core; ${((cpu * quietMs) / 100).toFixed(1)} ms` };
  },
};
