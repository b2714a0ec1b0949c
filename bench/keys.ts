/** Keys pressed in a program's screen, and how long each takes to be seen. Nothing here knows tcx. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Screen } from './screen.ts';

/** Letters that no screen shows by itself in this order. */
const letters = 'qjzvkwxbqhzjkvwqxzjbvkqwhzxjvbkqzwjx';
/** What is asked: letters that stand on no screen before they are typed. */
export const question = 'qz?';
/** A key right behind others would be taken for a part of a paste. */
export const betweenKeysMs = 300;
/** Uneven, so that keys fall on all phases of a frame. */
const pauses = [61, 83, 47, 97, 71];

/** Ms from each key to its being on the screen, typed as a person does. */
export async function echoes(screen: Screen, keys: number): Promise<number[]> {
  const took: number[] = [];
  for (let n = 0; n < keys; n++) {
    // A line's worth is typed and taken back: a longer one would wrap.
    const typed = letters.slice(0, (n % letters.length) + 1);
    took.push(await echo(screen, typed));
    await sleep(pauses[n % pauses.length]);
    if (typed.length === letters.length) await takeBack(screen);
  }
  return took;
}

/** Presses the last letter of what will then have been typed. */
export async function echo(screen: Screen, typed: string): Promise<number> {
  const pressed = performance.now();
  screen.press(typed.at(-1)!);
  return (await screen.until((text) => text.includes(typed), `the key ${typed.at(-1)}`)) - pressed;
}

async function takeBack(screen: Screen) {
  screen.press('\u007f'.repeat(letters.length));
  await screen.until((text) => !text.includes(letters.slice(0, 2)), 'an empty line');
}
