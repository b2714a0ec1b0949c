/** Commands whose holder died: what is left of them on disk and in the process table. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isSame, killLeft } from './procfs.ts';
import { plainComplaint } from './prologue.ts';
import { type End, maxReadBytes, type ReadAnswer } from './protocol.ts';
import {
  type Leader,
  type Meta,
  type ReadMeta,
  readEnd,
  readMeta,
  readSegments,
  readSizes,
  type Segment,
  segmentsOf,
  sizesWithin,
  spoolRoot,
} from './spool-files.ts';

/** How a command ended, for tcxd: what the holder said, or that nobody can say any more. */
export type CommandEnd = End | { readonly kind: 'unknown'; readonly why: string };

export const holderDied: CommandEnd = { kind: 'unknown', why: 'the process that held this command died' };

const complaintBytes = 1024;

export class DeadSpool {
  readonly dir: string;
  readonly meta: Meta;
  readonly leader: Leader | undefined;
  readonly #segments: readonly Segment[];
  readonly #end: End | undefined;

  private constructor(dir: string, { meta, leader, execFailed }: ReadMeta) {
    this.dir = dir;
    this.meta = meta;
    this.leader = leader;
    this.#segments = segmentsOf(dir);
    this.#end = readEnd(dir) ?? (execFailed ? this.#execFailed() : undefined);
  }

  /** Undefined for a folder without a whole `meta`: nothing was started from it. */
  static open(dir: string): DeadSpool | undefined {
    const read = readMeta(dir);
    return read && new DeadSpool(dir, read);
  }

  #execFailed(): End {
    const said = Buffer.from(readSegments(this.dir, this.#segments, 0, complaintBytes).bytes).toString();
    return { kind: 'failed', why: plainComplaint(said) || 'exec failed', at: 0, total: this.total };
  }

  get key(): string {
    return this.meta.key;
  }

  get total(): number {
    const last = this.#segments.at(-1);
    return Math.max(this.#end?.total ?? 0, last ? last.start + last.length : 0);
  }

  get end(): CommandEnd {
    return this.#end ?? holderDied;
  }

  /** Its processes still run. */
  get left(): boolean {
    return !this.#end && this.leader !== undefined && isSame(this.leader.pid, this.leader.start);
  }

  kill(): boolean {
    return !this.#end && this.leader !== undefined && killLeft(this.leader.pid, this.leader.start);
  }

  read(from: number, limit: number): ReadAnswer {
    const slice = readSegments(this.dir, this.#segments, from, Math.min(limit, maxReadBytes));
    const missing = slice.bytes.length === 0 && from < this.total;
    const whole = missing ? { ...slice, from: this.total, next: this.total, gap: this.total - from } : slice;
    const sizes = sizesWithin(readSizes(this.dir, this.meta), whole.from, whole.next);
    const answer = { ...whole, total: this.total, sizes };
    return this.#end ? { ...answer, end: this.#end } : answer;
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Spools of holders that are not in `living`. */
export function deadSpools(run: string, living: ReadonlySet<string>): DeadSpool[] {
  return namesIn(spoolRoot(run)).flatMap((name) => {
    const spool = DeadSpool.open(join(spoolRoot(run), name));
    return spool && !living.has(spool.meta.incarnation) ? [spool] : [];
  });
}

/** Folders that a dying holder left before their `meta` was whole; only while no holder lives, or it might be making one. */
export function removeUnbegun(run: string): void {
  for (const name of namesIn(spoolRoot(run))) {
    const dir = join(spoolRoot(run), name);
    if (!readMeta(dir)) rmSync(dir, { recursive: true, force: true });
  }
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
