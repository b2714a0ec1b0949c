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
  /** The positionals, as the usage shows them. */
  readonly args?: string;
  readonly help: string;
  readonly flags?: Flags;
  readonly hidden?: boolean;
  /** Everything from the first positional on belongs to the command itself. */
  readonly passThrough?: boolean;
}

export interface Parsed {
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

export function parse(spec: CommandSpec, argv: readonly string[], common: Flags = {}): Parsed {
  const flags = { ...common, ...spec.flags };
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { type, short, multiple }]) => [
      name,
      { type, ...(short && { short }), ...(multiple && { multiple }) },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
    return { flags: values as Parsed['flags'], args: positionals };
  } catch (error) {
    throw understood(error as NodeJS.ErrnoException, Object.keys(flags));
  }
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

/** Levenshtein distance. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
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
    `Usage: tcx ${spec.name}${lines.length > 0 ? ' [OPTIONS]' : ''}${spec.args ? ` ${spec.args}` : ''}${aliases}`,
    '',
    ...lines,
  ]
    .join('\n')
    .trimEnd();
}
