/**
 * The environments clients came with. A session's commands start from the one it was made in. Credentials are taken out and
 * stay in memory; the rest is kept 0600 by digest, outside logs, so that commands still have it after a restart.
 */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export type Vars = Readonly<Record<string, string>>;

/** Environments in memory; one that was let go is read again, or asked of its client. */
const keptLimit = 256;
/** A file no session needs is kept this long, for the client that may come back. */
const unusedMs = 7 * 24 * 60 * 60 * 1000;

export class EnvStore {
  readonly #folder: string;
  readonly #known = new Map<string, Promise<Vars>>();
  /** Credentials by the environment they came with; the one that asks has its own before anybody's. */
  readonly #own = new Map<string, Readonly<Record<string, string>>>();
  readonly #secrets = new Map<string, string>();
  /** Names of variables that hold credentials of model providers, as far as any config has named them. */
  readonly #withheld = new Set<string>();
  #written = 0;

  constructor(home: string) {
    this.#folder = join(home, 'env');
  }

  /** From now on these are credentials: in memory only, and taken out of what was kept before they were known to be. */
  async withhold(names: readonly string[]): Promise<void> {
    const fresh = names.filter((name) => !this.#withheld.has(name));
    if (fresh.length === 0) return;
    for (const name of fresh) this.#withheld.add(name);
    const kept = (await readdir(this.#folder).catch(() => [])).filter((name) => name.endsWith('.json'));
    for (const file of kept) {
      const digest = file.slice(0, -'.json'.length);
      const vars = await this.vars(digest);
      if (fresh.some((name) => name in vars)) await this.put(digest, { ...vars, ...this.#own.get(digest) });
    }
  }

  /** Whether the credentials of this environment are in memory; false after a restart, until a client brings them. */
  has = (digest: string) => this.#own.has(digest);

  async put(digest: string, vars: Vars): Promise<void> {
    const kept: Record<string, string> = {};
    const own: Record<string, string> = {};
    for (const [name, value] of Object.entries(vars)) (this.#withheld.has(name) ? own : kept)[name] = value;
    for (const [name, value] of Object.entries(own)) this.#secrets.set(name, value);
    keep(this.#own, digest, own);
    keep(this.#known, digest, Promise.resolve(kept));
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const path = this.#path(digest);
    // Many terminals may bring the same environment at the same time.
    const fresh = `${path}.${this.#written++}.new`;
    await writeFile(fresh, JSON.stringify(kept), { mode: 0o600 });
    await rename(fresh, path);
  }

  /** The variables of an environment, without credentials; empty for one that is not known. */
  vars(digest: string | undefined): Promise<Vars> {
    if (digest === undefined) return Promise.resolve({});
    const known =
      this.#known.get(digest) ??
      readFile(this.#path(digest), 'utf8')
        .then((text) => JSON.parse(text) as Vars)
        .catch(() => ({}));
    keep(this.#known, digest, known);
    return known;
  }

  /** A credential of this environment, else the newest that any client of this home came with. */
  secret = (name: string, digest?: string) =>
    (digest === undefined ? undefined : this.#own.get(digest)?.[name]) ?? this.#secrets.get(name);
  secrets = (): Vars => Object.fromEntries(this.#secrets);
  restore(secrets: Vars) {
    for (const [name, value] of Object.entries(secrets)) if (!this.#secrets.has(name)) this.#secrets.set(name, value);
  }

  /** Drops the files that no session in `used` began with and no client brought lately. */
  async sweep(used: ReadonlySet<string>, now: number): Promise<void> {
    for (const name of await readdir(this.#folder).catch(() => [])) {
      const path = join(this.#folder, name);
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: now }));
      if (!used.has(name.replace(/\.json$/, '')) && now - mtimeMs > unusedMs) await rm(path, { force: true });
    }
  }

  #path(digest: string) {
    if (!/^[0-9a-f]{16,128}$/.test(digest)) throw new TypeError('not a digest');
    return join(this.#folder, `${digest}.json`);
  }
}

/** Puts it last, and lets the one go that was longest not used. */
function keep<Value>(map: Map<string, Value>, key: string, value: Value) {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > keptLimit && oldest !== undefined) map.delete(oldest);
}
