/** What is compared. Each race is run by every agent in turn, round after round, so that the machine's moods fall on all. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { printing } from '../figures/bytes.ts';
import { Gaps } from '../gaps.ts';
import { betweenKeysMs, echo, echoes, question } from '../keys.ts';
import { firstWord, livelyAnswer, perSecond } from '../lively.ts';
import { median, sum, wall } from '../measure.ts';
import { countCpu, pss, treeOf } from '../proc.ts';
import { Screen } from '../screen.ts';
import type { Peer, Place } from './peer.ts';

export interface Cell {
  readonly id: string;
  readonly what: string;
  readonly unit: 'ms' | 'kB' | '%' | 'MiB';
}

export interface Race {
  readonly cells: readonly Cell[];
  readonly rounds: number;
  /** Rounds at first that do not count. */
  readonly warm: number;
  readonly enter: (peer: Peer) => Promise<Runner>;
}

export interface Runner extends AsyncDisposable {
  /** A value for each cell. */
  readonly run: () => Promise<readonly number[]>;
}

const runner = (place: Place, run: Runner['run']): Runner => ({
  run,
  [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
});

const turnPatienceMs = 120_000;
const stepsOfSpeed = 30;
const stepsOfBytes = 20;
const outputBytes = 400;
const keysARound = 30;
const streamMs = 8000;
const settleMs = 2000;

const headless: Race = {
  cells: [
    { id: 'turn', what: 'one turn without a screen: start → exit', unit: 'ms' },
    { id: 'first-request', what: 'start → first model request', unit: 'ms' },
  ],
  rounds: 8,
  warm: 2,
  enter: async (peer) => {
    const place = await peer.open((request) => ({ text: peer.isTurn(request) ? 'hello there' : 'A title' }));
    return runner(place, async () => {
      const before = place.model.requests.length;
      const { file, args, cwd, env } = place.headless('hi');
      const started = performance.now();
      const child = spawn(file, args, { cwd, env, stdio: 'ignore', timeout: turnPatienceMs });
      const [code] = (await once(child, 'exit')) as [number | null];
      const took = performance.now() - started;
      const first = place.model.requests.slice(before).find(peer.isTurn);
      if (code !== 0 || !first) throw new Error(`its turn ended with ${code}${first ? '' : ' and asked no model'}`);
      return [took, first.at - started];
    });
  },
};

const steps: Race = {
  cells: [{ id: 'tool-step', what: "a tool step (`true`) beyond the server's own time", unit: 'ms' }],
  rounds: 3,
  warm: 1,
  enter: async (peer) => {
    const gaps = new Gaps(stepsOfSpeed, () => peer.call('true'), peer.isTurn);
    const place = await peer.open(gaps.script);
    return runner(place, async () => {
      gaps.took.length = 0;
      await wall(place.headless('go'));
      return [median(gaps.took)];
    });
  },
};

const bytes: Race = {
  cells: [
    { id: 'first-body', what: 'the first request of a session', unit: 'kB' },
    { id: 'turn-bytes', what: `bytes sent in a ${stepsOfBytes}-step turn`, unit: 'kB' },
  ],
  rounds: 1,
  warm: 0,
  enter: async (peer) => {
    const gaps = new Gaps(stepsOfBytes, () => peer.call(printing(outputBytes)), peer.isTurn);
    const place = await peer.open(gaps.script);
    return runner(place, async () => {
      await wall(place.headless('split the module'));
      const { requests } = place.model;
      return [requests.find(peer.isTurn)!.bytes / 1000, sum(requests.map((request) => request.bytes)) / 1000];
    });
  },
};

const launch: Race = {
  cells: [{ id: 'screen-start', what: 'launch → a key pressed in the composer is seen', unit: 'ms' }],
  rounds: 6,
  warm: 1,
  enter: async (peer) => {
    const place = await peer.open(() => ({ text: 'hello there' }));
    await firstStart(place);
    return runner(place, async () => {
      await using screen = new Screen(place.screen());
      await screen.until(place.isReady, 'the composer');
      await echo(screen, 'q');
      return [performance.now() - screen.startedAt];
    });
  },
};

const typing: Race = {
  cells: [
    { id: 'key-echo', what: 'a key in the composer → on the screen, median', unit: 'ms' },
    { id: 'memory', what: 'memory (PSS) of an idle screen and what works for it', unit: 'MiB' },
  ],
  rounds: 3,
  warm: 1,
  enter: async (peer) => {
    const place = await peer.open(() => ({ text: 'hello there' }));
    await firstStart(place);
    return runner(place, async () => {
      await using screen = await openScreen(place);
      const took = await echoes(screen, keysARound);
      const all = workingFor(screen, place);
      return [median(took), sum(all.map(pss)) / 2 ** 20];
    });
  },
};

const streaming: Race = {
  cells: [
    { id: 'screen-cpu', what: `CPU at ${perSecond} deltas a second, of screen and what works for it`, unit: '%' },
  ],
  rounds: 2,
  warm: 0,
  enter: async (peer) => {
    const answer = livelyAnswer((streamMs + settleMs) / 1000 + 5);
    const place = await peer.open((request) => (peer.isTurn(request) ? answer : { text: 'A title' }));
    await firstStart(place);
    return runner(place, async () => {
      await using screen = await openScreen(place);
      await ask(screen, question);
      await screen.until((text) => text.includes(firstWord), 'the answer');
      await sleep(settleMs);
      const used = countCpu(() => workingFor(screen, place));
      await sleep(streamMs);
      return [used()];
    });
  },
};

const workingFor = (screen: Screen, place: Place) => [...new Set([...treeOf(screen.pid), ...place.servers()])];

/** A screen that has loaded all it loads; what it asks at its first start is answered. */
async function openScreen(place: Place): Promise<Screen> {
  const screen = new Screen(place.screen());
  for (;;) {
    const dialog = () => place.dialogs.find(({ says }) => screen.text().includes(says));
    await screen.until((text) => dialog() !== undefined || place.isSettled(text), 'the composer');
    const open = dialog();
    if (!open) return screen;
    for (const key of open.keys) {
      await sleep(betweenKeysMs);
      screen.press(key);
    }
    await screen.until((text) => !text.includes(open.says), 'the end of a question');
  }
}

/** Its questions of the first start are behind it. */
async function firstStart(place: Place) {
  await using screen = await openScreen(place);
  await echo(screen, 'q');
}

async function ask(screen: Screen, text: string) {
  screen.press(text);
  await screen.until((shown) => shown.includes(text), 'what was typed');
  await sleep(betweenKeysMs);
  screen.press('\r');
}

export const races: readonly Race[] = [headless, steps, bytes, launch, typing, streaming];
export const rowIds = races.flatMap(({ cells }) => cells.map(({ id }) => id));
