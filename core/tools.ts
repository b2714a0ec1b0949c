/** Which tools there are: how a model calls each, and what its arguments mean once checked. Texts and schemas: `core/tool-specs.ts`. */
import { type Fields, readArguments } from './tool-args.ts';

/** A call's arguments, checked: defaults filled in, limits applied. Times in ms. */
export type ToolUse =
  | {
      readonly name: 'exec_command';
      readonly cmd: string;
      readonly workdir?: string;
      readonly shell?: string;
      readonly login: boolean;
      readonly tty: boolean;
      readonly yieldMs: number;
      readonly maxTokens: number;
      readonly justification?: string;
      readonly escalate: boolean;
      readonly prefixRule?: readonly string[];
    }
  | {
      readonly name: 'write_stdin';
      readonly session: number;
      readonly chars: string;
      readonly yieldMs: number;
      readonly maxTokens: number;
    }
  | { readonly name: 'apply_patch'; readonly patch: string }
  | { readonly name: 'write_file'; readonly path: string; readonly content: string }
  | ReadUse
  | { readonly name: 'update_plan'; readonly explanation?: string; readonly plan: readonly PlanStep[] };

export type ReadUse =
  | {
      readonly name: 'read_file';
      readonly path: string;
      readonly offset: number;
      readonly limit: number;
      readonly indentation?: {
        readonly anchor: number;
        readonly maxLevels: number;
        readonly siblings: boolean;
        readonly header: boolean;
        readonly maxLines: number;
      };
    }
  | {
      readonly name: 'list_dir';
      readonly path: string;
      readonly offset: number;
      readonly limit: number;
      readonly depth: number;
    }
  | {
      readonly name: 'grep_files';
      readonly pattern: string;
      readonly include?: string;
      readonly path?: string;
      readonly limit: number;
    };

export interface PlanStep {
  readonly step: string;
  readonly status: 'pending' | 'in_progress' | 'completed';
}

export type ToolName = ToolUse['name'];
export type Parsed = { readonly ok: true; readonly use: ToolUse } | { readonly ok: false; readonly why: string };

export interface ToolTrait {
  readonly form: 'function' | 'custom';
  /** Shares the turn's lock with others of its kind; an exclusive call waits for all before it and holds back all after it. */
  readonly parallel: boolean;
}

export const toolTraits: Readonly<Record<ToolName, ToolTrait>> = {
  exec_command: { form: 'function', parallel: true },
  write_stdin: { form: 'function', parallel: true },
  apply_patch: { form: 'custom', parallel: false },
  read_file: { form: 'function', parallel: true },
  list_dir: { form: 'function', parallel: true },
  grep_files: { form: 'function', parallel: true },
  write_file: { form: 'function', parallel: false },
  update_plan: { form: 'function', parallel: false },
};

export const isToolName = (name: string): name is ToolName => Object.hasOwn(toolTraits, name);

/** Offered where the settings name them; all others always are. */
export const optionalTools = [
  'update_plan',
  'read_file',
  'list_dir',
  'grep_files',
  'write_file',
] as const satisfies readonly ToolName[];

export const isOffered = (name: string, named: readonly string[]): name is ToolName =>
  isToolName(name) && (named.includes(name) || !optionalTools.some((optional) => optional === name));

/** What a model is told of a call by a name that it was not offered. */
export const unsupported = (name: string, form: 'function' | 'custom') =>
  `unsupported ${form === 'function' ? 'call' : 'custom tool call'}: ${name}`;

export const isParallel = (name: string) => isToolName(name) && toolTraits[name].parallel;

/** Limits of arguments that config may move. */
export interface ArgLimits {
  /** The longest a poll of a silent command may wait: `background_terminal_max_timeout`. */
  readonly maxPollMs: number;
}
const defaultLimits: ArgLimits = { maxPollMs: 300_000 };

/** What a call means, or what the model is told when it means nothing. */
export function parse(name: string, form: 'function' | 'custom', args: string, limits = defaultLimits): Parsed {
  if (!isToolName(name)) return refused(unsupported(name, form));
  if (form === 'function') return parseFunction(name, args, limits);
  if (name === 'apply_patch') return { ok: true, use: { name, patch: args } };
  return refused(`${name} handler received unsupported payload`);
}

const refused = (why: string): Parsed => ({ ok: false, why });

function parseFunction(name: ToolName, args: string, limits: ArgLimits): Parsed {
  const read = readArguments(args, (fields) => readers[name](fields, limits));
  if (!read.ok) return refused(read.why);
  return typeof read.value === 'string' ? refused(read.value) : { ok: true, use: read.value };
}

