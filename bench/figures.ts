/** Every figure, in the order they are taken and told. */
import type { Figure } from './figure.ts';
import { attachFrame } from './figures/attach.ts';
import { firstBody, turnBytes } from './figures/bytes.ts';
import { diskBytes } from './figures/disk.ts';
import { idleCpu, idleMemory } from './figures/idle.ts';
import { longSession } from './figures/long.ts';
import { keyEcho, keyEchoBusy, screenStart, sharedEcho } from './figures/screen.ts';
import { idleScreen, idleScreenWakes, screenCpu, screenMemory } from './figures/screen-cost.ts';
import { firstRequest, lastByte, ps } from './figures/start.ts';
import { flatSteps, toolStep } from './figures/steps.ts';
import { streamCpu, streamWall } from './figures/stream.ts';

export const figures: readonly Figure[] = [
  ps,
  firstRequest,
  lastByte,
  toolStep,
  flatSteps,
  longSession,
  streamWall,
  streamCpu,
  turnBytes,
  firstBody,
  diskBytes,
  idleMemory,
  idleCpu,
  screenStart,
  keyEcho,
  keyEchoBusy,
  sharedEcho,
  screenCpu,
  attachFrame,
  idleScreen,
  idleScreenWakes,
  screenMemory,
];
