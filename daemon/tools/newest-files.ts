/** The newest few of however many files, in bounded memory. */
import { stat } from 'node:fs/promises';
import { isOfFile } from './os-error.ts';

export class NewestFiles {
  readonly #limit: number;
  #files: { path: string; mtimeMs: number }[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(path: string, mtimeMs: number) {
    this.#files.push({ path, mtimeMs });
    if (this.#files.length >= 2 * this.#limit) this.#cut();
  }

  /** Looks at the file's time itself; one that is gone is no longer found. */
  async look(path: string): Promise<void> {
    try {
      this.add(path, (await stat(path)).mtimeMs);
    } catch (error) {
      if (!isOfFile(error)) throw error;
    }
  }

  /** Newest first, those of one time by name. */
  paths(): string[] {
    this.#cut();
    return this.#files.map(({ path }) => path);
  }

  #cut() {
    this.#files.sort((a, b) => b.mtimeMs - a.mtimeMs || (a.path < b.path ? -1 : 1));
    this.#files = this.#files.slice(0, this.#limit);
  }
}
