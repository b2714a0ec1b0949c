/**
 * Rows of one turn as the JSON lines of `exec --json` (cli-tui.md §3.1). Pure: rows in, events out, in the same order.
 * Item ids count from `item_0` within a process and are the same when an item begins and when it is complete.
 */
import { resolve } from 'node:path';
import { interceptPatch } from '../core/patch-intercept.ts';
import { addUsage, noUsage, type Row, type RowOf } from '../core/rows.ts';
import { parse } from '../core/tools.ts';

export type ExecEvent = { readonly type: string; readonly [field: string]: unknown };
type Item = { readonly id: string; readonly type: string; readonly [field: string]: unknown };

interface OpenCommand {
  readonly id: string;
  readonly command: string;
  output: string;
}

export class ExecEvents {
  readonly #shell: string;
  readonly #cwd: string;
  readonly #commands = new Map<number, OpenCommand>();
  readonly #patches = new Map<number, { id: string; changes: unknown }>();
  /** The command an open write_stdin writes to, by the write's call. */
  readonly #writes = new Map<number, number>();
  #items = 0;
  #plan: { id: string; items: readonly unknown[] } | undefined;
  #usage = noUsage;

  /** `shell` runs the commands, as the command line shows it; paths are seen from `cwd`. */
  constructor(shell: string, cwd: string) {
    this.#shell = shell;
    this.#cwd = cwd;
  }

  rows = (rows: readonly Row[]): ExecEvent[] => rows.flatMap((row) => this.#row(row));

  #row(row: Row): ExecEvent[] {
    switch (row.kind) {
      case 'turn.started':
        this.#usage = noUsage;
        return [{ type: 'turn.started' }];
      case 'note':
        return row.body.level === 'info'
          ? []
          : [this.#completed({ id: this.#id(), type: 'error', message: row.body.text })];
      case 'reasoning':
        return row.body.text === ''
          ? []
          : [this.#completed({ id: this.#id(), type: 'reasoning', text: row.body.text })];
      case 'assistant':
        return row.body.text === ''
          ? []
          : [this.#completed({ id: this.#id(), type: 'agent_message', text: row.body.text })];
      case 'call':
        return this.#call(row);
      case 'patch':
        return this.#patch(row);
      case 'plan':
        return this.#planned(row);
      case 'output':
        return this.#output(row);
      case 'command.ended':
        return this.#commandEnded(row);
      case 'usage':
        this.#usage = addUsage(this.#usage, row.body.usage);
        return [];
      case 'turn.ended':
        return this.#ended(row);
      default:
        return [];
    }
  }

  #id = () => `item_${this.#items++}`;
  #completed = (item: Item): ExecEvent => ({ type: 'item.completed', item });

  #call({ body: { call, name, form, args } }: RowOf<'call'>): ExecEvent[] {
    const parsed = parse(name, form, args);
    if (!parsed.ok) return [];
    if (parsed.use.name === 'write_stdin') this.#writes.set(call, parsed.use.session - 1000);
    // A patch in a shell command is a file change, and nothing else.
    if (parsed.use.name !== 'exec_command' || interceptPatch(parsed.use.cmd)) return [];
    const command = shellLine(this.#shell, parsed.use.login, parsed.use.cmd);
    const open = { id: this.#id(), command, output: '' };
    this.#commands.set(call, open);
    return [{ type: 'item.started', item: commandItem(open, null, 'in_progress') }];
  }

  #patch({ body: { call, changes } }: RowOf<'patch'>): ExecEvent[] {
    const id = this.#id();
    const files = changes.map(({ path, kind }) => ({ path: resolve(this.#cwd, path), kind }));
    this.#patches.set(call, { id, changes: files });
    return [{ type: 'item.started', item: { id, type: 'file_change', changes: files, status: 'in_progress' } }];
  }

  #planned({ body }: RowOf<'plan'>): ExecEvent[] {
    const items = body.items.map(({ step, status }) => ({ text: step, completed: status === 'completed' }));
    const type = this.#plan ? 'item.updated' : 'item.started';
    this.#plan = { id: this.#plan?.id ?? this.#id(), items };
    return [{ type, item: { id: this.#plan.id, type: 'todo_list', items } }];
  }

  #output({ body: { call, status, text, exec } }: RowOf<'output'>): ExecEvent[] {
    const patch = this.#patches.get(call);
    if (patch) {
      this.#patches.delete(call);
      return [
        this.#completed({
          id: patch.id,
          type: 'file_change',
          changes: patch.changes,
          status: status === 'done' ? 'completed' : 'failed',
        }),
      ];
    }
    const of = this.#writes.get(call) ?? call;
    this.#writes.delete(call);
    const command = this.#commands.get(of);
    if (!command) return [];
    command.output += text;
    // A command that goes on in the background is complete when its end is seen, or at the end of the turn.
    if (exec && exec.code === undefined && status !== 'interrupted') return [];
    this.#commands.delete(of);
    const code = exec?.code ?? null;
    return [
      this.#completed(
        commandItem(command, code, status === 'declined' ? 'declined' : code === 0 ? 'completed' : 'failed'),
      ),
    ];
  }

  /** A background command that ended while nobody was waiting for it. */
  #commandEnded({ body: { command: n, code } }: RowOf<'command.ended'>): ExecEvent[] {
    const command = this.#commands.get(n);
    // Somebody who reads it says how it ended, with what it printed until then.
    if (!command || [...this.#writes.values()].includes(n)) return [];
    this.#commands.delete(n);
    return [this.#completed(commandItem(command, code ?? null, code === 0 ? 'completed' : 'failed'))];
  }

  #ended({ body: { status, error } }: RowOf<'turn.ended'>): ExecEvent[] {
    // A command that goes on in the background has no exit code yet; its item is over with the turn all the same.
    const how = status === 'completed' ? 'completed' : 'failed';
    const left = [...this.#commands.values()].map((command) => this.#completed(commandItem(command, null, how)));
    this.#commands.clear();
    const plan = this.#plan ? [this.#completed({ id: this.#plan.id, type: 'todo_list', items: this.#plan.items })] : [];
    this.#plan = undefined;
    if (status === 'completed') return [...left, ...plan, { type: 'turn.completed', usage: usageJson(this.#usage) }];
    const message = error?.message ?? 'turn interrupted';
    return [...left, ...plan, { type: 'error', message }, { type: 'turn.failed', error: { message } }];
  }
}

const commandItem = ({ id, command, output }: OpenCommand, exit_code: number | null, status: string): Item => ({
  id,
  type: 'command_execution',
  command,
  aggregated_output: output,
  exit_code,
  status,
});

const usageJson = ({ input, cached, cacheWrite, output, reasoning }: typeof noUsage) => ({
  input_tokens: input,
  cached_input_tokens: cached,
  cache_write_input_tokens: cacheWrite,
  output_tokens: output,
  reasoning_output_tokens: reasoning,
});

/** The command as a person would type it to get the same. */
export function shellLine(shell: string, login: boolean, cmd: string): string {
  const quoted = /^[\w@%+=:,./-]+$/.test(cmd) ? cmd : `'${cmd.replaceAll("'", `'\\''`)}'`;
  return `${shell} ${login ? '-lc' : '-c'} ${quoted}`;
}
