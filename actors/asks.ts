/** The seven things a machine may ask for. The bodies are empty: drive reads the asks, the host does them after the commit. */
import type { ActorId, EffectKey } from '../core/ids.ts';
import type { Draft } from '../core/rows.ts';
import type { EffectName, InputOf } from './effects.ts';

/** Any event a machine is sent; `at` is ms since 1970, stamped by the host. */
export interface Stamped {
  readonly type: string;
  readonly at: number;
}
/** An event without its stamp, as mail and deadlines carry it. */
export interface Unstamped {
  readonly type: string;
  readonly [field: string]: unknown;
}

export type MachineName = 'session' | 'call' | 'command' | 'wake';

export type StartAsk = {
  readonly [Name in EffectName]: { readonly key: EffectKey; readonly effect: Name; readonly input: InputOf<Name> };
}[EffectName];

/** A deadline: `at` follows the wall clock, `after` (ms from the event that asks) follows the time the machine is up. */
export type ArmAsk = { readonly id: string; readonly event: Unstamped } & (
  | { readonly at: number }
  | { readonly after: number }
);

export const asks = {
  /** Append rows to the session's log. */
  record: (_: unknown, _params: { readonly rows: readonly Draft[] }) => {},
  /** Begin work in the world. The key is unique for ever, so a late answer is never taken for the next one. */
  start: (_: unknown, _params: StartAsk) => {},
  /** Ask work to end; its true ending still arrives as `settled`. */
  cancel: (_: unknown, _params: { readonly key: EffectKey }) => {},
  /** An event to another actor: of this tree in the same commit, of another by outbox. */
  mail: (_: unknown, _params: { readonly to: ActorId; readonly event: Unstamped }) => {},
  /** A new actor in this tree; its final state ends it. */
  spawn: (_: unknown, _params: { readonly id: ActorId; readonly machine: MachineName; readonly input: unknown }) => {},
  /** A deadline that survives restarts; arming an id again replaces it. */
  arm: (_: unknown, _params: ArmAsk) => {},
  disarm: (_: unknown, _params: { readonly id: string }) => {},
};
export type AskName = keyof typeof asks;
