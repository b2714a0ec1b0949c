/** Timers due at the same time fire in the order of their times, so what is asked here does not depend on how busy the machine is. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { ViewStore } from './store.ts';
import { Wire } from './wire.ts';

/** A wire whose clock stands still, and how many steps each of its frames was made of. */
function standing() {
  const frames: number[] = [];
  let steps = 0;
  const store: ViewStore = {
    get: () => {
      throw new Error('nobody looks');
    },
    update: (step) => {
      steps = 0;
      step({} as Parameters<typeof step>[0]);
      frames.push(steps);
    },
    listen: () => () => {},
  };
  const wire = new Wire(store, () => 1000);
  const push = (urgent?: boolean) =>
    wire.push((view) => {
      steps++;
      return view;
    }, urgent);
  return { wire, push, frames };
}

test('what is gathered is one frame, then none for a while; what is urgent comes with it at once', async () => {
  const { wire, push, frames } = standing();
  using _wire = wire;
  push();
  push();
  await sleep(5);
  expect(frames).toEqual([2]);
  push();
  await sleep(5);
  expect(frames).toEqual([2]);
  push(true);
  await sleep(5);
  expect(frames).toEqual([2, 2]);
});

test('urgent steps have their own limit, and a flush takes all', async () => {
  const { wire, push, frames } = standing();
  using _wire = wire;
  push(true);
  await sleep(5);
  push(true);
  push(true);
  await sleep(5);
  expect(frames).toEqual([1]);
  wire.flush();
  expect(frames).toEqual([1, 2]);
  wire.flush();
  expect(frames).toEqual([1, 2]);
});
