/** All keys and commands as lines, and those of them that hold some words. Pure. */
import { isDone } from './deeds.ts';
import { type Context, contextTitles } from './key-table.ts';
import type { Keys } from './keys.ts';
import { type SlashCommand, slashCommands } from './slash.ts';

interface Entry {
  readonly title: string;
  readonly left: string;
  readonly does: string;
}

/** The widest column of keys; more of them wrap away from what they do. */
const leftWidth = 24;
const keysShown = 3;

/** A title, then its entries; nothing between. */
export function helpLines(keys: Keys, query: string, width: number): readonly string[] {
  const words = query.toLowerCase().split(/\s+/);
  const found = entries(keys).filter(({ title, left, does }) =>
    words.every((word) => `${title} ${left} ${does}`.toLowerCase().includes(word)),
  );
  const column = Math.min(leftWidth, Math.floor(width / 3));
  const lines = found.flatMap((entry, at) => {
    const line = `  ${entry.left.padEnd(column)} ${entry.does}`;
    return entry.title === found[at - 1]?.title ? [line] : [entry.title, line];
  });
  return lines.length > 0 ? lines : [`Nothing holds "${query}"`];
}

function entries(keys: Keys): Entry[] {
  const ofKeys = keys.entries().flatMap(({ context, action, keys: bound, help }) => {
    if (bound.length === 0 || (context === 'global' && !isDone(action))) return [];
    return [{ title: contextTitles[context as Context], left: bound.slice(0, keysShown).join(', '), does: help }];
  });
  const ofCommands = slashCommands.map(({ name, args, help }: SlashCommand) => ({
    title: 'Commands',
    left: `/${name}${args ? ` ${args}` : ''}`,
    does: help,
  }));
  return [...ofKeys, ...ofCommands];
}
