/** For the holder's tests: a home with real holders in it, ended and removed with the test. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeFrame, FrameDecoder, type Message } from '../../ipc/frame.ts';
import { Holder, type HolderGone, type HolderOptions } from './client.ts';
import type { CommandEnd } from './dead.ts';
import { type HolderFile, isAlive, readHolderFiles } from './holder-file.ts';
import { isRefused, type Refused, type RunSpec } from './protocol.ts';

export const path = process.env.PATH ?? '/usr/bin:/bin';

export function answered<T extends object>(answer: T | Refused): T {
  if (isRefused(answer)) throw new Error(`refused (${answer.refused}): ${answer.why}`);
  return answer;
}

/** Polls for what nothing announces: a file, a process's end. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A zombie counts as gone: nobody reaps them in a container without an init. */
export function exists(pid: number): boolean {
  try {
    const state = execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
    return !state.startsWith('Z');
  } catch {
    return false;
  }
}

export const childrenOf = (pid: number) =>
  execFileSync('ps', ['-A', '-o', 'ppid='], { encoding: 'utf8' })
    .split('\n')
    .filter((parent) => Number(parent) === pid).length;

export const rssKb = (pid: number) =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }));

export const shell = (key: string, script: string, more: Partial<RunSpec> = {}): RunSpec => ({
  key,
  file: 'sh',
  args: ['-c', script],
  cwd: tmpdir(),
  env: { PATH: path },
  umask: 0o022,
  mode: 'pipes',
  ...more,
});

export class Home implements AsyncDisposable {
  readonly run = mkdtempSync(join(tmpdir(), 'tcx-holder-'));
  readonly gone: HolderGone[] = [];
  readonly #open: Holder[] = [];
  #epoch = 0;

  /** As a new tcxd does: with the next epoch. */
  async open(more: Partial<HolderOptions> = {}): Promise<Holder> {
    const holder = answered(await this.tryOpen(more));
    this.#open.push(holder);
    return holder;
  }

  tryOpen(more: Partial<HolderOptions> = {}): Promise<Holder | Refused> {
    return Holder.open({
      run: this.run,
      build: 'build-1',
      epoch: ++this.#epoch,
      command: [process.execPath, join(import.meta.dirname, 'main.ts')],
      env: { PATH: path },
      gone: (gone) => this.gone.push(gone),
      ...more,
    });
  }

  /** The only holder there is. */
  get file(): HolderFile {
    const [file, ...more] = readHolderFiles(this.run);
    if (!file || more.length > 0) throw new Error(`${more.length + (file ? 1 : 0)} holders`);
    return file;
  }

  get spools(): string[] {
    return readdirSync(join(this.run, 'spool'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const holder of this.#open) holder.close();
    const last = await this.tryOpen({ epoch: Number.MAX_SAFE_INTEGER });
    if (last instanceof Holder) {
      await last.end();
      last.close();
    }
    for (const file of readHolderFiles(this.run)) await until('the holder ends', () => !isAlive(file));
    rmSync(this.run, { recursive: true, force: true });
  }
}

export interface Finished {
  readonly text: string;
  readonly bytes: Buffer;
  readonly gap: number;
  readonly end: CommandEnd;
}

/** Follows a command from byte `from` to its end. */
export function finish(holder: Holder, key: string, from = 0): Promise<Finished> {
  const parts: Uint8Array[] = [];
  let gap = 0;
  return new Promise((resolve) => {
    holder.follow(key, from, {
      output: (slice) => {
        parts.push(slice.bytes);
        gap += slice.gap;
      },
      end: (end) => {
        const bytes = Buffer.concat(parts);
        resolve({ text: bytes.toString(), bytes, gap, end });
      },
    });
  });
}

export async function runToEnd(holder: Holder, spec: RunSpec): Promise<Finished> {
  answered(await holder.run(spec));
  return finish(holder, spec.key);
}

/** Comes back when the command has written `text`. */
export function untilOutput(holder: Holder, key: string, text: string): Promise<string> {
  let seen = '';
  return new Promise((resolve, reject) => {
    const following = holder.follow(key, 0, {
      output: ({ bytes }) => {
        seen += Buffer.from(bytes).toString();
        if (!seen.includes(text)) return;
        following[Symbol.dispose]();
        resolve(seen);
      },
      end: (end) => reject(new Error(`ended ${JSON.stringify(end)} after ${JSON.stringify(seen)}`)),
    });
  });
}

/** A connection that says what it likes, and keeps what it hears. */
export async function rawPeer(socketPath: string) {
  const socket = connect(socketPath);
  const decoder = new FrameDecoder();
  const heard: Message[] = [];
  let closed = false;
  socket.on('data', (bytes) => heard.push(...decoder.push(bytes).messages));
  socket.on('error', () => {});
  socket.on('close', () => {
    closed = true;
  });
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  return {
    socket,
    heard,
    send: (message: Message) => void socket.write(encodeFrame(message)),
    isClosed: () => closed,
    [Symbol.dispose]: () => void socket.destroy(),
  };
}
