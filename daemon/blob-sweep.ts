/**
 * Takes away blobs that no log names, and beyond the limit the oldest that only archived sessions name. What is named is
 * looked for in the bytes of the logs: they are the truth, the index may be behind.
 */
import { statSync, unlinkSync } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SessionId } from '../core/ids.ts';
import type { Meta } from '../core/meta.ts';
import { blobFolder } from './blob-files.ts';
import { logPath } from './hosts/log-read.ts';
import type { Index } from './index-db.ts';
import type { Logs } from './logs.ts';
import type { ModelAccess } from './model-access.ts';
import { sessionLogs } from './projector.ts';

export interface SweepAsk {
  readonly home: string;
  readonly now: number;
  /** Bytes that all blobs may have; what sessions in use name is kept even so. */
  readonly limitBytes: number;
  /** What is known of a session; one that nothing is known of is in use. */
  readonly meta: (session: SessionId) => Pick<Meta, 'archived' | 'fork'> | undefined;
}

export interface Swept {
  readonly removed: number;
  readonly removedBytes: number;
  /** Bytes that are left. */
  readonly bytes: number;
}

/** A younger blob may be about to be named: by a row that is being written, or a client that has not spoken yet. */
const youngMs = 60 * 60_000;
const chunkBytes = 1024 * 1024;
const mark = Buffer.from('"blob:');
const markedBytes = mark.length + 64;

interface Blob {
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly writtenAt: number;
  readonly young: boolean;
}

export async function sweepBlobs({ home, now, limitBytes, meta }: SweepAsk): Promise<Swept> {
  const blobs = await blobsOf(home, now);
  const all = blobs.reduce((sum, { size }) => sum + size, 0);
  const old = blobs.filter(({ young }) => !young);
  if (old.length === 0) return { removed: 0, removedBytes: 0, bytes: all };
  const names = await namedIn(home, await sessionsInUse(home, meta), new Set(old.map(({ name }) => name)));
  const spare = old.filter(({ name }) => !names.inUse.has(name)).sort((a, b) => a.writtenAt - b.writtenAt);
  let bytes = all;
  let removed = 0;
  const drop = (blob: Blob) => {
    if (!dropped(blob.path, now)) return;
    bytes -= blob.size;
    removed++;
  };
  for (const blob of spare) if (!names.archived.has(blob.name)) drop(blob);
  for (const blob of spare) if (names.archived.has(blob.name) && bytes > limitBytes) drop(blob);
  return { removed, removedBytes: all - bytes, bytes };
}

/** Looks once more, and removes in the same turn of the event loop: whoever made it young again meanwhile keeps it. */
function dropped(path: string, now: number): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found || isYoung(found.ctimeMs, now)) return false;
  unlinkSync(path);
  return true;
}

/** By the change of the inode: unlike the time of the content it cannot be set, by a backup put back for one. */
const isYoung = (changedAt: number, now: number) => now - changedAt < youngMs;

async function blobsOf(home: string, now: number): Promise<Blob[]> {
  const blobs: Blob[] = [];
  const top = blobFolder(home);
  for (const folder of await readdir(top).catch(() => [])) {
    for (const name of await readdir(join(top, folder)).catch(() => [])) {
      const path = join(top, folder, name);
      const found = await stat(path).catch(() => undefined);
      if (found?.isFile())
        blobs.push({ name, path, size: found.size, writtenAt: found.mtimeMs, young: isYoung(found.ctimeMs, now) });
    }
  }
  return blobs;
}

/** Sessions that are not put away, and those that their rows come from. */
async function sessionsInUse(home: string, meta: SweepAsk['meta']): Promise<ReadonlySet<string>> {
  const used = new Set<string>();
  const use = (session: string) => {
    if (used.has(session)) return;
    used.add(session);
    const source = meta(session as SessionId)?.fork?.session;
    if (source !== undefined) use(source);
  };
  for await (const { session } of sessionLogs(home)) if (!meta(session)?.archived) use(session);
  return used;
}

/** Which of the known names the logs hold: those of sessions in use, and those of the others. */
async function namedIn(home: string, used: ReadonlySet<string>, known: ReadonlySet<string>) {
  const names = { inUse: new Set<string>(), archived: new Set<string>() };
  for await (const { session } of sessionLogs(home))
    for await (const name of namesIn(logPath(home, session)))
      if (known.has(name)) names[used.has(session) ? 'inUse' : 'archived'].add(name);
  return names;
}

/** Every hash after `"blob:`, a damaged line's and a quoted one too: rather one blob too many than one too few. */
async function* namesIn(path: string): AsyncGenerator<string> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(chunkBytes);
    for (let offset = 0, rest = 0; ; ) {
      const { bytesRead } = await file.read(buffer, rest, buffer.length - rest, offset);
      if (bytesRead === 0) return;
      offset += bytesRead;
      const seen = buffer.subarray(0, rest + bytesRead);
      for (let at = seen.indexOf(mark); at >= 0; at = seen.indexOf(mark, at + 1))
        yield seen.toString('latin1', at + mark.length, at + markedBytes);
      rest = Math.min(seen.length, markedBytes - 1);
      buffer.copyWithin(0, seen.length - rest, seen.length);
    }
  } finally {
    await file.close();
  }
}

export interface BlobHouse {
  readonly home: string;
  readonly index: Pick<Index, 'get'>;
  readonly access: Pick<ModelAccess, 'base'>;
  readonly now: () => number;
  readonly logger: Logs['logger'];
}

/** Not while everything else starts. */
const firstMs = 60_000;
const dayMs = 24 * 60 * 60_000;

/** Sweeps soon after the start, and daily. */
export function keepBlobs({ home, index, access, now, logger }: BlobHouse): Disposable {
  let ended = false;
  let timer: NodeJS.Timeout;
  const later = (ms: number) => {
    timer = setTimeout(() => void sweep().finally(() => ended || later(dayMs)), ms);
    timer.unref();
  };
  const sweep = async () => {
    try {
      // Nothing is taken away by a limit that cannot be read.
      const limitBytes = (await access.base())?.limits.blobs_bytes ?? Number.POSITIVE_INFINITY;
      const swept = await sweepBlobs({ home, now: now(), limitBytes, meta: (session) => index.get(session)?.meta });
      if (swept.removed > 0) logger.info(swept, 'blobs that nobody needs are gone');
    } catch (error) {
      if (!ended) logger.error({ error: (error as Error).stack }, 'blobs could not be swept');
    }
  };
  later(firstMs);
  return {
    [Symbol.dispose]: () => {
      ended = true;
      clearTimeout(timer);
    },
  };
}
