/** The built `tcx` on a real PTY of a fixed size behind a headless terminal: what a person sees, and what they press. */

import { join } from 'node:path';
import { type IPty, spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { node, root, type TestHome, until } from './daemon.ts';

export const press = {
  enter: '\r',
  tab: '\t',
  esc: '\u001b',
  up: '\u001b[A',
  down: '\u001b[B',
  right: '\u001b[C',
  left: '\u001b[D',
  pageUp: '\u001b[5~',
  pageDown: '\u001b[6~',
  ctrlEnd: '\u001b[1;5F',
  shiftLeft: '\u001b[1;2D',
  altEnter: '\u001b\r',
  ctrlC: '\u0003',
  ctrlD: '\u0004',
  ctrlJ: '\n',
  ctrlA: '\u0001',
  ctrlS: '\u0013',
  ctrlT: '\u0014',
  ctrlX: '\u0018',
  ctrlZ: '\u001a',
  ctrlBackslash: '\u001c',
  backspace: '\u007f',
  focusIn: '\u001b[I',
  focusOut: '\u001b[O',
  wheelUp: '\u001b[<64;10;5M',
  paste: (text: string) => `\u001b[200~${text}\u001b[201~`,
} as const;

export interface ScreenOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Another file of ours instead of `tcx`. */
  readonly program?: string;
  /** A terminal that answers no question and marks no paste. */
  readonly plain?: boolean;
  /** A shell with job control; the arguments are its own. */
  readonly shell?: boolean;
}

export interface Exit {
  readonly code: number;
  readonly signal: number;
}

/** What a screen needs of a home: that of a daemon, or of a recorded wire. */
export type ScreenHome = Pick<TestHome, 'work' | 'env'>;

export class Screen implements AsyncDisposable {
  readonly #pty: IPty;
  readonly #terminal: InstanceType<typeof xterm.Terminal>;
  readonly exited: Promise<Exit>;
  #raw = '';
  #over: Exit | undefined;

