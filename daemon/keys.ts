/** Keys that a person gave to be kept: a file only they can read, by provider. */
import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export class KeyStore {
  readonly #path: string;
  #keys: Readonly<Record<string, string>>;

  constructor(home: string) {
    this.#path = join(home, 'auth.json');
    this.#keys = read(this.#path);
  }

  get = (provider: string): string | undefined => this.#keys[provider];
  all = (): readonly string[] => Object.values(this.#keys);
  providers = (): readonly string[] => Object.keys(this.#keys);

  /** Undefined takes a key away. On the disk first: a key that is used is one that is kept. */
  async put(provider: string, key: string | undefined) {
    const { [provider]: _, ...others } = this.#keys;
    const keys = key === undefined ? others : { ...others, [provider]: key };
    await writeFile(`${this.#path}.new`, `${JSON.stringify({ keys }, null, 2)}\n`, { mode: 0o600 });
    await rename(`${this.#path}.new`, this.#path);
    this.#keys = keys;
  }
}

/** A file that cannot be read counts as none: the person is asked for a key again. */
function read(path: string): Readonly<Record<string, string>> {
  try {
    const { keys } = JSON.parse(readFileSync(path, 'utf8')) as { keys?: Record<string, unknown> };
    return Object.fromEntries(
      Object.entries(keys ?? {}).flatMap(([id, key]) => (typeof key === 'string' ? [[id, key] as const] : [])),
    );
  } catch {
    return {};
  }
}
