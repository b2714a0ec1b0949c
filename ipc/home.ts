/** The folder in which everything of one tcx lies: which it is, and making sure it can be one. */
import { existsSync, mkdirSync, realpathSync, type Stats, statfsSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';

export interface Home {
  readonly path: string;
  /** Codex's own home around it: its config.toml and AGENTS.md are read below tcx's, and never written. */
  readonly codex?: string;
}

export interface HomeInput {
  readonly flags: { readonly home?: string; readonly codexHome?: string };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly userHome: string;
}

/**
 * `--home`, `--codex-home` and TCX_HOME name the folder itself, the first of them wins; CODEX_HOME alone puts it into
 * `tcx` below Codex's. Without any it is `~/.tcx`. An empty value counts as none.
 */
export function homeOf({ flags, env, cwd, userHome }: HomeInput): Home {
  const named = flags.home || flags.codexHome || env.TCX_HOME;
  const path = named && absolute(named, cwd, userHome);
  const codex = env.CODEX_HOME && absolute(env.CODEX_HOME, cwd, userHome);
  // A client tells the daemon it starts both: the folder, and the home it lies in.
  if (path) return path === (codex && join(codex, 'tcx')) ? { path, codex: dirname(path) } : { path };
  return codex ? { path: join(codex, 'tcx'), codex } : { path: join(userHome, '.tcx') };
}

/** A path as a person writes it: `~/` is their home, a relative one starts at `base`. */
export function absolute(path: string, base: string, userHome: string): string {
  if (path === '~' || path.startsWith('~/')) return join(userHome, path.slice(1));
  return isAbsolute(path) ? resolve(path) : resolve(base, path);
}

export type HomeResult =
  | { readonly ok: true; readonly home: Home }
  | { readonly ok: false; readonly why: string; readonly fix: string };

export interface HomeDeps {
  /** The user's number; undefined where there is none. */
  readonly uid: number | undefined;
  /** The kind of file system that holds a path, as statfs(2) numbers it. */
  readonly fileSystem: (path: string) => number;
}

export const fileSystem = (path: string): number => statfsSync(path).type;

/** Makes the folder, only for its owner, if it is missing. Paths come back with symlinks followed: one home, one name. */
export function ensureHome(home: Home, { uid, fileSystem }: HomeDeps): HomeResult {
  let path: string;
  let codex: string | undefined;
  let stat: Stats;
  let kind: number;
  try {
    makeFolder(home.path);
    path = realpathSync(home.path);
    codex = home.codex && realpathSync(home.codex);
    stat = statSync(path);
    kind = fileSystem(path);
  } catch (cause) {
    return { ok: false, why: `cannot use ${home.path} as tcx's home: ${(cause as Error).message}`, fix: pickAnother };
  }
  return objection(path, stat, kind, uid) ?? { ok: true, home: { path, ...(codex && { codex }) } };
}

/** With its parents. Not Node's `recursive`, which tries for ever where the system says that a parent is missing and there is one. */
function makeFolder(path: string) {
  const parent = dirname(path);
  if (existsSync(path)) return;
  if (!existsSync(parent)) makeFolder(parent);
  mkdirSync(path, { mode: 0o700 });
}

const pickAnother = 'set TCX_HOME to another folder';

/** File systems over a network, where SQLite's locks and fsync cannot be relied on: magic numbers of statfs(2) on Linux. */
const remote: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x5346414f, 'AFS'],
]);

function objection(path: string, stat: Stats, kind: number, uid: number | undefined): HomeResult | undefined {
  const refuse = (why: string, fix: string): HomeResult => ({ ok: false, why, fix });
  if (!stat.isDirectory()) return refuse(`cannot use ${path} as tcx's home: it is no folder`, pickAnother);
  const network = remote.get(kind >>> 0);
  if (network) {
    return refuse(
      `tcx's home ${path} is on ${network}, where file locks do not hold`,
      'set TCX_HOME to a local folder',
    );
  }
  if (uid && stat.uid !== uid) return refuse(`tcx's home ${path} belongs to another user (${stat.uid})`, pickAnother);
  // Whoever can write here could put another socket or other rules in place. An existing folder is not ours to change.
  if (stat.mode & 0o022) return refuse(`tcx's home ${path} can be written by others`, `chmod 700 ${path}`);
  return undefined;
}
