/** A conversation as plain text, as `tcx tail` shows it: what was said, what was run and what came of it. Pure. */
import { callText } from '../core/call-text.ts';
import type { Row, RowOf } from '../core/rows.ts';

/** Of a command's output the end is what counts; all of it is in `tcx log`. */
const outputLines = 40;

/** Text with a newline at its end; empty for rows that a reader does not need. */
export class PlainText {
  /** Calls whose output is worth showing, by what they are. */
  readonly #calls = new Map<number, 'command' | 'tool'>();

  row(row: Row): string {
    switch (row.kind) {
      case 'user':
        return `\n> ${row.body.text.replaceAll('\n', '\n> ')}\n`;
      case 'assistant':
        return row.body.text === '' ? '' : `\n${row.body.text}\n`;
      case 'call':
        return this.#call(row.body);
      case 'patch':
        return row.body.changes
          .map(
            ({ kind, path, movedTo, added, removed }) =>
              `${kind} ${path}${movedTo ? ` → ${movedTo}` : ''} (+${added} −${removed})\n`,
          )
          .join('');
      case 'asked':
        return `? ${row.body.question.summary}\n  ${row.body.question.because}\n`;
      case 'answered':
        return `${row.body.choice}${row.body.by ? `, says ${row.body.by}` : ''}${row.body.text ? `: ${row.body.text}` : ''}\n`;
      case 'output':
        return this.#output(row.body);
      case 'command.ended':
        return `a background command ended${row.body.code === undefined ? '' : ` with code ${row.body.code}`}\n`;
      case 'note':
        return `${row.body.level}: ${row.body.text}\n`;
      case 'turn.parked':
        return `waiting: ${row.body.why}\n`;
      case 'turn.ended':
        return ended(row.body);
      case 'stopped':
        return `stopped${row.body.by ? ` by ${row.body.by}` : ''}\n`;
      default:
        return '';
    }
  }

  #call({ call, name, args }: RowOf<'call'>['body']): string {
    this.#calls.set(call, name === 'exec_command' || name === 'write_stdin' ? 'command' : 'tool');
    return name === 'apply_patch' ? '' : `\n${name === 'exec_command' ? '$ ' : '• '}${callText(name, args)}\n`;
  }

  #output({ call, status, text, exec }: RowOf<'output'>['body']): string {
    const kind = this.#calls.get(call);
    this.#calls.delete(call);
    if (kind !== 'command') return status === 'done' ? '' : `${status}: ${text}\n`;
    return `${lastLines(text)}${exitText(status, exec)}`;
  }
}

function ended({ status, error, by }: RowOf<'turn.ended'>['body']): string {
  if (status === 'completed') return '';
  return status === 'failed'
    ? `failed: ${error?.message ?? 'no reason given'}\n`
    : `interrupted${by ? ` by ${by}` : ''}\n`;
}

export function exitText(status: RowOf<'output'>['body']['status'], exec: RowOf<'output'>['body']['exec']): string {
  if (!exec) return status === 'done' ? '' : `${status}\n`;
  if (exec.code === undefined) return 'goes on in the background\n';
  return exec.code === 0 ? '' : `exited ${exec.code}\n`;
}

function lastLines(text: string): string {
  const lines = text.replace(/\n$/, '').split('\n');
  if (text === '') return '';
  const hidden = lines.length - outputLines;
  return `${hidden > 0 ? `… ${hidden} lines before\n` : ''}${lines.slice(-outputLines).join('\n')}\n`;
}
