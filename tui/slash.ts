/** Slash commands: which there are, and which one a draft means. Only those that can act. What each does: `slash-deeds.ts`. Pure. */
import { fuzzy } from '../core/fuzzy.ts';

export interface SlashCommand {
  readonly name: string;
  /** `NAME` has to be given, `[NAME]` may be. */
  readonly args?: string;
  readonly help: string;
  readonly also?: readonly string[];
  /** It is about a session that is there. */
  readonly session?: true;
  /** Not while a turn runs. */
  readonly idle?: true;
}

/** In the order in which the list over the composer shows them. */
export const slashCommands = [
  { name: 'model', args: 'NAME', help: 'another model from the next request on', session: true },
  {
    name: 'permissions',
    args: 'MODE',
    help: 'what runs unasked: ask, never, full-access',
    also: ['approvals'],
    session: true,
  },
  { name: 'keymap', args: '[CONTEXT.ACTION KEYS]', help: 'all keys; or other keys for an action' },
  { name: 'theme', args: '[NAME]', help: 'colours of code and changes' },
  { name: 'vim', help: 'vim keys in the composer, on or off', idle: true },
  { name: 'rename', args: 'NAME', help: 'give the session another name', session: true },
  { name: 'new', help: 'a new session here; this one goes on', also: ['clear'] },
  { name: 'fork', help: 'a copy of this session that goes its own way', session: true, idle: true },
  { name: 'archive', help: 'put this session away', session: true, idle: true },
  { name: 'init', help: 'have an AGENTS.md written for this folder', idle: true },
  { name: 'agents', help: 'all sessions' },
  { name: 'diff', help: 'what this session changed', session: true },
  { name: 'copy', help: 'copy an answer, or a block of code of one', session: true },
  { name: 'mention', help: 'name a file' },
  { name: 'status', help: 'model, folder, tokens, cost, daemon', session: true },
  { name: 'statusline', help: 'what stands under the composer' },
  { name: 'title', help: "what the window's title says" },
  { name: 'pwd', help: 'the folder this session works in' },
  { name: 'debug-config', help: 'where the settings come from' },
  { name: 'ps', help: 'the background commands of this session', session: true },
  { name: 'stop', help: 'end the background commands of this session', also: ['clean'], session: true },
  { name: 'daemon', help: 'the daemon: its state and how to end it' },
  { name: 'detach', help: 'leave; the turn goes on' },
  { name: 'exit', help: 'the same', also: ['quit'] },
  { name: 'help', help: 'all keys and commands' },
] as const satisfies readonly SlashCommand[];

export type SlashName = (typeof slashCommands)[number]['name'];
export type KnownSlash = SlashCommand & { readonly name: SlashName };
const commands: readonly KnownSlash[] = slashCommands;

export const needsWords = ({ args }: SlashCommand): boolean => args !== undefined && !args.startsWith('[');

export interface Slash {
  readonly command: KnownSlash;
  readonly argument: string;
}

const parts = /^\/([a-z-]*)(?:\s+([\s\S]*))?$/;

/** Undefined when the text is no command line; `unknown` names a command there is not. */
export function readSlash(text: string): Slash | { readonly unknown: string } | undefined {
  const found = parts.exec(text.trim());
  if (!found) return undefined;
  const [, name = '', argument = ''] = found;
  const command = commands.find((each) => each.name === name || each.also?.includes(name));
  return command ? { command, argument: argument.trim() } : { unknown: name };
}

/** The commands that a half-typed name may mean: those that begin so, then those that hold its letters in this order. */
export function slashMatches(text: string): readonly KnownSlash[] {
  const typed = /^\/([a-z-]*)$/.exec(text)?.[1];
  if (typed === undefined) return [];
  const begins = commands.filter(
    ({ name, also }) => name.startsWith(typed) || also?.some((other) => other.startsWith(typed)),
  );
  const holds = commands
    .filter((command) => !begins.includes(command))
    .flatMap((command) => {
      const score = fuzzy(typed, command.name);
      return score === undefined ? [] : [{ command, score }];
    })
    .sort((a, b) => b.score - a.score);
  return [...begins, ...holds.map(({ command }) => command)];
}
