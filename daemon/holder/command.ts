/** One command the holder owns: its process, its spool, its end. Whoever follows it is poked when there is more to push. */
import { type Running, startPipes, type Watcher } from './launch.ts';
import type { Pipes } from './pipes.ts';
import { killSession, signalGroup } from './procfs.ts';
import { findProgram, sentence } from './program.ts';
import { plainComplaint, type Shells, withPrologue } from './prologue.ts';
import {
  type Answer,
  type Ask,
  type CommandInfo,
  defaultSpoolBytes,
  type End,
  maxWriteBytes,
  type Refused,
  type RunSpec,
  refuse,
  type Slice,
} from './protocol.ts';
import { defaultSize, startPty } from './pty.ts';
import { Spool } from './spool.ts';
import { metaPath, readMeta, spoolDir } from './spool-files.ts';

export interface World {
  readonly run: string;
  readonly incarnation: string;
  readonly shells: Shells;
  readonly pid: number;
  readonly pipes: Pipes;
  readonly now: () => number;
  /** Descriptors above 9 that a child would inherit are open. */
  readonly leaks: () => boolean;
  readonly log: (line: string) => void;
}

const complaintBytes = 1024;
const empty = new Uint8Array();

export class Command {
  readonly #spec: Pick<RunSpec, 'key' | 'file' | 'cwd' | 'mode' | 'stdin'>;
  readonly #started: number;
  readonly #world: World;
  #spool: Spool | undefined;
  #running: Running | undefined;
  #end: End | undefined;
  #finished = false;
  #lastWrite = 0;
  readonly #pokes = new Set<() => void>();

  private constructor(world: World, { key, file, cwd, mode, stdin = 'null' }: RunSpec) {
    this.#world = world;
    this.#spec = { key, file, cwd, mode, stdin };
    this.#started = world.now();
  }

  /** Refused when another holder began the key. What cannot be started is a command that has failed. */
  static start(world: World, asked: RunSpec): Command | Refused {
    const spec = { ...asked, env: withoutShellOptions(asked.env) };
    const command = new Command(world, spec);
    const found = findProgram(spec);
    if (!found.ok) {
      command.#failed(found.why);
      return command;
    }
    const size = spec.mode === 'pty' ? { size: spec.size ?? defaultSize } : {};
    const meta = { key: spec.key, incarnation: world.incarnation, file: spec.file, cwd: spec.cwd, ...size };
    try {
      command.#spool = Spool.create(spoolDir(world.run, spec.key), spec.spoolLimit ?? defaultSpoolBytes, meta);
      if (!command.#spool) return refuse('held', 'another holder has begun this command');
      command.#launch(spec, found.program, command.#spool);
    } catch (error) {
      command.#failed(sentence(error));
    }
    return command;
  }

  #launch(spec: RunSpec, program: string, spool: Spool): void {
    const { shells, leaks, pipes, pid } = this.#world;
    const launch = withPrologue({ shells, holder: pid, leaks: leaks() }, spec, program, metaPath(spool.dir));
    if (typeof launch === 'string') {
      this.#failed(launch);
      return;
    }
    const watcher: Watcher = {
      output: (bytes) => {
        spool.append(bytes);
        this.#poke();
      },
      exited: (code, signal) => this.#exited(code, signal),
      failed: (error) => this.#failed(sentence(error)),
    };
    this.#running = spec.mode === 'pty' ? startPty(launch, spec, watcher) : startPipes(launch, spec, pipes, watcher);
  }

  /** A code that is not 0 may be the prologue's: then the process never recorded itself, or wrote that exec failed. */
  #exited(code: number, signal: string | undefined): void {
    const meta = code !== 0 && signal === undefined ? readMeta(this.#spool!.dir) : undefined;
    if (meta && (meta.execFailed || !meta.leader)) this.#failed(this.#complaint());
    else this.#ended({ kind: 'exited', code, ...(signal && { signal }), at: this.#world.now(), total: this.total });
  }

  /** All there is of output then is what the shell said about it. */
  #complaint(): string {
    const text = Buffer.from(this.read(0, complaintBytes).bytes).toString();
    return plainComplaint(text) || 'the shell that starts commands failed';
  }

  #failed(why: string): void {
    this.#ended({ kind: 'failed', why, at: this.#world.now(), total: this.total });
  }

  #ended(end: End): void {
    if (this.#end) return;
    this.#spool?.close();
    this.#end = end;
    this.#poke();
    if (!this.#spool) this.#finished = true;
    this.#spool?.writeEnd(end, (error) => {
      if (error) this.#world.log(`the end of ${this.#spec.key} is not on disk: ${sentence(error)}`);
      this.#finished = true;
      this.#poke();
    });
  }

  get key(): string {
    return this.#spec.key;
  }

  get end(): End | undefined {
    return this.#end;
  }

  /** Ended, and the disk knows; the holder may go. */
  get finished(): boolean {
    return this.#finished;
  }

  get total(): number {
    return this.#spool?.total ?? 0;
  }

  get pid(): number {
    return this.#running?.pid ?? 0;
  }

  get isTerminal(): boolean {
    return this.#spec.mode === 'pty';
  }

  info(): CommandInfo {
    const { key, file, cwd, mode } = this.#spec;
    const info = { key, pid: this.pid, mode, file, cwd, started: this.#started, total: this.total };
    return this.#end ? { ...info, end: this.#end } : info;
  }

  read(from: number, limit: number): Slice {
    return this.#spool?.read(from, limit) ?? { from, bytes: empty, next: from, gap: 0 };
  }

  readAnswer(from: number, limit: number): Answer<'read'> {
    const slice = this.read(from, limit);
    const answer = { ...slice, total: this.total, sizes: this.#spool?.sizes(slice.from, slice.next) ?? [] };
    return this.#end ? { ...answer, end: this.#end } : answer;
  }

  write({ n, bytes, eof }: Ask<'write'>): Answer<'write'> | Refused {
    if (n <= this.#lastWrite) return { applied: false };
    if (this.#end || !this.#running) return refuse('ended', 'the command has ended');
    if (!this.isTerminal && this.#spec.stdin !== 'open') return refuse('ended', 'its stdin is closed');
    if (this.#running.waiting > 0 && this.#running.waiting + bytes.length > maxWriteBytes)
      return refuse('full', 'it does not read what it was sent before');
    this.#lastWrite = n;
    // A copy: the frame these bytes lie in is larger than they are.
    if (bytes.length > 0) this.#running.write(Uint8Array.from(bytes));
    if (eof) this.#running.closeInput();
    return { applied: true };
  }

  resize(size: { readonly cols: number; readonly rows: number }): void {
    if (this.#end || !this.isTerminal) return;
    this.#spool?.resized(size);
    this.#running?.resize(size);
  }

  signal(signal: NodeJS.Signals): boolean {
    if (this.#end || !this.#running?.pid) return false;
    return signal === 'SIGKILL' ? killSession(this.#running.pid) : signalGroup(this.#running.pid, signal);
  }

  /** Only for one that has ended. */
  remove(): void {
    this.#spool?.remove();
  }

  onMore(poke: () => void): Disposable {
    this.#pokes.add(poke);
    return { [Symbol.dispose]: () => this.#pokes.delete(poke) };
  }

  #poke(): void {
    for (const poke of this.#pokes) poke();
  }
}

/** Exported, they would make the shells in between trace or stop, and come out of them changed. */
function withoutShellOptions(env: RunSpec['env']): RunSpec['env'] {
  const { SHELLOPTS: _, BASHOPTS: __, ...rest } = env;
  return rest;
}
