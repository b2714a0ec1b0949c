/** The tools as models are offered them. Every byte here is sent with each request, so texts say only what a model needs. */
import type { JsonSchema, ToolSpec } from './items.ts';
import { patchGrammar } from './patch-grammar.ts';
import applyPatch from './prompts/tools/apply_patch.md';
import execCommand from './prompts/tools/exec_command.md';
import grepFiles from './prompts/tools/grep_files.md';
import listDir from './prompts/tools/list_dir.md';
import readFile from './prompts/tools/read_file.md';
import updatePlan from './prompts/tools/update_plan.md';
import writeFile from './prompts/tools/write_file.md';
import writeStdin from './prompts/tools/write_stdin.md';
import { isOffered, isToolName, type ToolName } from './tools.ts';

/**
 * What a session offers: the tools every one has, then the optional ones it names, in an order that does not depend on
 * theirs. `freeform`: whether the provider takes custom tools.
 */
export function offeredTools(optional: readonly string[], freeform: boolean): ToolSpec[] {
  return Object.keys(specs)
    .filter((name) => isOffered(name, optional))
    .map((name) => toolSpec(name, freeform));
}

/** Names of `optional` that are no tool. */
export const unknownTools = (optional: readonly string[]) => optional.filter((name) => !isToolName(name));

export const toolSpec = (name: ToolName, freeform: boolean): ToolSpec =>
  name === 'apply_patch' && freeform
    ? { form: 'custom', name, description: applyPatch.trim(), grammar: patchGrammar }
    : specs[name];

const text = (description?: string): JsonSchema => ({ type: 'string', ...(description && { description }) });
const number = (description?: string): JsonSchema => ({ type: 'number', ...(description && { description }) });
const flag = (description?: string): JsonSchema => ({ type: 'boolean', ...(description && { description }) });
const list = (items: JsonSchema, description?: string): JsonSchema => ({
  type: 'array',
  items,
  ...(description && { description }),
});
const word = (words: readonly string[], description?: string): JsonSchema => ({ ...text(description), enum: words });

/** Properties sorted by name, so that a schema is the same bytes however it was written. */
const object = (properties: Readonly<Record<string, JsonSchema>>, ...required: readonly string[]): JsonSchema => ({
  type: 'object',
  properties: Object.fromEntries(Object.entries(properties).sort(([a], [b]) => (a < b ? -1 : 1))),
  ...(required.length > 0 && { required }),
  additionalProperties: false,
});

const tool = (name: ToolName, description: string, parameters: JsonSchema): ToolSpec => ({
  form: 'function',
  name,
  description: description.trim(),
  parameters,
});

const yieldTime = (range: string) => number(`Milliseconds to wait for output; ${range}`);
const maxTokens = number('Output beyond this is cut in the middle; default 10000');

const specs: Readonly<Record<ToolName, ToolSpec>> = {
  exec_command: tool(
    'exec_command',
    execCommand,
    object(
      {
        cmd: text(),
        justification: text('With sandbox_permissions: one question to the user, why this must run'),
        login: flag('Run a login shell; default true'),
        max_output_tokens: maxTokens,
        prefix_rule: list(
          text(),
          'With require_escalated: command prefix to allow from now on, such as ["npm","test"]',
        ),
        sandbox_permissions: word(
          ['use_default', 'require_escalated'],
          'require_escalated asks the user to run it outside the sandbox',
        ),
        shell: text('Path of another shell'),
        tty: flag('Give it a terminal, needed to write to it; default false'),
        workdir: text('Default: the working directory'),
        yield_time_ms: yieldTime('default 10000, 250 to 30000'),
      },
      'cmd',
    ),
  ),
  write_stdin: tool(
    'write_stdin',
    writeStdin,
    object(
      {
        chars: text('\\u0003 interrupts'),
        max_output_tokens: maxTokens,
        session_id: number(),
        yield_time_ms: yieldTime('default 250, without chars at least 5000'),
      },
      'session_id',
    ),
  ),
  apply_patch: tool('apply_patch', applyPatch, object({ input: text('The patch') }, 'input')),
  read_file: tool(
    'read_file',
    readFile,
    object(
      {
        file_path: text('Absolute'),
        indentation: object({
          anchor_line: number('Default: offset'),
          include_header: flag('Comments above the block; default true'),
          include_siblings: flag('Blocks beside it; default false'),
          max_levels: number('Levels further out; default 0, all'),
          max_lines: number('Default: limit'),
        }),
        limit: number('Lines; default 2000'),
        mode: word(['slice', 'indentation']),
        offset: number('First line, from 1'),
      },
      'file_path',
    ),
  ),
  list_dir: tool(
    'list_dir',
    listDir,
    object(
      {
        depth: number('Default 2'),
        dir_path: text('Absolute'),
        limit: number('Entries; default 25'),
        offset: number('First entry, from 1'),
      },
      'dir_path',
    ),
  ),
  grep_files: tool(
    'grep_files',
    grepFiles,
    object(
      {
        include: text('Glob, such as *.{ts,tsx}'),
        limit: number('Default 100, at most 2000'),
        path: text('Default: the working directory'),
        pattern: text('Regular expression, RE2 syntax'),
      },
      'pattern',
    ),
  ),
  write_file: tool('write_file', writeFile, object({ content: text(), file_path: text() }, 'file_path', 'content')),
  update_plan: tool(
    'update_plan',
    updatePlan,
    object(
      {
        explanation: text(),
        plan: list(object({ status: word(['pending', 'in_progress', 'completed']), step: text() }, 'step', 'status')),
      },
      'plan',
    ),
  ),
};
