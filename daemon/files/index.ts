/** One folder's files, found by name: its tree, the watcher that keeps it, and the search. */
import { join } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { Finder } from './finder.ts';
import { Tree } from './tree.ts';

export interface Answer {
  readonly paths: readonly string[];
  readonly total: number;
  /** False while the tree is still being read. */
  readonly complete: boolean;
}

/** A tree of more folders is read again instead of watched. */
const watchLimit = 20_000;
/** What happens at once is looked at once. */
const gatherMs = 30;
/** Without a watcher what is known is good for so long. */
const staleMs = 3000;
/** A first answer waits so long for a tree that is still being read. */
const patienceMs = 60;

export class FileIndex {
  readonly #tree: Tree;
  readonly #finder = new Finder();
  readonly #now: () => number;
  #taken = -1;
  #watcher: FSWatcher | undefined;
  #watching = false;
  #scanning: Promise<void> | undefined;
  #scannedAt = Number.NEGATIVE_INFINITY;
  readonly #changed = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  usedAt: number;

  constructor(root: string, now: () => number) {
    this.#tree = new Tree(root);
    this.#now = now;
    this.usedAt = now();
  }

  async find(query: string, limit: number): Promise<Answer> {
    this.usedAt = this.#now();
    if (!this.#watching && this.usedAt - this.#scannedAt > staleMs) void this.#scan();
    if (!this.#tree.complete && this.#scanning) await Promise.race([this.#scanning, pause(patienceMs)]);
    if (this.#taken !== this.#tree.version) {
      this.#taken = this.#tree.version;
      this.#finder.take(this.#tree.paths());
    }
    return { ...this.#finder.find(query, limit), complete: this.#tree.complete };
  }

  async close() {
    clearTimeout(this.#timer);
    await this.#watcher?.close();
  }

  #scan(): Promise<void> {
    this.#scanning ??= this.#tree.scan().then(() => {
      this.#scanning = undefined;
      this.#scannedAt = this.#now();
      if (!this.#watcher && this.#tree.folderCount <= watchLimit) this.#watch();
    });
    return this.#scanning;
  }

  /** Only folders are watched: what happens to a file is told by its folder. */
  #watch() {
    const watcher = watch(this.#tree.root, {
      ignoreInitial: true,
      followSymlinks: false,
      ignored: (path, stats) => stats !== undefined && this.#tree.skips(path, stats.isDirectory()),
    });
    this.#watcher = watcher;
    watcher.on('ready', () => {
      this.#watching = true;
      // What happened between the reading and the watching nobody has told.
      void this.#scan();
    });
    watcher.on('raw', (_event, path, details) => {
      const { watchedPath } = details as { watchedPath?: string };
      if (watchedPath) this.#happened(watchedPath, path ?? '');
    });
    // Too many watches, or a tree that is gone: it is read again by need.
    watcher.on('error', () => {
      this.#watching = false;
    });
  }

  #happened(folder: string, name: string) {
    this.#changed.add(/^\.(?:git|rg)?ignore$/.test(name) ? '' : folder);
    this.#timer ??= setTimeout(() => void this.#look(), gatherMs);
  }

  async #look() {
    this.#timer = undefined;
    const folders = [...this.#changed];
    this.#changed.clear();
    // Other rules: every folder may be listed or not.
    if (folders.includes('')) return this.#scan();
    for (const folder of folders) {
      if (!(await this.#tree.look(folder))) await this.#tree.look(join(folder, '..'));
    }
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
