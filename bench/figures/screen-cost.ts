/** What a screen costs the machine: while an answer streams, while nothing happens, and when there are many. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Figure } from '../figure.ts';
import { bench, execFlags } from '../home.ts';
import { question } from '../keys.ts';
import { firstWord, livelyAnswer } from '../lively.ts';
import { median, shared, wall } from '../measure.ts';
import { countCpu, pss, treeOf, wakes } from '../proc.ts';
import type { Screen } from '../screen.ts';
import { ask, openScreen, turnEnded } from '../tui.ts';
import { reading } from './bytes.ts';

const streamMs = 10_000;
const settleMs = 2000;
const idleMs = 15_000;
const clients = 10;
const steps = 40;

export const screenCpu: Figure = {
  id: 'screen-cpu',
  what: 'CPU of one screen and the daemon while 100 deltas a second come',
  unit: '%',
  take: async () => {
    await using place = await bench(() => livelyAnswer((streamMs + settleMs) / 1000 + 3));
    await using screen = await openScreen(place);
    await ask(screen, question, firstWord);
    await sleep(settleMs);
    const before = screen.bytes;
    const [client, daemon] = [countCpu(() => treeOf(screen.pid)), countCpu(place.servers)];
    await sleep(streamMs);
    const [ofClient, ofDaemon] = [client(), daemon()];
    const bytes = (screen.bytes - before) / (streamMs / 1000) / 1000;
    return {
      value: ofClient + ofDaemon,
      detail: `screen ${ofClient.toFixed(1)}, daemon ${ofDaemon.toFixed(1)}; ${bytes.toFixed(0)} kB a second drawn`,
    };
  },
};

const idled = shared(async () => {
  await using place = await bench(() => ({ text: 'hello there' }));
  await using screen = await openScreen(place);
  await ask(screen, question, 'hello there');
  await turnEnded(screen);
  await sleep(settleMs);
  const before = { bytes: screen.bytes, wakes: wakes(screen.pid) };
  await sleep(idleMs);
  return { bytes: screen.bytes - before.bytes, wakes: wakes(screen.pid) - before.wakes };
});

export const idleScreen: Figure = {
  id: 'idle-screen',
  what: `bytes that an idle screen writes to its terminal in ${idleMs / 1000} s`,
  unit: 'B',
  take: async () => ({ value: (await idled()).bytes, detail: 'a session whose turn has ended' }),
};

export const idleScreenWakes: Figure = {
  id: 'idle-screen-wakes',
  what: 'times a second that an idle screen wakes',
  unit: '/s',
  take: async () => {
    const { wakes: all } = await idled();
    return { value: all / (idleMs / 1000), detail: `its main thread woke ${all} times in ${idleMs / 1000} s` };
  },
};

export const screenMemory: Figure = {
  id: 'screen-memory',
  what: `memory (PSS) of a screen with ${clients} open on a session of ${steps} calls, median`,
  unit: 'MiB',
  take: async () => {
    await using place = await bench(reading(steps, 400));
    await wall(place.tcx('exec', ...execFlags, 'read it'));
    await using open = new AsyncDisposableStack();
    const screens: Screen[] = [];
    for (let n = 0; n < clients; n++) screens.push(open.use(await openScreen(place, 'attach')));
    await sleep(settleMs);
    const mebibytes = screens.map(({ pid }) => pss(pid) / 2 ** 20);
    return { value: median(mebibytes), detail: `up to ${Math.max(...mebibytes).toFixed(1)} MiB` };
  },
};