/** A reader answers with a sentence when the fields are well formed but do not go together. */
type Reader = (fields: Fields, limits: ArgLimits) => ToolUse | string;
const readers: Readonly<Record<ToolName, Reader>> = {
  exec_command: readExecCommand,
  write_stdin: readWriteStdin,
  apply_patch: (fields) => ({ name: 'apply_patch', patch: fields.text('input') }),
  read_file: readReadFile,
  list_dir: (fields) => ({
    name: 'list_dir',
    path: fields.text('dir_path'),
    offset: fields.optionalCount('offset') ?? 1,
    limit: fields.optionalCount('limit') ?? 25,
    depth: fields.optionalCount('depth') ?? 2,
  }),
  grep_files: readGrepFiles,
  write_file: (fields) => ({ name: 'write_file', path: fields.text('file_path'), content: fields.text('content') }),
  update_plan: readUpdatePlan,
};

const defaultMaxTokens = 10_000;
const minYieldMs = 250;
const maxYieldMs = 30_000;
const defaultYieldMs = 10_000;
const minPollMs = 5_000;
const maxGrepLimit = 2_000;

const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), Math.max(low, high));

function readExecCommand(fields: Fields): ToolUse | string {
  const cmd = fields.text('cmd');
  const workdir = fields.optionalText('workdir');
  const shell = fields.optionalText('shell');
  const justification = fields.optionalText('justification');
  const permissions = fields.optionalWord('sandbox_permissions', ['use_default', 'require_escalated']);
  const prefixRule = fields.optionalTexts('prefix_rule');
  const escalate = permissions === 'require_escalated';
  const use: ToolUse = {
    name: 'exec_command',
    cmd,
    ...(workdir && { workdir }),
    ...(shell && { shell }),
    login: fields.flag('login', true),
    tty: fields.flag('tty', false),
    yieldMs: clamp(fields.optionalCount('yield_time_ms') ?? defaultYieldMs, minYieldMs, maxYieldMs),
    maxTokens: fields.optionalCount('max_output_tokens') ?? defaultMaxTokens,
    ...(justification && { justification }),
    escalate,
    ...(escalate && prefixRule && { prefixRule }),
  };
  if (justification && permissions === undefined)
    return 'exec_command failed: a justification needs an explicit `sandbox_permissions`';
  return use;
}

function readWriteStdin(fields: Fields, { maxPollMs }: ArgLimits): ToolUse {
  const session = fields.count('session_id');
  const chars = fields.optionalText('chars') ?? '';
  const asked = fields.optionalCount('yield_time_ms') ?? minYieldMs;
  const yieldMs = chars === '' ? clamp(asked, minPollMs, maxPollMs) : clamp(asked, minYieldMs, maxYieldMs);
  return {
    name: 'write_stdin',
    session,
    chars,
    yieldMs,
    maxTokens: fields.optionalCount('max_output_tokens') ?? defaultMaxTokens,
  };
}

function readReadFile(fields: Fields): ToolUse {
  const path = fields.text('file_path');
  const offset = fields.optionalCount('offset') ?? 1;
  const limit = fields.optionalCount('limit') ?? 2000;
  const mode = fields.optionalWord('mode', ['slice', 'indentation']) ?? 'slice';
  const block = fields.object('indentation');
  const indentation = {
    anchor: block.optionalCount('anchor_line') ?? offset,
    maxLevels: block.optionalCount('max_levels') ?? 0,
    siblings: block.flag('include_siblings', false),
    header: block.flag('include_header', true),
    maxLines: block.optionalCount('max_lines') ?? limit,
  };
  return { name: 'read_file', path, offset, limit, ...(mode === 'indentation' && { indentation }) };
}

function readGrepFiles(fields: Fields): ToolUse {
  const pattern = fields.text('pattern');
  const include = fields.optionalText('include')?.trim();
  const path = fields.optionalText('path');
  const limit = Math.min(fields.optionalCount('limit') ?? 100, maxGrepLimit);
  return { name: 'grep_files', pattern, ...(include && { include }), ...(path && { path }), limit };
}

function readUpdatePlan(fields: Fields): ToolUse {
  const explanation = fields.optionalText('explanation');
  const plan = fields.objects('plan').map((item) => ({
    step: item.text('step'),
    status: item.word('status', ['pending', 'in_progress', 'completed']),
  }));
  return { name: 'update_plan', ...(explanation && { explanation }), plan };
}
