/** Searches a tree as ripgrep would, for machines without it: same files, same order, linear time whatever the pattern. */
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RE2JS, RE2JSException } from 're2js';
import { openFile } from './file-bytes.ts';
import { type Include, includeOf, isIgnored, type Scope, scopeAt, scopeIn } from './ignore-rules.ts';
import { NewestFiles } from './newest-files.ts';
import { isOfFile } from './os-error.ts';
import type { Found, Search } from './search.ts';

const pieceBytes = 64 * 1024;
/** A line longer than this is searched in pieces. */
const maxLineCharacters = 1024 * 1024;

export async function searchTree(search: Search): Promise<Found> {
  const pattern = compiled(search.pattern);
  if (typeof pattern === 'string') return { kind: 'failed', why: pattern };
  const newest = new NewestFiles(search.limit);
  const start = await stat(search.path);
  if (!start.isDirectory()) await look(search.path, pattern, search.signal, newest);
  else {
    const include = includeOf(search.include, search.cwd);
    const scope = await scopeAt(search.path);
    for await (const path of files(search.path, scope, include, search.signal))
      await look(path, pattern, search.signal, newest);
  }
  return { kind: 'files', paths: newest.paths() };
}

/** The expression, or what is wrong with it. */
function compiled(pattern: string): RE2JS | string {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    if (error instanceof RE2JSException) return `regex parse error: ${error.message}`;
    throw error;
  }
}

/** Folders one after another, not one inside another: how deep a tree is does not matter. */
async function* files(root: string, above: Scope, include: Include, signal: AbortSignal): AsyncGenerator<string> {
  const open: { folder: string; outer: Scope }[] = [{ folder: root, outer: above }];
  for (let next = open.pop(); next && !signal.aborted; next = open.pop()) {
    const { folder, outer } = next;
    const scope = await scopeIn(outer, folder);
    for (const entry of await entriesOf(folder)) {
      const path = join(folder, entry.name);
      if (!isWanted(entry, path, scope, include)) continue;
      if (entry.isDirectory()) open.push({ folder: path, outer: scope });
      else yield path;
    }
  }
}

function isWanted(entry: Dirent, path: string, scope: Scope, include: Include): boolean {
  const isFolder = entry.isDirectory();
  if (!isFolder && !entry.isFile()) return false;
  const word = include(path, isFolder);
  return word === 'no word' ? !isIgnored(scope, path, entry.name, isFolder) : word === 'in';
}

/** A folder that is gone or closed to us holds nothing for us. */
const entriesOf = (folder: string): Promise<Dirent[]> => readdir(folder, { withFileTypes: true }).catch(() => []);

async function look(path: string, pattern: RE2JS, signal: AbortSignal, newest: NewestFiles): Promise<void> {
  try {
    const { handle } = await openFile(path);
    try {
      const text = new TextLines(pattern);
      const piece = Buffer.allocUnsafe(pieceBytes);
      while (!signal.aborted && !text.over) {
        const { bytesRead } = await handle.read(piece, 0, pieceBytes, null);
        text.push(piece.subarray(0, bytesRead));
      }
      if (text.found) newest.add(path, (await handle.stat()).mtimeMs);
    } finally {
      await handle.close();
    }
  } catch (error) {
    // As with ripgrep's --no-messages: a file that cannot be read has no matches.
    if (!isOfFile(error)) throw error;
  }
}

/** Looks for one line that matches, until there is one or the file ends or turns out to be no text. */
class TextLines {
  found = false;
  over = false;
  readonly #pattern: RE2JS;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #rest = '';
  #first = true;

  constructor(pattern: RE2JS) {
    this.#pattern = pattern;
  }

  /** An empty piece is the end. */
  push(piece: Buffer) {
    const nul = piece.indexOf(0);
    const last = piece.length === 0 || nul !== -1;
    if (nul === -1 || !this.#first) this.#search(nul === -1 ? piece : piece.subarray(0, nul), last);
    this.#first = false;
    this.over ||= last;
  }

  #search(bytes: Buffer, last: boolean) {
    const text = this.#rest + this.#decoder.decode(bytes, { stream: !last });
    const lines = text.split('\n');
    const rest = lines.pop()!;
    const whole = last || rest.length > maxLineCharacters;
    this.#rest = whole ? '' : rest;
    if (whole && rest !== '') lines.push(rest);
    this.found = lines.some((line) => this.#pattern.test(line));
    this.over = this.found;
  }
}
