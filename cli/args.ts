/**
 * The one parser of command lines, over Node's own `parseArgs`: a command is a table entry, and usage, completion and
 * "did you mean" are read off it. A library would cost `tcx ps` a third of its time.
 */
import { parseArgs } from 'node:util';

export interface Flag {
  readonly type: 'boolean' | 'string';
  readonly short?: string;
  readonly multiple?: boolean;
  /** What stands for the value in the usage, such as `DIR`. */
  readonly value?: string;
  readonly help: string;
  readonly hidden?: boolean;
}
export type Flags = Readonly<Record<string, Flag>>;

export interface CommandSpec {
  readonly name: string;
  readonly aliases?: readonly string[];
  /**
   * The positionals, as the usage shows them, and checked by it: `SESSION` has to be there, `[SESSION]` may be, `…` is as
   * many as there are. With a ` | ` in it the command looks for itself.
   */
  readonly args?: string;
  readonly help: string;
  readonly flags?: Flags;
  readonly hidden?: boolean;
  /** Lines under the flags. */
  readonly notes?: readonly string[];
}

export interface Parsed {
  /** The command's name as it was typed: an alias may mean something a little different. */
  readonly called: string;
  readonly flags: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  readonly args: readonly string[];
}

/** A command line that cannot be understood: exit 2. */
export class UsageError extends Error {
  readonly tip: string | undefined;
  constructor(message: string, tip?: string) {
    super(message);
    this.name = 'UsageError';
    this.tip = tip;
  }
}

export function parse(spec: CommandSpec, argv: readonly string[], common: Flags = {}, called = spec.name): Parsed {
  const flags = { ...common, ...spec.flags };
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { type, short, multiple }]) => [
      name,
      { type, ...(short && { short }), ...(multiple && { multiple }) },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
    const parsed = { called, flags: values as Parsed['flags'], args: withTarget(values.target, positionals) };
    if (!values.help && !values.version) checkWords(spec, parsed.args);
    return parsed;
  } catch (error) {
    throw error instanceof UsageError ? error : understood(error as NodeJS.ErrnoException, Object.keys(flags));
  }
}

/** `-t SESSION`, as tmux has it, is the first word. */
const withTarget = (target: unknown, words: string[]) => (typeof target === 'string' ? [target, ...words] : words);

function checkWords(spec: CommandSpec, given: readonly string[]) {
  if (spec.args?.includes(' | ')) return;
  const wanted = spec.args?.match(/\[[^\]]*\]|\S+/g) ?? [];
  const missing = wanted.slice(given.length).filter((word) => !word.startsWith('['));
  const how = `tcx${spec.name ? ` ${spec.name}` : ''}${spec.args ? ` ${spec.args}` : ''}`;
  if (missing.length > 0)
    throw new UsageError(`the following required arguments were not provided: ${missing.join(' ')}`, how);
  const most = wanted.some((word) => word.endsWith('…'))
    ? Number.POSITIVE_INFINITY
    : wanted.reduce((sum, word) => sum + word.split(' ').length, 0);
  if (given.length > most)
    throw new UsageError(
      `unexpected argument '${given[most]}' found`,
      spec.args?.includes('PROMPT') ? 'put the prompt in quotes' : how,
    );
}

function understood(error: NodeJS.ErrnoException, known: readonly string[]): UsageError {
  const unknown = /Unknown option '(-{1,2})([^']+)'/.exec(error.message);
  if (error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' && unknown) {
    const like = nearest(unknown[2]!, known);
    return new UsageError(
      `unexpected argument '${unknown[1]}${unknown[2]}' found`,
      like && `a similar argument exists: '--${like}'`,
    );
  }
  return new UsageError(error.message.split('. ')[0]!);
}

/** The known word within two edits, if there is one. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const [best] = known.map((name) => ({ name, edits: edits(word, name) })).sort((a, b) => a.edits - b.edits);
  return best && best.edits <= Math.max(1, Math.floor(word.length / 3)) ? best.name : undefined;
}

/** Inserted, dropped, changed and swapped letters (optimal string alignment distance). */
function edits(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? before[j - 2]! + 1 : Number.POSITIVE_INFINITY;
      next.push(Math.min(change, swap, row[j]! + 1, next[j - 1]! + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}

export function usage(spec: CommandSpec, common: Flags = {}): string {
  const flags = Object.entries({ ...spec.flags, ...common }).filter(([, flag]) => !flag.hidden);
  const lines = flags.map(([name, flag]) => {
    const left = `${flag.short ? `-${flag.short}, ` : '    '}--${name}${flag.type === 'string' ? ` ${flag.value ?? 'VALUE'}` : ''}`;
    return `  ${left.padEnd(34)} ${flag.help}`;
  });
  const aliases = spec.aliases?.length ? `\nAlso: ${spec.aliases.map((alias) => `tcx ${alias}`).join(', ')}` : '';
  return [
    `${spec.help}`,
    '',
    `Usage: tcx${spec.name && ` ${spec.name}`}${lines.length > 0 ? ' [OPTIONS]' : ''}${spec.args ? ` ${spec.args}` : ''}${aliases}`,
    '',
    ...lines,
    ...(spec.notes ? ['', ...spec.notes] : []),
  ]
    .join('\n')
    .trimEnd();
}