  constructor(
    home: ScreenHome,
    args: readonly string[],
    {
      columns = 80,
      rows = 24,
      cwd = home.work,
      env = {},
      program = join(root, 'dist', 'tcx.js'),
      shell = false,
      plain = false,
    }: ScreenOptions = {},
  ) {
    this.#terminal = new xterm.Terminal({ cols: columns, rows, scrollback: 20_000, allowProposedApi: true });
    const [file, argv] = shell ? ['/bin/bash', ['--norc', '--noprofile', '-i', ...args]] : [node, [program, ...args]];
    this.#pty = spawn(file as string, argv as string[], { cols: columns, rows, cwd, env: { ...home.env, ...env } });
    this.#pty.onData((data) => {
      this.#raw += data;
      this.#terminal.write(data);
    });
    // What the terminal answers to the program's own questions.
    this.#terminal.onData((data) => {
      if (!this.#over && !plain) this.#pty.write(data);
    });
    this.exited = new Promise((resolve) =>
      this.#pty.onExit(({ exitCode, signal }) => {
        this.#over = { code: exitCode, signal: signal ?? 0 };
        resolve(this.#over);
      }),
    );
  }

  get pid() {
    return this.#pty.pid;
  }

  /** Every byte that was written to the terminal. */
  get raw() {
    return this.#raw;
  }

  /** The visible rows, without blanks at their ends. */
  rows(): string[] {
    const { active } = this.#terminal.buffer;
    return Array.from(
      { length: this.#terminal.rows },
      (_, y) => active.getLine(active.viewportY + y)?.translateToString(true) ?? '',
    );
  }

  text = () => this.rows().join('\n');

  /** Where which style stands: `row: from-to style, …`, rows without any left out. */
  styles(): string[] {
    const { active } = this.#terminal.buffer;
    return Array.from({ length: this.#terminal.rows }, (_, y) => {
      const line = active.getLine(active.viewportY + y);
      const runs = line ? runsOf(line, this.#terminal.cols) : [];
      return runs.map(({ from, to, style }) => `${from}-${to} ${style}`).join(', ');
    }).flatMap((runs, y) => (runs === '' ? [] : [`${y}: ${runs}`]));
  }

  /** All rows of the shell's own screen: the scrollback and what is visible. */
  scrollback(): string[] {
    const { normal } = this.#terminal.buffer;
    return Array.from({ length: normal.length }, (_, y) => normal.getLine(y)?.translateToString(true) ?? '');
  }

  get cursor() {
    const { active } = this.#terminal.buffer;
    return { x: active.cursorX, y: active.cursorY };
  }

  press(...keys: readonly string[]) {
    for (const key of keys) this.#pty.write(key);
  }

  /** Waits until the text is visible (or not any more), and fails with the screen as it was. */
  async until(what: string | RegExp | ((text: string) => boolean), patienceMs = 20_000): Promise<string> {
    const holds = (text: string) =>
      typeof what === 'function' ? what(text) : typeof what === 'string' ? text.includes(what) : what.test(text);
    try {
      await until(() => holds(this.text()), 'a screen', patienceMs);
      return this.text();
    } catch {
      throw new Error(
        `waited ${patienceMs} ms for ${String(what)} on this screen:\n${this.text()}\n${this.#over ? `it ended with ${this.#over.code}` : ''}`,
      );
    }
  }

  /** Waits for words on the shell's own screen, above or on what is visible. */
  untilPrinted = (what: string) => until(() => this.scrollback().join('\n').includes(what), `the words ${what}`);

  untilGone = (what: string) => this.until((text) => !text.includes(what));

  resize(columns: number, rows: number) {
    this.#terminal.resize(columns, rows);
    this.#pty.resize(columns, rows);
  }

  kill(signal: NodeJS.Signals) {
    process.kill(this.#pty.pid, signal);
  }

  /** The window is closed: the program's terminal is gone. */
  close() {
    (this.#pty as unknown as { destroy(): void }).destroy();
  }

  async [Symbol.asyncDispose]() {
    if (!this.#over) {
      try {
        this.kill('SIGKILL');
      } catch {
        // It ended by itself meanwhile.
      }
      await this.exited;
    }
    this.#terminal.dispose();
  }
}

type BufferLine = NonNullable<ReturnType<InstanceType<typeof xterm.Terminal>['buffer']['active']['getLine']>>;
type BufferCell = NonNullable<ReturnType<BufferLine['getCell']>>;
interface Run {
  readonly from: number;
  readonly to: number;
  readonly style: string;
}

function runsOf(line: BufferLine, columns: number): Run[] {
  const runs: Run[] = [];
  for (let x = 0; x < columns; x++) {
    const cell = line.getCell(x);
    const style = cell ? styleOf(cell) : '';
    const last = runs.at(-1);
    if (style === '') continue;
    if (last && last.to === x - 1 && last.style === style) runs[runs.length - 1] = { ...last, to: x };
    else runs.push({ from: x, to: x, style });
  }
  return runs;
}

const colorNames = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
const colorName = (n: number) => (n < 8 ? colorNames[n]! : String(n));

function styleOf(cell: BufferCell): string {
  const color = (isDefault: boolean, isRgb: boolean, n: number) =>
    isDefault ? '' : isRgb ? `#${n.toString(16).padStart(6, '0')}` : colorName(n);
  const back = color(cell.isBgDefault(), cell.isBgRGB(), cell.getBgColor());
  return [
    cell.isBold() && 'bold',
    cell.isDim() && 'dim',
    cell.isItalic() && 'italic',
    cell.isUnderline() && 'underline',
    cell.isInverse() && 'reverse',
    color(cell.isFgDefault(), cell.isFgRGB(), cell.getFgColor()),
    back && `on ${back}`,
  ]
    .filter((part) => part)
    .join(' ');
}

const privateModes = [1049, 2004, 1004, 1002, 1006, 2026] as const;

/** Modes of a terminal that a program has left on. */
export function modesLeftOn(raw: string): string[] {
  const last = (mode: number) => [...raw.matchAll(new RegExp(`\\u001b\\[\\?${mode}([hl])`, 'g'))].at(-1)?.[1];
  const on: string[] = privateModes.filter((mode) => last(mode) === 'h').map(String);
  if (last(25) === 'l') on.push('hidden cursor');
  const count = (sequence: string) => raw.split(sequence).length - 1;
  if (count('\u001b[>1u') > count('\u001b[<u')) on.push('kitty keyboard');
  if (count('\u001b[22;2t') > count('\u001b[23;2t')) on.push('title');
  return on;
}
