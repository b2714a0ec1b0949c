/** The effects of one session that run now: begun once under each key, asked to end, and told of when they have. */
import { type EffectName, type Outcome, policies } from '../../actors/effects.ts';
import type { EffectKey, SessionId } from '../../core/ids.ts';
import type { Delta } from '../effect.ts';
import type { EffectRunner } from './host.ts';

export interface RunningDeps {
  readonly session: SessionId;
  readonly effects: EffectRunner;
  readonly live: (key: EffectKey, delta: Delta) => void;
  readonly settled: (key: EffectKey, outcome: Outcome) => void;
}

export class Running {
  readonly #deps: RunningDeps;
  readonly #controllers = new Map<EffectKey, AbortController>();

  constructor(deps: RunningDeps) {
    this.#deps = deps;
  }

  has = (key: EffectKey) => this.#controllers.has(key);

  /** An effect that is begun again and cannot be repeated is looked at instead. */
  run(key: EffectKey, effect: EffectName, input: unknown, attempt: number) {
    const controller = new AbortController();
    this.#controllers.set(key, controller);
    void this.#outcome(key, effect, input, attempt, controller).then((outcome) => {
      this.#controllers.delete(key);
      this.#deps.settled(key, outcome);
    });
  }

  /** False when it does not run here. */
  abort(key: EffectKey): boolean {
    const controller = this.#controllers.get(key);
    controller?.abort();
    return controller !== undefined;
  }

  abortAll() {
    for (const controller of this.#controllers.values()) controller.abort();
  }

  async #outcome(
    key: EffectKey,
    effect: EffectName,
    input: unknown,
    attempt: number,
    controller: AbortController,
  ): Promise<Outcome> {
    const { session, effects, live } = this.#deps;
    const io = {
      session,
      key,
      attempt,
      signal: controller.signal,
      live: (delta: Delta) => this.#controllers.get(key) === controller && live(key, delta),
    };
    try {
      const again = attempt > 1 && policies[effect] === 'check';
      return await (again ? effects.check(effect, input, io) : effects.run(effect, input, io));
    } catch (error) {
      return { kind: 'failed', why: `${effect} broke: ${error instanceof Error ? error.message : String(error)}` };
    }
  }
}
