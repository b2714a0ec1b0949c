/** Logs of random lives on a real disk, and what each commit left behind, for tests that cut, flip and read them. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { emptyTree, type Tree } from '../../actors/tree.ts';
import { foldMeta, type Meta } from '../../core/meta.ts';
import type { Row } from '../../core/rows.ts';
import { Log } from '../../daemon/hosts/log.ts';
import { logPath } from '../../daemon/hosts/log-read.ts';
import { pack } from '../../daemon/hosts/packed.ts';
import { anySession, plain } from './stepped.ts';
import { newWalk, type Walk, wander } from './walk.ts';

export interface TestFolder extends Disposable {
  readonly home: string;
  readonly path: string;
}

export function folder(): TestFolder {
  const home = mkdtempSync(join(tmpdir(), 'tcx-log-'));
  return {
    home,
    path: logPath(home, anySession),
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** What the log says after its first `end` bytes. */
export interface Mark {
  readonly end: number;
  readonly tree: Tree;
  readonly meta: Meta;
}

export interface Written {
  readonly home: string;
  readonly path: string;
  readonly bytes: Buffer;
  readonly marks: readonly Mark[];
  readonly rows: readonly Row[];
  /** Where checkpoint lines begin and end. */
  readonly checkpoints: readonly (readonly [begin: number, end: number])[];
}

export interface WriteOptions {
  readonly seed?: number;
  readonly commits?: number;
  /** Write a checkpoint after every so many commits, besides those the log itself wants. */
  readonly checkpointEvery?: number;
}

export async function write(
  home: string,
  { seed = 1, commits = 20, checkpointEvery = 0 }: WriteOptions = {},
): Promise<Written> {
  const walk = newWalk(seed);
  const log = await Log.create(home, anySession);
  let before = emptyTree(anySession);
  let meta = foldMeta(undefined, []);
  const marks: Mark[] = [];
  const checkpoints: [number, number][] = [];
  for (let n = 0; n < commits; n++) {
    if (n > 0) wander(walk);
    const commit = walk.it.commit;
    await log.append({ commit: pack(commit, before) });
    before = walk.it.tree;
    meta = foldMeta(meta, commit.rows);
    if (log.wantsCheckpoint || (checkpointEvery > 0 && n % checkpointEvery === checkpointEvery - 1)) {
      const begin = log.length;
      await log.append({ checkpoint: { tree: before, meta, places: log.places } });
      checkpoints.push([begin, log.length]);
    }
    marks.push({ end: log.length, tree: plain(before), meta: plain(meta) });
  }
  await log.close();
  return { home, path: log.path, bytes: readFileSync(log.path), marks, rows: plain(rowsOf(walk)), checkpoints };
}

const rowsOf = ({ it }: Walk) => it.rows;

/** The same log in a home of its own, with these bytes. */
export function put(home: string, bytes: Uint8Array): string {
  const path = logPath(home, anySession);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return path;
}
