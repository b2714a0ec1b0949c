/** A host killed at moments nobody chose, while people speak and effects come and go. */
import { expect, test } from 'vitest';
import { conversation } from '../../core/history.ts';
import type { Row } from '../../core/rows.ts';
import { checkItems } from '../kernel/legal-items.ts';
import { calls, done, exec, patch, prepared, says, tool, watched } from '../kernel/stepped.ts';
import { type Die, die } from '../kernel/walk.ts';
import type { Begun, Rule } from './effects.ts';
import { type Make, Place, stateOf } from './place.ts';

const kills = 12;

/** A model that calls a few things in each turn, and tools that work. */
const rule =
  (dice: Die): Rule =>
  ({ effect, input }: Begun) => {
    if (effect === 'model') {
      const some = [exec('ls'), patch(), tool('list_dir', { dir_path: '/w' })].filter(() => dice.chance(0.5));
      return (input as { step: number }).step < 4 && some.length > 0 ? calls(...some) : says('done');
    }
    if (effect === 'watch') return watched('', 0, { code: 0 });
    if (effect === 'prepare') return prepared();
    return effect === 'command' ? done({ code: 0 }) : done({ text: 'ok', ok: true });
  };

function check(rows: readonly Row[]) {
  expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1));
  const count = (kind: Row['kind'], of: (row: Row) => unknown) => rows.filter((row) => row.kind === kind).map(of);
  const turns = (row: Row) => 'turn' in row.body && row.body.turn;
  expect(count('turn.ended', turns)).toEqual(count('turn.started', turns));
  const call = (row: Row) => 'call' in row.body && row.body.call;
  expect(count('output', call).sort()).toEqual(count('call', call).sort());
  checkItems(conversation(rows));
}

export function randomKills(make: Make) {
  const seed = Math.floor(Math.random() * 2 ** 31);
  test(`each word once, each call answered once, each turn ended once (seed ${seed})`, async () => {
    const dice = die(seed);
    await using place = await Place.open(make);
    place.effects.rule = rule(dice);
    const session = await place.create();
    const words: string[] = [];
    const doubted = new Set<string>();
    for (let n = 0; n < kills; n++) {
      const killed = new Promise((resolve) => setTimeout(resolve, dice.roll(60))).then(() => place.crash());
      for (let word = 0; word < 4; word++) {
        const text = `word ${n}.${word}`;
        words.push(text);
        await place.say(session, text).catch(() => doubted.add(text));
      }
      await killed;
      await place.start();
      // A client says again what it has no answer for, with the same key.
      for (const text of doubted) await place.say(session, text);
      doubted.clear();
    }
    await place.is(session, (state) => stateOf(state) === '"idle"', 'the session to be idle');
    const rows = await place.rows(session);
    check(rows);
    const heard = rows.flatMap((row) => (row.kind === 'user' ? [row.body.text] : []));
    expect(heard.sort()).toEqual(words.sort());
  }, 60_000);
}
