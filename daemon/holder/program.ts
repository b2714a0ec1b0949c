/** Finds the program a command names, as exec would, so that a missing one is the system's own sentence and not code 127. */
import { constants as access, accessSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import type { Opened, RunSpec } from './protocol.ts';

const defaultPath = '/usr/local/bin:/usr/bin:/bin';

export type Found = { readonly ok: true; readonly program: string } | { readonly ok: false; readonly why: string };

/** The system's own words for an error: `No such file or directory (ENOENT)`. */
export function sentence(error: unknown): string {
  const { code, errno, message } = error as NodeJS.ErrnoException;
  if (code === undefined || typeof errno !== 'number') return message;
  const words = process.getBuiltinModule('node:util').getSystemErrorMessage(errno);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)} (${code})`;
}

const failure = (code: 'EACCES' | 'ENOENT' | 'ENOTDIR') =>
  Object.assign(new Error(code), { code, errno: -constants.errno[code] });

/** Undefined when it can be run. */
function cannotRun(path: string): unknown {
  try {
    if (!statSync(path).isFile()) return failure('EACCES');
    accessSync(path, access.X_OK);
    return undefined;
  } catch (error) {
    return error;
  }
}

function search(name: string, cwd: string, path: string): Found {
  let reason: unknown = failure('ENOENT');
  for (const folder of path.split(':')) {
    const candidate = resolve(cwd, folder, name);
    const error = cannotRun(candidate);
    if (error === undefined) return { ok: true, program: name.startsWith('-') ? candidate : name };
    if ((error as NodeJS.ErrnoException).code === 'EACCES') reason = error;
  }
  return { ok: false, why: `${name}: ${sentence(reason)}` };
}

function cannotEnter(cwd: string): string | undefined {
  try {
    if (!statSync(cwd).isDirectory()) return `${cwd}: ${sentence(failure('ENOTDIR'))}`;
    accessSync(cwd, access.X_OK);
    return undefined;
  } catch (error) {
    return `${cwd}: ${sentence(error)}`;
  }
}

function cannotOpen({ path, mode }: Opened): string | undefined {
  if (mode === 'w' || mode === 'a' || mode === 'rw') return undefined;
  try {
    accessSync(path, access.R_OK);
    return undefined;
  } catch (error) {
    return `${path}: ${sentence(error)}`;
  }
}

/** What to give exec: the name as asked, made unmistakable for an option. */
export function findProgram({ file, cwd, env, opens = [] }: RunSpec): Found {
  const trouble = cannotEnter(cwd) ?? opens.map(cannotOpen).find((why) => why !== undefined);
  if (trouble !== undefined) return { ok: false, why: trouble };
  if (!file.includes('/')) return search(file, cwd, env.PATH ?? defaultPath);
  const error = cannotRun(resolve(cwd, file));
  if (error !== undefined) return { ok: false, why: `${file}: ${sentence(error)}` };
  return { ok: true, program: file.startsWith('-') ? `./${file}` : file };
}
