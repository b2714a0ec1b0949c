/** What tcxd does at its start about each command, from three lists: what its log says is open, what holders hold, what dead ones left. */
import { type CommandEnd, holderDied } from './dead.ts';

export interface OpenEffect {
  readonly key: string;
  /** The holder it was given to, as the log says; undefined when none had it yet as far as the log knows. */
  readonly incarnation?: string;
}

export interface Held {
  readonly key: string;
  readonly incarnation: string;
}

export interface Left {
  readonly key: string;
  /** As its spool says it ended, or that its holder died. */
  readonly end: CommandEnd;
}

export interface Found {
  readonly effects: readonly OpenEffect[];
  /** Keys without an open effect that an actor still names: ended commands whose output was not yet read to its end. */
  readonly kept: ReadonlySet<string>;
  readonly held: readonly Held[];
  readonly left: readonly Left[];
  /** All holders that have a file, living or dead: as long as it is there, so are the spools they wrote. */
  readonly holders: ReadonlySet<string>;
}

export type Decision =
  /** It is in a living holder: go on listening. */
  | { readonly do: 'adopt'; readonly key: string; readonly incarnation: string }
  /** It never began. */
  | { readonly do: 'start'; readonly key: string }
  /** It is over. Whatever is left of its process group is killed first, if the leader is still the recorded one. */
  | { readonly do: 'settle'; readonly key: string; readonly end: CommandEnd }
  /** Nobody waits for it: kill it, and drop its spool. */
  | { readonly do: 'end'; readonly key: string };

export function decide({ effects, kept, held, left, holders }: Found): Decision[] {
  const living = new Map(held.map((command) => [command.key, command.incarnation]));
  const dead = new Map(left.map((spool) => [spool.key, spool.end]));
  const wanted = new Set([...effects.map(({ key }) => key), ...kept]);
  const orphans = [...living.keys(), ...dead.keys()].filter((key) => !wanted.has(key));
  return [
    ...effects.map((effect) => decideOne(effect, living.get(effect.key), dead.get(effect.key), holders)),
    ...orphans.map((key): Decision => ({ do: 'end', key })),
  ];
}

function decideOne(
  { key, incarnation }: OpenEffect,
  living: string | undefined,
  dead: CommandEnd | undefined,
  holders: ReadonlySet<string>,
): Decision {
  if (living !== undefined) return { do: 'adopt', key, incarnation: living };
  if (dead !== undefined) return { do: 'settle', key, end: dead };
  // A spool is made before anything is started, so none beside its holder's file means that nothing was. Without the file
  // the folder itself is not what it was, and says nothing.
  if (incarnation === undefined || holders.has(incarnation)) return { do: 'start', key };
  return { do: 'settle', key, end: holderDied };
}
