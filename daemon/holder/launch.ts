/** Starts one process, on pipes or in a terminal, each in a session of its own, and says what it wrote and how it ended. */
import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import { constants } from 'node:os';
import type { Pipes } from './pipes.ts';
import type { Launch } from './prologue.ts';
import type { RunSpec, Size } from './protocol.ts';

/** After its exit a process's pipes may be held by a grandchild; this long they are waited for. */
const pipesGraceMs = 50;

export interface Running {
  /** Undefined: it could not be started, `failed` follows. */
  readonly pid: number | undefined;
  /** Bytes accepted that the process has not taken yet. */
  readonly waiting: number;
  write(bytes: Uint8Array): void;
  closeInput(): void;
  resize(size: Size): void;
}

export interface Watcher {
  output(bytes: Buffer): void;
  /** Comes last. */
  exited(code: number, signal?: string): void;
  failed(error: Error): void;
}

const signalNames = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));
export const signalName = (number: number) => signalNames.get(number);
const deathCode = (signal: NodeJS.Signals) => 128 + constants.signals[signal];

export function startPipes(launch: Launch, spec: RunSpec, pipes: Pipes, watcher: Watcher): Running {
  const { child, out, input } = spawnOnPipes(launch, spec, pipes);
  const stdin = input === undefined ? undefined : new Socket({ fd: input, readable: false, writable: true });
  // The other end may be gone at any time; that shows at the exit.
  stdin?.on('error', () => stdin.destroy());
  const ending = new Ending(watcher);
  readOutput(out, watcher, ending);
  child.once('error', (error) => {
    stdin?.destroy();
    if (child.pid === undefined) ending.failed(error);
  });
  child.once('exit', (code, signal) => {
    stdin?.destroy();
    ending.processEnded(code ?? deathCode(signal!), signal ?? undefined);
  });
  return {
    pid: child.pid,
    get waiting() {
      return stdin?.writableLength ?? 0;
    },
    write: (bytes) => stdin?.write(bytes),
    closeInput: () => stdin?.end(),
    resize: () => {},
  };
}

/** The child has one end of each pipe then, and only the other ends, `out` and `input`, are left open here. */
function spawnOnPipes(launch: Launch, spec: RunSpec, pipes: Pipes) {
  const ours: number[] = [];
  const theirs: number[] = [];
  try {
    const out = pipes.open('write');
    ours.push(out.read);
    theirs.push(out.write);
    const input = spec.stdin === 'open' ? pipes.open('read') : undefined;
    if (input) ours.push(input.write);
    if (input) theirs.push(input.read);
    const child = spawn(launch.file, launch.args, {
      cwd: spec.cwd,
      env: { ...spec.env, PWD: spec.cwd },
      stdio: [input?.read ?? 'ignore', out.write, out.write],
      detached: true,
    });
    return { child, out: out.read, input: input?.write };
  } catch (error) {
    for (const fd of ours) closeSync(fd);
    throw error;
  } finally {
    for (const fd of theirs) closeSync(fd);
  }
}

/**
 * What a grandchild writes after the end was told is read and dropped: closing the pipe would kill it at its next line,
 * and it was left running on purpose.
 */
function readOutput(fd: number, watcher: Watcher, ending: Ending): void {
  const socket = new Socket({ fd, readable: true, writable: false });
  socket.on('data', (bytes: Buffer) => {
    if (!ending.told) watcher.output(bytes);
  });
  socket.on('error', () => socket.destroy());
  socket.once('close', () => ending.pipesClosed());
}

/** An end is told once, when the process is gone and its pipes are closed or have been given their time. */
class Ending {
  told = false;
  #closed = false;
  #exit: { code: number; signal: string | undefined } | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #watcher: Watcher;

  constructor(watcher: Watcher) {
    this.#watcher = watcher;
  }

  processEnded(code: number, signal: string | undefined): void {
    this.#exit = { code, signal };
    if (this.#closed) this.#tell();
    else this.#timer = setTimeout(() => this.#tell(), pipesGraceMs);
  }

  pipesClosed(): void {
    this.#closed = true;
    if (this.#exit) this.#tell();
  }

  failed(error: Error): void {
    if (this.told) return;
    this.told = true;
    this.#watcher.failed(error);
  }

  #tell(): void {
    clearTimeout(this.#timer);
    if (this.told || !this.#exit) return;
    this.told = true;
    this.#watcher.exited(this.#exit.code, this.#exit.signal);
  }
}
