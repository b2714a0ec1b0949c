/** The files of one folder as a search sees them: read once, then kept by what a watcher tells of its folders. */
import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { isLeftOut, type Scope, scopeAt, scopeIn } from '../tools/ignore-rules.ts';

interface Folder {
  /** The rules that hold for its entries. */
  readonly scope: Scope;
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

/** A tree with more entries is listed up to here. */
export const entryLimit = 300_000;
/** So many folders are read before anything else has its turn. */
const together = 16;

export class Tree {
  readonly root: string;
  /** By absolute path; a folder stands before those in it. */
  readonly #folders = new Map<string, Folder>();
  #above: Scope | undefined;
  #count = 0;
  /** Raised whenever what is listed may be different. */
  version = 0;
  complete = false;

  constructor(root: string) {
    this.root = root;
  }

  get cut() {
    return this.#count >= entryLimit;
  }
  get folderCount() {
    return this.#folders.size;
  }

  /** Reads everything anew; what was known is listed meanwhile. */
  async scan(): Promise<void> {
    this.#above = await scopeAt(this.root);
    const known = new Set(this.#folders.keys());
    this.#count = 0;
    await this.#read([{ path: this.root, outer: this.#above }], known);
    for (const gone of known) this.#folders.delete(gone);
    this.complete = true;
    this.version++;
  }

  /** Something in a folder is different. Answers whether it was one of ours. */
  async look(path: string): Promise<boolean> {
    const before = this.#folders.get(path);
    const outer = path === this.root ? this.#above : this.#folders.get(dirname(path))?.scope;
    if (!before || !outer) return false;
    await this.#read([{ path, outer }], new Set(), new Set(before.folders));
    const now = new Set(this.#folders.get(path)?.folders ?? []);
    for (const name of before.folders) if (!now.has(name)) this.#forget(join(path, name));
    this.version++;
    return true;
  }

  /** Whether a watcher may leave this path alone. */
  skips = (path: string, isFolder: boolean): boolean => {
    if (!isFolder || path === this.root) return !isFolder;
    const parent = this.#folders.get(dirname(path));
    return parent !== undefined && isLeftOut(parent.scope, path, basename(path), true);
  };

  /** Paths from the root, folders with a `/` at their end. */
  *paths(): Generator<string> {
    for (const [path, { files, folders }] of this.#folders) {
      const from = relative(this.root, path);
      const before = from === '' ? '' : `${from}/`;
      for (const name of files) yield before + name;
      for (const name of folders) yield `${before}${name}/`;
    }
  }

  /** `settled`: folders below that are known and need no look. */
  async #read(first: readonly { path: string; outer: Scope }[], known: Set<string>, settled = new Set<string>()) {
    const open = [...first];
    while (open.length > 0 && this.#count < entryLimit) {
      const batch = open.splice(0, together);
      const read = await Promise.all(
        batch.map(async ({ path, outer }) => {
          const [scope, entries] = await Promise.all([scopeIn(outer, path), entriesOf(path)]);
          return { path, outer, scope, entries };
        }),
      );
      for (const { path, scope, entries } of read) {
        known.delete(path);
        const folder = folderOf(path, scope, entries);
        this.#folders.set(path, folder);
        this.#count += folder.files.length + folder.folders.length;
        for (const name of folder.folders)
          if (path !== first[0]!.path || !settled.has(name)) open.push({ path: join(path, name), outer: scope });
      }
      this.version++;
    }
  }

  #forget(path: string) {
    for (const each of [...this.#folders.keys()])
      if (each === path || each.startsWith(`${path}/`)) this.#folders.delete(each);
  }
}

function folderOf(path: string, scope: Scope, entries: readonly Dirent[]): Folder {
  const wanted = entries.filter((entry) => !isLeftOut(scope, join(path, entry.name), entry.name, entry.isDirectory()));
  return {
    scope,
    files: wanted.filter((entry) => entry.isFile() || entry.isSymbolicLink()).map(({ name }) => name),
    folders: wanted.filter((entry) => entry.isDirectory()).map(({ name }) => name),
  };
}

/** A folder that is gone or closed to us holds nothing for us. */
const entriesOf = (folder: string): Promise<Dirent[]> => readdir(folder, { withFileTypes: true }).catch(() => []);
