/** What a shell can complete of the command line, read off the table of commands. Pure. */
import type { CommandSpec, Flags } from './args.ts';

/** What stands at a place: one of some words, a session, a file or folder, or something nobody can guess. */
export type Values =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'session' | 'approval' | 'file' | 'folder' | 'free' };

export interface FlagSurface {
  readonly name: string;
  readonly short?: string;
  readonly help: string;
  /** Absent: the flag takes no value. */
  readonly value?: Values;
}

export interface CommandSurface {
  readonly name: string;
  /** All names it is called by, the first one first. */
  readonly names: readonly string[];
  readonly help: string;
  readonly flags: readonly FlagSurface[];
  /** What the first word after the command is. */
  readonly first: Values;
}

export interface Surface {
  readonly root: CommandSurface;
  readonly commands: readonly CommandSurface[];
}

export const surface = (root: CommandSpec, commands: readonly CommandSpec[], common: Flags): Surface => ({
  root: commandSurface(root, common),
  commands: commands.filter(({ hidden }) => !hidden).map((spec) => commandSurface(spec, common)),
});

const commandSurface = (spec: CommandSpec, common: Flags): CommandSurface => ({
  name: spec.name,
  names: [spec.name, ...(spec.aliases ?? [])],
  help: spec.help,
  flags: Object.entries({ ...spec.flags, ...common }).flatMap(([name, flag]) => {
    if (flag.hidden && name !== 'target') return [];
    const { short, help, value, type } = flag;
    return [{ name, help, ...(short && { short }), ...(type === 'string' && { value: valuesOf(value ?? '', help) }) }];
  }),
  first: firstWord(spec.args ?? ''),
});

function firstWord(args: string): Values {
  const choices = args.replaceAll(/[[\]]/g, '').split(/ \| |\|/);
  const words = choices.map((choice) => choice.trim().split(' ')[0]!).filter((word) => /^[a-z]/.test(word));
  if (words.length > 0) return { kind: 'words', words };
  return valuesOf(args.replaceAll(/[[\]]/g, '').split(' ')[0] ?? '', '');
}

/** Known words are named in the help of a flag: `idle, needs-you or done`. */
function valuesOf(value: string, help: string): Values {
  switch (value) {
    case 'SESSION':
      return { kind: 'session' };
    case 'APPROVAL':
      return { kind: 'approval' };
    case 'FILE':
      return { kind: 'file' };
    case 'DIR':
      return { kind: 'folder' };
    case 'MODE':
    case 'STATE':
    case 'POLICY':
    case 'WHEN':
      return { kind: 'words', words: help.match(/[a-z]+(?:-[a-z]+)*(?=,| or |$)/g) ?? [] };
    default:
      return { kind: 'free' };
  }
}
