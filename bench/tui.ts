/** The screen of tcx, driven by its keys. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from './home.ts';
import { betweenKeysMs, echo } from './keys.ts';
import { Screen } from './screen.ts';

const composer = 'Ask for anything';
export const hasComposer = (text: string) => text.includes(composer);

/** Opens a screen; ready when its composer is there. */
export async function openScreen(place: Bench, ...args: string[]): Promise<Screen> {
  const screen = new Screen(place.tcx(...args));
  await screen.until(hasComposer, 'the composer');
  return screen;
}

/** From launch until a key that was pressed into the composer is seen, in ms: before that nobody can begin. */
export async function launch(place: Bench): Promise<number> {
  await using screen = await openScreen(place);
  await echo(screen, 'q');
  return performance.now() - screen.startedAt;
}

/** Says something and waits until the answer's words are seen. */
export async function ask(screen: Screen, text: string, answer: string) {
  screen.press(text);
  await screen.until((shown) => shown.includes(text), 'what was typed');
  await sleep(betweenKeysMs);
  screen.press('\r');
  await screen.until((shown) => shown.includes(answer), 'the answer');
}

export const turnEnded = (screen: Screen) => screen.until((text) => text.includes('Worked for'), 'the end of the turn');
