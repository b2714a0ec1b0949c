/**
 * The lines of a session's log. One line is one JSON value: `log` (the first), `commit`, `checkpoint` or `poison`, each closed
 * by `"crc"`, the CRC-32 in hex of everything before its comma. A large string is not in its line: `large.ts`.
 */
import { crc32 } from 'node:zlib';
import type { Job } from '../../actors/drive.ts';
import type { Tree } from '../../actors/tree.ts';
import type { SessionId } from '../../core/ids.ts';
import type { Meta } from '../../core/meta.ts';
import type { PackedCommit } from './packed.ts';

/** Where the rows before a fork's own are: the source's file, up to this many bytes and this seq. */
export interface ForkedFrom {
  readonly session: SessionId;
  readonly bytes: number;
  readonly seq: number;
}
/** Where a row's line begins: pairs of seq and byte offset, ascending. */
export type Places = readonly (readonly [seq: number, offset: number])[];

export interface Head {
  readonly session: SessionId;
  readonly rows: number;
  readonly fork?: ForkedFrom;
}
/** What the rows up to here have come to. */
export interface Base {
  readonly tree: Tree;
  readonly meta: Meta;
}
export interface Checkpoint extends Base {
  readonly places: Places;
}
/** A job that made a machine throw; the session rests until a build that can take it opens it. */
export interface Poison {
  readonly job: Job;
  readonly error: string;
}
export type Line =
  | { readonly log: Head }
  /** `base`: the commit stands on this and not on what the lines before it say, as a fork's first does. */
  | { readonly commit: PackedCommit; readonly base?: Base }
  | { readonly checkpoint: Checkpoint }
  | { readonly poison: Poison };

/** A line as its file has it: `blobs` are the places of strings that lie in blobs (`large.ts`). */
export type Stored = Line & { readonly blobs?: readonly (readonly (string | number)[])[] };

/** What a checkpoint's line begins with: opening a log looks for it from the end. */
export const checkpointStart = '{"checkpoint":';
export const commitStart = '{"commit":';
const starts = ['{"log":', commitStart, checkpointStart, '{"poison":'];

/** Whether a line can be passed over by who looks for other ones; what begins like none of them is damaged. */
export const isLine = (text: string) => starts.some((start) => text.startsWith(start));

const sum = (text: string) => crc32(text).toString(16).padStart(8, '0');

export function encode(line: Stored): Buffer {
  const body = JSON.stringify(line).slice(0, -1);
  return Buffer.from(`${body},"crc":"${sum(body)}"}\n`);
}

/** The line's value; undefined when it is not as it was written. */
export function decode(text: string): Stored | undefined {
  const end = text.lastIndexOf(',"crc":"');
  if (end < 0 || !text.endsWith('"}') || sum(text.slice(0, end)) !== text.slice(end + 8, -2)) return undefined;
  return JSON.parse(text) as Stored;
}
