/** Slash commands: which there are, and which one a draft means. Only those that can act. Pure. */

export interface SlashCommand {
  readonly name: string;
  readonly args?: string;
  readonly help: string;
  readonly also?: readonly string[];
}

export const slashCommands: readonly SlashCommand[] = [
  { name: 'model', args: 'NAME', help: 'another model from the next request on' },
  { name: 'permissions', args: 'MODE', help: 'what runs unasked: ask, never, full-access', also: ['approvals'] },
  { name: 'status', help: 'model, folder, tokens, cost, daemon' },
  { name: 'diff', help: 'what this session changed' },
  { name: 'rename', args: 'NAME', help: 'give the session another name' },
  { name: 'new', help: 'a new session here; this one goes on', also: ['clear'] },
  { name: 'agents', help: 'all sessions' },
  { name: 'stop', help: 'end the background commands of this session' },
  { name: 'detach', help: 'leave; the turn goes on' },
  { name: 'exit', help: 'the same', also: ['quit'] },
  { name: 'help', help: 'all keys and commands' },
];

export interface Slash {
  readonly command: SlashCommand;
  readonly argument: string;
}

const parts = /^\/([a-z-]*)(?:\s+([\s\S]*))?$/;

/** Undefined when the text is no command line; `unknown` names a command there is not. */
export function readSlash(text: string): Slash | { readonly unknown: string } | undefined {
  const found = parts.exec(text.trim());
  if (!found) return undefined;
  const [, name = '', argument = ''] = found;
  const command = slashCommands.find((each) => each.name === name || each.also?.includes(name));
  return command ? { command, argument: argument.trim() } : { unknown: name };
}

/** The commands that a half-typed name may mean, those that begin so first. */
export function slashMatches(text: string): readonly SlashCommand[] {
  const typed = /^\/([a-z-]*)$/.exec(text)?.[1];
  if (typed === undefined) return [];
  const begins = slashCommands.filter(
    ({ name, also }) => name.startsWith(typed) || also?.some((other) => other.startsWith(typed)),
  );
  const holds = slashCommands.filter((command) => !begins.includes(command) && command.name.includes(typed));
  return [...begins, ...holds];
}
