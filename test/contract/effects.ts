/** Effects as a test wants them: what is begun is noted, and ends when and how the test says, or at once by a rule. */
import type { EffectName, Outcome } from '../../actors/effects.ts';
import type { EffectKey, SessionId } from '../../core/ids.ts';
import type { Delta } from '../../daemon/effect.ts';
import type { EffectRunner } from '../../daemon/hosts/host.ts';
import { until } from '../daemon.ts';

type Io = Parameters<EffectRunner['run']>[2];

export class Begun {
  readonly how: 'run' | 'check';
  readonly effect: EffectName;
  readonly input: unknown;
  readonly session: SessionId;
  readonly key: EffectKey;
  readonly attempt: number;
  readonly live: (delta: Delta) => void;
  readonly outcome = Promise.withResolvers<Outcome>();
  aborted = false;
  over = false;

  constructor(how: 'run' | 'check', effect: EffectName, input: unknown, { session, key, attempt, signal, live }: Io) {
    this.how = how;
    this.effect = effect;
    this.input = input;
    this.session = session;
    this.key = key;
    this.attempt = attempt;
    this.live = live;
    signal.addEventListener('abort', () => {
      this.aborted = true;
    });
  }

  end(outcome: Outcome) {
    this.over = true;
    this.outcome.resolve(outcome);
  }
  break(error: Error) {
    this.over = true;
    this.outcome.reject(error);
  }
  /** `model#1` of the whole key. */
  get name() {
    return this.key.slice(37);
  }
}

/** What an effect comes to at once; undefined for one that the test ends itself. */
export type Rule = (begun: Begun) => Outcome | undefined;

export class FakeEffects implements EffectRunner {
  readonly begun: Begun[] = [];
  rule: Rule = () => undefined;

  run = (effect: EffectName, input: unknown, io: Io) => this.#begin(new Begun('run', effect, input, io));
  check = (effect: EffectName, input: unknown, io: Io) => this.#begin(new Begun('check', effect, input, io));
  mark = (effect: EffectName) => (effect === 'command' ? Promise.resolve('holder 1') : undefined);

  #begin(begun: Begun): Promise<Outcome> {
    this.begun.push(begun);
    const outcome = this.rule(begun);
    if (outcome) begun.end(outcome);
    return begun.outcome.promise;
  }

  /** The newest of this name that is not over, as soon as it was begun. */
  async next(name: string, session?: SessionId): Promise<Begun> {
    const found = () =>
      this.begun.findLast(
        (each) => each.name === name && !each.over && (session === undefined || each.session === session),
      );
    return until(found, `${name} to begin`);
  }

  /** How often each key was begun, and how. */
  count = (name: string, session?: SessionId) =>
    this.begun.filter((each) => each.name === name && (session === undefined || each.session === session)).length;
}
