/** `run/holder-<incarnation>.json`: how tcxd finds a holder, living or dead. Written by the holder, by rename, 0600. */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSame } from './procfs.ts';

export interface HolderFile {
  readonly version: number;
  readonly incarnation: string;
  readonly pid: number;
  /** The process's start time as `procfs.ts` tells it. */
  readonly start: string;
  readonly socket: string;
  readonly build: string;
  readonly token: string;
}

export const holderFilePath = (run: string, incarnation: string) => join(run, `holder-${incarnation}.json`);
export const holderLogPath = (run: string, incarnation: string) => join(run, `holder-${incarnation}.log`);
export const holderPipesDir = (run: string, incarnation: string) => join(run, `holder-${incarnation}.pipes`);

export function writeHolderFile(run: string, file: HolderFile): void {
  const path = holderFilePath(run, file.incarnation);
  writeFileSync(`${path}.new`, `${JSON.stringify(file)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** All holders that have left a file, in no order; one that cannot be read counts as none. */
export function readHolderFiles(run: string): HolderFile[] {
  return readdirSync(run).flatMap((name) => {
    if (!/^holder-[0-9a-f]+\.json$/.test(name)) return [];
    try {
      return [JSON.parse(readFileSync(join(run, name), 'utf8')) as HolderFile];
    } catch {
      return [];
    }
  });
}

export const isAlive = ({ pid, start }: HolderFile) => isSame(pid, start);

/** All a holder left behind but the spools of its commands. */
export function removeHolderFiles(
  run: string,
  { incarnation, socket }: Pick<HolderFile, 'incarnation' | 'socket'>,
): void {
  rmSync(socket, { force: true });
  rmSync(holderPipesDir(run, incarnation), { recursive: true, force: true });
  rmSync(holderLogPath(run, incarnation), { force: true });
  rmSync(holderFilePath(run, incarnation), { force: true });
}
