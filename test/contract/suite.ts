/** What every host promises (design §2–4), asked of the interface `daemon/hosts/host.ts` and of nothing else. */
import { describe } from 'vitest';
import { basics } from './basics.ts';
import { durability } from './durability.ts';
import { isolation } from './isolation.ts';
import type { Make } from './place.ts';
import { randomKills } from './random-kills.ts';
import { several } from './several.ts';

export function hostContract(name: string, make: Make) {
  describe(`${name}: sessions, rows and listeners`, () => basics(make));
  describe(`${name}: what a killed host leaves and the next one does`, () => durability(make));
  describe(`${name}: one session's trouble is its own`, () => isolation(make));
  describe(`${name}: forks, mail and many at once`, () => several(make));
  describe(`${name}: killed at random moments`, () => randomKills(make));
}
