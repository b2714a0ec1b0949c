/** What `exec` tells a person on stderr while it runs: a banner, then one block a row, as Codex has it. */

import { interceptPatch } from '../core/patch-intercept.ts';
import { addUsage, noUsage, type Row } from '../core/rows.ts';
import { parse } from '../core/tools.ts';
import type { Attached } from '../ipc/messages.ts';
import { shellLine } from './exec-events.ts';

export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
}

export function style(colored: boolean): Style {
  const paint = (code: number) => (text: string) => (colored ? `\u001b[${code}m${text}\u001b[0m` : text);
  return { bold: paint(1), dim: paint(2), red: paint(31) };
}

export function banner({ view }: Attached, build: string): string {
  const { settings, cwd, session, name } = view;
  const lines = [
    ['workdir', cwd],
    ['model', settings.model],
    ['provider', settings.provider],
    ['approval', settings.approval],
    ['sandbox', settings.sandbox],
    ['reasoning effort', settings.effort ?? 'none'],
    ['reasoning summaries', settings.summary ?? 'none'],
    ['session id', `${session} (${name})`],
  ];
  return [`tcx v${build}`, '--------', ...lines.map(([key, value]) => `${key}: ${value}`), '--------', ''].join('\n');
}

/** Blocks of text for the rows of a turn. */
export class HumanLog {
  readonly #style: Style;
  readonly #shell: string;
  readonly #commands = new Map<number, { line: string; cwd: string }>();
  readonly #cwd: string;
  #usage = noUsage;

  constructor(style: Style, shell: string, cwd: string) {
    this.#style = style;
    this.#shell = shell;
    this.#cwd = cwd;
  }

  row(row: Row): string {
    const { bold, dim, red } = this.#style;
    switch (row.kind) {
      case 'user':
        return `${bold('user')}\n${row.body.text}\n`;
      case 'note':
        return `${row.body.level === 'info' ? dim(row.body.text) : `${bold('warning')}: ${row.body.text}`}\n`;
      case 'reasoning':
        return row.body.text === '' ? '' : `${dim(row.body.text)}\n`;
      case 'assistant':
        return row.body.text === '' ? '' : `${bold('tcx')}\n${row.body.text}\n`;
      case 'call':
        return this.#call(row.body);
      case 'patch':
        return `${bold('apply patch')}\n${row.body.changes.map(({ path, diff }) => `${path}\n${diff}`).join('\n')}\n`;
      case 'asked':
        return `${bold('approval needed')}: ${row.body.question.summary}\n  ${row.body.question.because}\n`;
      case 'answered':
        return `${row.body.choice === 'no' || row.body.choice === 'abort' ? 'declined' : 'approved'}${row.body.by ? ` by ${row.body.by}` : ''}\n`;
      case 'plan':
        return `${bold('plan')}\n${row.body.items.map(({ step, status }) => `  ${{ pending: '·', in_progress: '▸', completed: '✓' }[status]} ${step}`).join('\n')}\n`;
      case 'output':
        return this.#output(row.body);
      case 'usage':
        this.#usage = addUsage(this.#usage, row.body.usage);
        return '';
      case 'turn.ended':
        if (row.body.error) return `${red('ERROR')}: ${row.body.error.message}\n`;
        return `${dim('tokens used')}\n${(this.#usage.input - this.#usage.cached + this.#usage.output).toLocaleString('en-US')}\n`;
      default:
        return '';
    }
  }

  #call({ call, name, form, args }: Extract<Row, { kind: 'call' }>['body']): string {
    const parsed = parse(name, form, args);
    if (!parsed.ok || parsed.use.name !== 'exec_command' || interceptPatch(parsed.use.cmd)) return '';
    const cwd = parsed.use.workdir ?? this.#cwd;
    const line = shellLine(this.#shell, parsed.use.login, parsed.use.cmd);
    this.#commands.set(call, { line, cwd });
    return `${this.#style.bold('exec')}\n${line} in ${cwd}\n`;
  }

  #output({ call, status, text, tookMs, exec }: Extract<Row, { kind: 'output' }>['body']): string {
    if (!this.#commands.has(call)) return status === 'done' ? '' : `${this.#style.dim(text)}\n`;
    this.#commands.delete(call);
    if (!exec) return `${this.#style.red(` ${status}`)}: ${text}\n`;
    const how =
      exec.code === undefined
        ? ` goes on in the background after ${tookMs}ms`
        : exec.code === 0
          ? ` succeeded in ${tookMs}ms`
          : ` exited ${exec.code} in ${tookMs}ms`;
    return `${how}:\n${this.#style.dim(text)}${text.endsWith('\n') || text === '' ? '' : '\n'}`;
  }
}
