/** What `exec` shows: JSON lines on stdout, or blocks on stderr and the answer alone on stdout. */
import { writeFile } from 'node:fs/promises';
import { isatty } from 'node:tty';
import type { Row } from '../core/rows.ts';
import type { Attached } from '../ipc/messages.ts';
import { type Parsed, UsageError } from './args.ts';
import { CliError, type Context, exit } from './context.ts';
import { ExecEvents } from './exec-events.ts';
import { banner, HumanLog, style } from './exec-human.ts';

export interface Output {
  readonly json: boolean;
  /** The session, of a run that only makes one. */
  readonly session: (id: string) => void;
  readonly begin: (first: Attached) => void;
  readonly rows: (rows: readonly Row[]) => void;
  readonly retry: (text: string) => void;
  /** For the person, beside everything else. */
  readonly note: (text: string) => void;
  readonly end: (code: number) => Promise<void>;
}

export function createOutput(context: Context, { flags }: Parsed): Output {
  const json = flags.json === true || flags['experimental-json'] === true;
  const file = flags['output-last-message'];
  const shell = context.env.SHELL || '/bin/bash';
  const shown = json ? jsonLines(context, shell) : blocks(context, shell, wantsColor(context, flags.color));
  let last: string | undefined;
  return {
    ...shown,
    json,
    rows: (rows) => {
      for (const row of rows) if (row.kind === 'assistant' && row.body.text !== '') last = row.body.text;
      shown.rows(rows);
    },
    note: (text) => context.err(`${text}\n`),
    end: async (code) => {
      if (typeof file === 'string') await keep(context, file, last);
      // Unless it was just seen on the same terminal.
      const sameTerminal = context.stdoutIsTty && isatty(2);
      if (!json && code === exit.done && last !== undefined && !sameTerminal) context.out(`${last}\n`);
    },
  };
}

type Shown = Pick<Output, 'session' | 'begin' | 'rows' | 'retry'>;

function jsonLines({ out }: Context, shell: string): Shown {
  let events = new ExecEvents(shell, '');
  const print = (event: object) => out(`${JSON.stringify(event)}\n`);
  const session = (id: string) => print({ type: 'thread.started', thread_id: id });
  return {
    session,
    begin: ({ view }) => {
      events = new ExecEvents(shell, view.cwd);
      session(view.session);
    },
    rows: (rows) => events.rows(rows).forEach(print),
    retry: (message) => print({ type: 'error', message }),
  };
}

function blocks({ err, build }: Context, shell: string, colored: boolean): Shown {
  let human = new HumanLog(style(colored), shell, '');
  return {
    session: () => {},
    begin: (first) => {
      human = new HumanLog(style(colored), shell, first.view.cwd);
      err(banner(first, build));
    },
    rows: (rows) => err(rows.map((row) => human.row(row)).join('')),
    retry: (text) => err(`${text}\n`),
  };
}

async function keep({ err }: Context, file: string, last: string | undefined) {
  if (last === undefined) err(`Warning: no last agent message; wrote empty content to ${file}\n`);
  await writeFile(file, last ?? '').catch((error: Error) => {
    throw new CliError(`cannot write ${file}: ${error.message}`);
  });
}

function wantsColor({ env }: Context, when: unknown = 'auto'): boolean {
  if (when === 'always') return true;
  if (when === 'never') return false;
  if (when === 'auto') return !env.NO_COLOR && isatty(2);
  throw new UsageError(`invalid value '${String(when)}' for '--color'`, 'possible values: always, never, auto');
}
