/** What a person waits for at a screen: its start, and each key. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Figure, ratio } from '../figure.ts';
import { bareNode, bench } from '../home.ts';
import { betweenKeysMs, echoes, question } from '../keys.ts';
import { firstWord, livelyAnswer } from '../lively.ts';
import { median, pair, wall } from '../measure.ts';
import { ask, launch, openScreen, turnEnded } from '../tui.ts';

const runs = 15;
const keys = 72;
const keysWhileStreaming = 72;
const streamSeconds = 15;
const messages = 20;

export const screenStart: Figure = {
  id: 'screen-start',
  what: '`tcx`, daemon up: launch → a key pressed in the composer is seen, against `node -e 0`',
  unit: '×',
  take: async () => {
    await using place = await bench([]);
    const { a, b } = await pair(
      () => wall(bareNode),
      () => launch(place),
      { runs },
    );
    return ratio(b, a);
  },
};

const slow = (took: readonly number[]) => [...took].sort((a, b) => a - b)[Math.floor(took.length * 0.95)]!.toFixed(1);

export const keyEcho: Figure = {
  id: 'key-echo',
  what: 'a key in the composer → on the screen, median',
  unit: 'ms',
  take: async () => {
    await using place = await bench(() => ({ text: 'hello there' }));
    await using screen = await openScreen(place);
    await ask(screen, question, 'hello there');
    await turnEnded(screen);
    const took = await echoes(screen, keys);
    return { value: median(took), detail: `${keys} keys, 95 % within ${slow(took)} ms` };
  },
};

export const keyEchoBusy: Figure = {
  id: 'key-echo-busy',
  what: 'a key in the composer → on the screen while 100 deltas a second come, median',
  unit: 'ms',
  take: async () => {
    await using place = await bench(() => livelyAnswer(streamSeconds));
    await using screen = await openScreen(place);
    await ask(screen, question, firstWord);
    const took = await echoes(screen, keysWhileStreaming);
    if (screen.text().includes('Worked for')) throw new Error('the answer ended before the keys did');
    return { value: median(took), detail: `${keysWhileStreaming} keys, 95 % within ${slow(took)} ms` };
  },
};

export const sharedEcho: Figure = {
  id: 'shared-echo',
  what: 'Enter in one screen → its words on another of the same session, median',
  unit: 'ms',
  take: async () => {
    await using place = await bench(() => ({ text: 'hello there' }));
    await using first = await openScreen(place);
    await ask(first, question, 'hello there');
    await using second = await openScreen(place, 'attach');
    const took: number[] = [];
    for (let n = 0; n < messages; n++) {
      const words = `message number ${n}.`;
      first.press(words);
      await first.until((text) => text.includes(words), 'what was typed');
      await sleep(betweenKeysMs);
      const pressed = performance.now();
      first.press('\r');
      took.push((await second.until((text) => text.includes(words), 'the words on the other screen')) - pressed);
      await second.until((text) => text.lastIndexOf('hello there') > text.indexOf(words), 'the answer');
    }
    return { value: median(took), detail: `${messages} messages, synced to the disk; 95 % within ${slow(took)} ms` };
  },
};
