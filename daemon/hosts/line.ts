/**
 * The lines of a session's log. One line is one JSON value: `log` (the first), `commit`, `checkpoint` or `poison`, each closed
 * by `"crc"`, the CRC-32 in hex of everything before its comma. Fields of a commit that are empty are left out.
 */
import { crc32 } from 'node:zlib';
import { type Commit, emptyCommit, type Job, type Tree } from '../../actors/drive.ts';
import type { SessionId } from '../../core/ids.ts';
import type { Meta } from '../../core/meta.ts';

/** Where the rows before a fork's own are: the source's file, up to this many bytes and this seq. */
export interface ForkedFrom {
  readonly session: SessionId;
  readonly bytes: number;
  readonly seq: number;
}
/** Where a row's line begins: pairs of seq and byte offset, ascending. */
export type Places = readonly (readonly [seq: number, offset: number])[];

export interface Checkpoint {
  readonly tree: Tree;
  readonly meta: Meta;
  readonly places: Places;
}
/** A job that made a machine throw; the session rests until a build that can take it opens it. */
export interface Poison {
  readonly job: Job;
  readonly error: string;
}
export type Line =
  | { readonly log: { readonly session: SessionId; readonly rows: number; readonly fork?: ForkedFrom } }
  | { readonly commit: Commit }
  | { readonly checkpoint: Checkpoint }
  | { readonly poison: Poison };

/** What a checkpoint's line begins with: opening a log looks for it from the end. */
export const checkpointStart = '{"checkpoint":';

const isEmpty = (value: unknown) =>
  Array.isArray(value) ? value.length === 0 : Object.keys(value as object).length === 0;

export function encode(line: Line): Buffer {
  const value =
    'commit' in line
      ? { commit: Object.fromEntries(Object.entries(line.commit).filter(([, field]) => !isEmpty(field))) }
      : line;
  const body = JSON.stringify(value).slice(0, -1);
  return Buffer.from(`${body},"crc":"${crc32(body).toString(16)}"}\n`);
}

/** The line's value; undefined when it is not whole. */
export function decode(text: string): Line | undefined {
  const end = text.lastIndexOf(',"crc":"');
  if (end < 0 || !text.endsWith('"}') || crc32(text.slice(0, end)).toString(16) !== text.slice(end + 8, -2))
    return undefined;
  const line = JSON.parse(text) as Line;
  return 'commit' in line ? { commit: { ...emptyCommit, ...line.commit } } : line;
}
