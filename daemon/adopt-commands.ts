/** At start: squares the commands the logs have open with what the holders hold, before anything of them goes on. */
import type { Tree } from '../actors/tree.ts';
import { type ActorId, type EffectKey, effectKey } from '../core/ids.ts';
import type { CommandDeps } from './effects/commands.ts';
import type { Holder } from './holder/client.ts';

type Adopted = ReturnType<CommandDeps['adopted']>;

/** What to do with each open command, told once: a later restart of the same effect is another matter. */
export async function adoptCommands(holder: Holder, trees: readonly Tree[]): Promise<(key: EffectKey) => Adopted> {
  const effects = trees.flatMap(({ open }) =>
    Object.entries(open).flatMap(([key, { effect, mark }]) =>
      effect === 'command' ? [{ key, ...(mark && { incarnation: mark }) }] : [],
    ),
  );
  const kept = new Set(
    trees.flatMap(({ actors }) =>
      (Object.keys(actors) as ActorId[])
        .filter((id) => actors[id]?.machine === 'command')
        .map((id) => effectKey(id, 'run', 1)),
    ),
  );
  const decisions = new Map((await holder.adopt(effects, kept)).map((decision) => [decision.key, decision]));
  return (key) => {
    const decision = decisions.get(key);
    decisions.delete(key);
    return decision?.do === 'settle' ? { do: 'settle', end: decision.end } : decision && { do: decision.do };
  };
}
