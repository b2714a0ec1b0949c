/** Any program on a PTY behind a headless terminal; it is looked at whenever it has drawn, and when that was is kept. */
import { type IPty, spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import type { Process } from './measure.ts';

export const columns = 120;
export const rows = 40;
const patienceMs = 60_000;

export class Screen implements AsyncDisposable {
  readonly #terminal = new xterm.Terminal({ cols: columns, rows, scrollback: 1000, allowProposedApi: true });
  readonly #pty: IPty;
  readonly #exited: Promise<void>;
  readonly #waiting = new Set<(at: number) => void>();
  readonly startedAt: number;
  #bytes = 0;
  #over = false;

  constructor({ file, args, cwd, env }: Process) {
    this.startedAt = performance.now();
    this.#pty = spawn(file, [...args], { cols: columns, rows, ...(cwd && { cwd }), ...(env && { env }) });
    this.#pty.onData((data) => {
      const at = performance.now();
      this.#bytes += Buffer.byteLength(data);
      this.#terminal.write(data, () => this.#look(at));
    });
    // What the terminal answers to the program's own questions.
    this.#terminal.onData((data) => this.press(data));
    this.#exited = new Promise((resolve) =>
      this.#pty.onExit(() => {
        this.#over = true;
        this.#look(performance.now());
        resolve();
      }),
    );
  }

  get pid() {
    return this.#pty.pid;
  }

  /** Bytes the program has written so far. */
  get bytes() {
    return this.#bytes;
  }

  /** The visible rows. */
  text(): string {
    const { active } = this.#terminal.buffer;
    const lines = Array.from({ length: rows }, (_, y) => active.getLine(active.viewportY + y));
    return lines.map((line) => line?.translateToString(true) ?? '').join('\n');
  }

  press(keys: string) {
    if (!this.#over) this.#pty.write(keys);
  }

  /** When the bytes arrived that made it so; a program that ends before, or never does it, is an error with its screen. */
  until(holds: (text: string) => boolean, what: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`${why} for ${what}, on this screen:\n${this.text()}`));
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(look);
      };
      const look = (at: number) => {
        const held = holds(this.text());
        if (!held && !this.#over) return;
        done();
        if (held) resolve(at);
        else fail('it ended while it was waited');
      };
      const timer = setTimeout(() => {
        done();
        fail(`waited ${patienceMs / 1000} s`);
      }, patienceMs);
      this.#waiting.add(look);
      look(performance.now());
    });
  }

  #look(at: number) {
    for (const look of this.#waiting) look(at);
  }

  async [Symbol.asyncDispose]() {
    if (!this.#over) {
      this.#pty.kill('SIGKILL');
      await this.#exited;
    }
    this.#terminal.dispose();
  }
}
