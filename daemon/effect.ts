/** The shape of an effect's body: what it is given besides its input. The list of bodies is `daemon/effects.ts`. */
import type { EffectName, InputOf, Outcome, ValueOf } from '../actors/effects.ts';
import type { EffectKey, SessionId } from '../core/ids.ts';

/** Something to look at while an effect runs; never a row. `text` is appended to what was shown under the same key and kind. */
export interface Delta {
  readonly kind: 'text' | 'reasoning' | 'args' | 'output' | 'status' | 'retry';
  readonly text: string;
}

export interface EffectIo {
  readonly session: SessionId;
  readonly key: EffectKey;
  /** 1 for the first time, more after restarts. */
  readonly attempt: number;
  /** Aborted when the effect is cancelled. An effect ends by itself then, with `interrupted` or with what really happened. */
  readonly signal: AbortSignal;
  readonly live: (delta: Delta) => void;
}

/** Does not throw for what the world does; a throw is a bug and settles the effect `failed`. */
export type Effect<Name extends EffectName> = (input: InputOf<Name>, io: EffectIo) => Promise<Outcome<ValueOf<Name>>>;
