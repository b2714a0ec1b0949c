/**
 * Real pipes. Node gives its children socket pairs, and on Linux a socket cannot be opened again by name: `echo x
 * >/dev/stderr` and `cat /dev/stdin` fail in them. Node has no pipe(2), so named pipes are made a handful at a time, opened
 * at both ends and unlinked before a child sees them.
 */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export interface Pipe {
  readonly read: number;
  readonly write: number;
}

/** Kept ready; making a handful takes one run of mkfifo, 2 ms. */
const batch = 32;
const low = 8;

export class Pipes {
  readonly #dir: string;
  #ready: string[] = [];
  #made = 0;
  #making = false;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /**
   * Both ends, closed on exec. A child will get the end named `theirs`, so ours never blocks. Throws when the system will
   * not give one.
   */
  open(theirs: 'read' | 'write'): Pipe {
    try {
      return this.#open(theirs);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      // Somebody has cleaned up the folder.
      this.#ready = [];
      return this.#open(theirs);
    }
  }

  #open(theirs: 'read' | 'write'): Pipe {
    const path = this.#take();
    try {
      const read = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      try {
        const write = openSync(path, constants.O_WRONLY | (theirs === 'read' ? constants.O_NONBLOCK : 0));
        return { read, write };
      } catch (error) {
        closeSync(read);
        throw error;
      }
    } finally {
      rmSync(path, { force: true });
    }
  }

  #take(): string {
    if (this.#ready.length === 0) this.#makeNow();
    else if (this.#ready.length <= low) this.#makeSoon();
    return this.#ready.pop()!;
  }

  #names(): string[] {
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
    return Array.from({ length: batch }, () => join(this.#dir, String(this.#made++)));
  }

  #makeNow(): void {
    const names = this.#names();
    const { error, status, stderr } = spawnSync('mkfifo', ['-m', '600', ...names], { encoding: 'utf8' });
    if (error) throw error;
    if (status !== 0) throw new Error(stderr.trim() || `mkfifo ended with code ${status}`);
    this.#ready.push(...names);
  }

  #makeSoon(): void {
    if (this.#making) return;
    this.#making = true;
    const names = this.#names();
    const child = spawn('mkfifo', ['-m', '600', ...names], { stdio: 'ignore' });
    const done = (code: number | null) => {
      this.#making = false;
      if (code === 0) this.#ready.push(...names);
    };
    // When it cannot be started, the next one that finds none ready says why.
    child.once('error', () => done(null));
    child.once('exit', done);
  }

  remove(): void {
    this.#ready = [];
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
