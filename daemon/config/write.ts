/** Changes of the person's own config.toml that they asked for on a screen: one after another, each whole or not at all. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Scalar, withKey } from '../../core/toml-edit.ts';

export interface Change {
  readonly table: readonly string[];
  readonly key: string;
  readonly value: Scalar | readonly string[];
}

export class ConfigFile {
  readonly #path: string;
  #turn: Promise<void> = Promise.resolve();

  constructor(home: string) {
    this.#path = join(home, 'config.toml');
  }

  set(changes: readonly Change[]): Promise<void> {
    const setting = this.#turn.then(() => this.#write(changes));
    this.#turn = setting.catch(() => {});
    return setting;
  }

  async #write(changes: readonly Change[]) {
    const before = await readFile(this.#path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    const after = changes.reduce((source, { table, key, value }) => withKey(source, table, key, value), before);
    await writeFile(`${this.#path}.new`, after, { mode: 0o600 });
    await rename(`${this.#path}.new`, this.#path);
  }
}
