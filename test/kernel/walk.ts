/** Random lives of a session: whatever people, models, tools and clocks may do to it next, chosen by a seeded die. */

import type { CallContext } from '../../actors/call-steps.ts';
import type { Job } from '../../actors/drive.ts';
import type { Outcome } from '../../actors/effects.ts';
import type { OpenEffect } from '../../actors/tree.ts';
import { type ActorId, actorNumber, callActor, type EffectKey } from '../../core/ids.ts';
import {
  answer,
  calls,
  careful,
  done,
  exec,
  patch,
  prepared,
  Stepped,
  says,
  tool,
  watched,
  write,
  yolo,
} from './stepped.ts';

export interface Die {
  /** From 0 up to but not including `below`. */
  readonly roll: (below: number) => number;
  readonly chance: (of: number) => boolean;
  readonly pick: <Value>(values: readonly Value[]) => Value;
}

/** The same seed, the same rolls (mulberry32). */
export function die(seed: number): Die {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const roll = (below: number) => Math.floor(next() * below);
  return { roll, chance: (of) => next() < of, pick: (values) => values[roll(values.length)]! };
}

export interface Walk {
  readonly it: Stepped;
  readonly die: Die;
  /** Client keys that were used, to be used again. */
  readonly keys: string[];
  /** The words that were taken. */
  readonly words: Set<string>;
}

export const newWalk = (seed: number): Walk => {
  const dice = die(seed);
  return { it: new Stepped(dice.chance(0.5) ? yolo : careful), die: dice, keys: [], words: new Set() };
};

/** One commit of one to four things that happen. */
export function wander({ it, die, keys, words }: Walk): void {
  it.at += die.roll(3000);
  const jobs = Array.from({ length: die.chance(0.7) ? 1 : 1 + die.roll(4) }, () => happening(it, die, keys));
  for (const [index, result] of it.try(...jobs).entries()) {
    if (result.result === 'threw') throw result.error;
    const job = jobs[index]!;
    if (result.result === 'done' && job.job === 'event' && job.event.type === 'said') words.add(`words ${job.key}`);
  }
}

function happening(it: Stepped, die: Die, keys: string[]): Job {
  const open = Object.entries(it.tree.open) as [EffectKey, OpenEffect][];
  const questions = Object.entries(it.tree.actors).filter(
    ([, { machine, value }]) => machine === 'call' && value === 'asking',
  );
  const deadlines = Object.keys(it.tree.deadlines);
  const roll = die.roll(100);
  if (roll < 50 && open.length > 0) {
    const [key, effect] = die.pick(open);
    return { job: 'settle', key, outcome: outcomeOf(it, die, effect), at: it.at };
  }
  if (roll < 60 && questions.length > 0) {
    const [actor, { context }] = die.pick(questions);
    const { next } = context as CallContext;
    const choices = next.do === 'ask' ? next.decision.question.choices.map(({ id }) => id) : [];
    return it.decided(actorNumber(actor as ActorId)!, die.pick(choices), keyOf(die, keys));
  }
  if (roll < 66 && deadlines.length > 0) return { job: 'due', id: die.pick(deadlines), at: it.at };
  return said(it, die, keys);
}

function keyOf(die: Die, keys: string[]): string {
  if (keys.length > 0 && die.chance(0.1)) return die.pick(keys);
  keys.push(`k${keys.length}`);
  return keys.at(-1)!;
}

function said(it: Stepped, die: Die, keys: string[]): Job {
  const roll = die.roll(40);
  if (roll < 14) {
    const key = keyOf(die, keys);
    return it.event({ type: 'said', text: `words ${key}`, mode: die.chance(0.7) ? 'steer' : 'queue', key }, key);
  }
  if (roll < 20) return it.event({ type: 'interrupted', ...(die.chance(0.2) && { turn: die.roll(5) }) });
  if (roll < 22) return it.event({ type: 'stopped' }, keyOf(die, keys));
  if (roll < 24) return it.event({ type: 'released' });
  if (roll < 26) return it.event({ type: 'resumed' });
  if (roll < 28) return it.event({ type: 'kill', n: 1 + die.roll(10) });
  if (roll < 30) return it.event({ type: 'wake', until: it.at + die.roll(10_000), text: 'ring' });
  if (roll < 31) return it.event({ type: 'unwake', n: 1 + die.roll(4) });
  if (roll < 33) return it.event({ type: 'unqueued', n: 1 + die.roll(10) });
  if (roll < 34) return it.event({ type: 'configured', settings: die.pick([yolo, careful]) });
  if (roll < 35) return it.event({ type: 'renamed', name: 'x' });
  if (roll < 36) return it.event({ type: 'restored' });
  if (roll < 38) return { job: 'settle', key: it.key(`model#${1 + die.roll(9)}x`), outcome: says('late'), at: it.at };
  const open = (Object.keys(it.tree.open) as EffectKey[]).filter(() => die.chance(0.5));
  return { job: 'begin', keys: open };
}

