/** The seven things a machine may ask for. Asking does nothing by itself: drive reads the asks, the host does them after the commit. */
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

export type Start = {
  readonly [Name in EffectName]: { readonly key: EffectKey; readonly effect: Name; readonly input: InputOf<Name> };
}[EffectName];

/** When a deadline falls: `at` follows the wall clock, `after` (ms from the event that asks) the time the machine is up. */
export type When = { readonly at: number } | { readonly after: number };

export type Ask =
  /** Append rows to the session's log. */
  | { readonly ask: 'record'; readonly rows: readonly Draft[] }
  /** Begin work in the world. The key is unique for ever, so a late answer is never taken for the next one. */
  | { readonly ask: 'start'; readonly start: Start }
  /** Ask work to end; its true ending still arrives as `settled`. */
  | { readonly ask: 'cancel'; readonly key: EffectKey }
  /** An event to another actor: of this tree in the same commit, of another by outbox. */
  | { readonly ask: 'mail'; readonly to: ActorId; readonly event: Unstamped }
  /** A new actor in this tree; its final state ends it. */
  | { readonly ask: 'spawn'; readonly id: ActorId; readonly machine: MachineName; readonly input: unknown }
  /** A deadline that survives restarts; arming an id again replaces it. */
  | { readonly ask: 'arm'; readonly id: string; readonly when: When; readonly event: Unstamped }
  | { readonly ask: 'disarm'; readonly id: string };

export const record = (...rows: readonly Draft[]): Ask => ({ ask: 'record', rows });
export const start = <Name extends EffectName>(key: EffectKey, effect: Name, input: InputOf<Name>): Ask => ({
  ask: 'start',
  start: { key, effect, input } as Start,
});
export const cancel = (key: EffectKey): Ask => ({ ask: 'cancel', key });
export const mail = (to: ActorId, event: Unstamped): Ask => ({ ask: 'mail', to, event });
export const spawn = (id: ActorId, machine: MachineName, input: unknown): Ask => ({ ask: 'spawn', id, machine, input });
export const arm = (id: string, when: When, event: Unstamped): Ask => ({ ask: 'arm', id, when, event });
export const disarm = (id: string): Ask => ({ ask: 'disarm', id });

/** The one action a machine has besides `assign`. */
export const asks = { ask: (_: unknown, _asks: readonly Ask[]) => {} };

/** What a machine does on an event: the asks it makes, and what changes in its context. */
export interface Done<Context> {
  readonly asks?: readonly Ask[];
  readonly context?: Partial<Context>;
}
export type Does<Context, Event> = (context: Context, event: Event) => Done<Context>;
type Named<Event extends { readonly type: string }, Type extends Event['type']> = Extract<
  Event,
  { readonly type: Type }
>;

/**
 * Turns pure steps into a machine's actions, one after another: the asks of each, then what it changes, which the next sees.
 * `assign` is the machine's own, so that the types are.
 */
export const acting =
  <Context, Event extends { readonly type: string }, Assign>(
    assign: (assigner: (args: { context: Context; event: Event }) => Partial<Context>) => Assign,
  ) =>
  <Type extends Event['type']>(...steps: readonly Does<Context, Named<Event, Type>>[]) =>
    steps.flatMap((does) => [
      {
        type: 'ask' as const,
        params: ({ context, event }: { context: Context; event: Event }) =>
          does(context, event as Named<Event, Type>).asks ?? [],
      },
      assign(({ context, event }) => does(context, event as Named<Event, Type>).context ?? {}),
    ]);
