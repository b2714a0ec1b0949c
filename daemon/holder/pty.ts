/** Starts one process in a terminal of its own. node-pty, a native module, is loaded with the first. */
import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as NodePty from '@lydell/node-pty';
import { type Running, signalName, type Watcher } from './launch.ts';
import type { Launch } from './prologue.ts';
import type { RunSpec, Size } from './protocol.ts';

/** A terminal whose program does not read takes no more; then this long is waited before it is tried again. */
const retryMs = 10;
export const defaultSize: Size = { cols: 80, rows: 24 };

let loaded: typeof NodePty | undefined;
function nodePty(): typeof NodePty {
  loaded ??= createRequire(import.meta.url)('@lydell/node-pty') as typeof NodePty;
  return loaded;
}

/** What node-pty 1.1 has and does not declare. */
interface Undeclared {
  readonly fd: number;
  on(event: 'error' | 'close', listener: () => void): void;
}

export function startPty(launch: Launch, spec: RunSpec, watcher: Watcher): Running {
  const { cols, rows } = spec.size ?? defaultSize;
  const terminal = nodePty().spawn(launch.file, [...launch.args], {
    cwd: spec.cwd,
    env: { ...spec.env },
    name: spec.env.TERM ?? 'xterm',
    cols,
    rows,
    encoding: null,
  });
  const undeclared = terminal as unknown as Undeclared;
  const input = new TerminalInput(undeclared.fd);
  // Reading ends with EIO when the last process of the terminal is gone. The exit comes later, but the descriptor's number
  // may belong to something else from now on.
  undeclared.on('error', () => input.stop());
  undeclared.on('close', () => input.stop());
  terminal.onData((data: unknown) => watcher.output(data as Buffer));
  terminal.onExit(({ exitCode, signal }) => {
    input.stop();
    if (signal) watcher.exited(128 + signal, signalName(signal));
    else watcher.exited(exitCode);
  });
  return {
    pid: terminal.pid,
    get waiting() {
      return input.waiting;
    },
    write: (bytes) => input.write(bytes),
    closeInput: () => {},
    resize: (size) => input.open && terminal.resize(size.cols, size.rows),
  };
}

/**
 * node-pty's own writer spins at full speed while a program does not read, and writes from another thread, where the
 * descriptor may belong to somebody else by then. The master does not block, so it is written to from here.
 */
class TerminalInput {
  open = true;
  #queue: Uint8Array[] = [];
  #timer: NodeJS.Timeout | undefined;
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  get waiting(): number {
    return this.#queue.reduce((sum, { length }) => sum + length, 0);
  }

  write(bytes: Uint8Array): void {
    this.#queue.push(bytes);
    if (!this.#timer) this.#drain();
  }

  #drain(): void {
    this.#timer = undefined;
    while (this.open && this.#queue.length > 0) {
      const bytes = this.#queue[0]!;
      const wrote = this.#writeSome(bytes);
      if (wrote === bytes.length) this.#queue.shift();
      else this.#queue[0] = bytes.subarray(wrote);
      if (wrote === 0) {
        this.#timer = setTimeout(() => this.#drain(), retryMs);
        return;
      }
    }
  }

  #writeSome(bytes: Uint8Array): number {
    try {
      return writeSync(this.#fd, bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') this.stop();
      return 0;
    }
  }

  stop(): void {
    this.open = false;
    this.#queue = [];
    clearTimeout(this.#timer);
  }
}
