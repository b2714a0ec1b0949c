/** `tcx completion`: a script for bash, zsh or fish, made from the table of commands. */
import { UsageError } from './args.ts';
import { commands, commonFlags, rootCommand } from './commands.ts';
import { bash } from './completion-bash.ts';
import { fish } from './completion-fish.ts';
import { surface } from './completion-surface.ts';
import { zsh } from './completion-zsh.ts';
import { exit, type Run } from './context.ts';

const shells = { bash, zsh, fish };

export const run: Run = async (context, { args: [name = 'bash'] }) => {
  if (!Object.hasOwn(shells, name))
    throw new UsageError(`invalid value '${name}' for '[SHELL]'`, `possible values: ${Object.keys(shells).join(', ')}`);
  context.out(shells[name as keyof typeof shells](surface(rootCommand, commands, commonFlags)));
  return exit.done;
};
