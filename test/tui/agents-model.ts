/** A model for many sessions at once: what each was told decides what it does. */
import type { FakeReply, FakeRequest } from '../fake-model.ts';
import { press, type Screen } from '../screen.ts';
import { runs, says, slowly } from './with-model.ts';

export function byWords({ body }: FakeRequest): FakeReply {
  const said = JSON.stringify(body.input.findLast(({ role }) => role === 'user'));
  const answered = body.input.some(({ type }) => String(type).endsWith('_output'));
  if (said.includes('slowly')) return slowly(3000, 100);
  const asked = /touch \w+/.exec(said)?.[0];
  return asked && !answered ? runs(asked) : says('all is well');
}

/** Moves the mark of an open question to a choice. A question is deaf in its first moments: the key is pressed again then. */
export async function markChoice(screen: Screen, wanted: number) {
  const marked = () => Number(/› (\d) {2}/.exec(screen.text())?.[1] ?? 0);
  await screen.until(/› \d {2}/);
  for (let tries = 0; marked() !== wanted && tries < 100; tries++) {
    const before = marked();
    screen.press(before < wanted ? press.down : press.up);
    for (let looks = 0; marked() === before && looks < 50; looks++)
      await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A question takes keys when its mark has moved. */
export async function untilItTakesKeys(screen: Screen) {
  await markChoice(screen, 2);
  await markChoice(screen, 1);
}