const failures: readonly Outcome[] = [
  { kind: 'failed', why: 'broke' },
  { kind: 'unknown', why: 'restarted' },
  { kind: 'interrupted' },
  { kind: 'not started' },
];

function outcomeOf(it: Stepped, die: Die, { effect, input, cancelled }: OpenEffect): Outcome {
  if (cancelled && die.chance(0.8)) return { kind: 'interrupted' };
  if (die.chance(0.1)) return die.pick(failures);
  switch (effect) {
    case 'model':
      return modelAnswer(it, die);
    case 'command':
      return done({ code: die.roll(3) });
    case 'watch': {
      const { command, from } = input as { command: number; from: number };
      const read = from + die.roll(100);
      return die.chance(0.5) ? watched('out', read, { code: die.roll(2) }) : watched('out', read, { command });
    }
    case 'prepare':
      return prepared(die.pick(['/w/a', '/w/b', '/etc/x']));
    case 'read':
    case 'apply':
      return done({ text: 'ok', ok: die.chance(0.8) });
    case 'kill':
      return done(null);
  }
}

function modelAnswer(it: Stepped, die: Die): Outcome {
  const roll = die.roll(10);
  if (roll < 3) return says('done');
  if (roll < 4) return says('and', false);
  if (roll < 5) return { kind: 'parked', why: 'needs a key' };
  if (roll < 6) return answer([]);
  const commands = Object.keys(it.context.commands).map(Number);
  const any = () =>
    die.pick([
      exec(die.pick(['ls', 'make', 'rm x'])),
      tool('read_file', { file_path: '/w/a' }),
      tool('update_plan', { plan: [] }),
      tool('nothing', {}),
      patch(),
      ...(commands.length > 0 ? [write(1000 + die.pick(commands), die.pick(['', 'x']))] : []),
    ]);
  return calls(...Array.from({ length: 1 + die.roll(4) }, any));
}

/** Everything that is open ends well, until nothing is: what a session does when it is left alone. */
export function settleAll({ it, die }: Walk): void {
  for (let rounds = 0; rounds < 500; rounds++) {
    const open = Object.entries(it.tree.open) as [EffectKey, OpenEffect][];
    const question = Object.entries(it.tree.actors).find(
      ([, { machine, value }]) => machine === 'call' && value === 'asking',
    );
    const next = open.find(([, { effect }]) => effect !== 'command') ?? open[0];
    it.at += 10;
    if (question) it.decide(actorNumber(question[0] as ActorId)!, 'no');
    else if (it.state === 'turn.parked') it.send({ type: 'resumed' });
    else if (next) it.put({ job: 'settle', key: next[0], outcome: ending(next[1]), at: it.at });
    else if (it.deadlines.length > 0) it.put({ job: 'due', id: `${it.session}${it.deadlines[0]}`, at: it.at });
    else return;
  }
  throw new Error(`it does not come to rest: ${it.state}, open ${it.open.join(' ')}, die ${die.roll(2)}`);
}

function ending({ effect, cancelled, input }: OpenEffect): Outcome {
  if (cancelled) return { kind: 'interrupted' };
  if (effect === 'model') return says('done');
  if (effect === 'watch') return watched('', (input as { from: number }).from, { code: 0 });
  if (effect === 'command') return done({ code: 0 });
  if (effect === 'prepare') return prepared();
  return done(effect === 'kill' ? null : { text: 'ok', ok: true });
}

export const actorOfCall = (it: Stepped, call: number) => it.tree.actors[callActor(it.session, call)];
