/** Which variables a command sees: the five steps of `shell_environment_policy`, and what tcx adds and keeps back. */
import type { EnvironmentPolicy } from '../core/config.ts';

export type Environment = Readonly<Record<string, string>>;

export interface CommandEnvironment {
  /** Of the client that the session belongs to. */
  readonly inherited: Environment;
  readonly policy: EnvironmentPolicy;
  /** Variables that hold keys of model providers: never inherited, whatever the policy says; `set` can name one. */
  readonly keyVariables: readonly string[];
  readonly session: string;
  readonly call: string;
  readonly version: string;
  readonly tty: boolean;
}

/** Taken from the environment with `inherit = "core"`. */
const core = [
  'HOME',
  'LOGNAME',
  'PATH',
  'SHELL',
  'USER',
  'USERNAME',
  'TMPDIR',
  'TEMP',
  'TMP',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
];
const secretNames = ['*KEY*', '*SECRET*', '*TOKEN*'];
/** Of tcx itself: its home, its token and what it tells other commands. */
const ownNames = ['TCX_*'];

export function commandEnvironment(given: CommandEnvironment): Environment {
  const keptBack = (name: string) => matches(name, ownNames) || given.keyVariables.includes(name);
  const mayBeInherited = Object.entries(given.inherited).filter(([name]) => !keptBack(name));
  return { ...filterEnvironment(Object.fromEntries(mayBeInherited), given.policy), ...added(given) };
}

/** The five steps, in their order: the last one also judges what the fourth has set. */
export function filterEnvironment(inherited: Environment, policy: EnvironmentPolicy): Environment {
  const { inherit, ignore_default_excludes, set, filters } = policy;
  const filtered = (action: 'include' | 'exclude') => Object.keys(filters).filter((name) => filters[name] === action);
  const exclude = [...policy.exclude, ...filtered('exclude')];
  const includeOnly = [...policy.include_only, ...filtered('include')];

  const kept = Object.entries(inherited)
    .filter(([name]) => inherit === 'all' || (inherit === 'core' && core.includes(name)))
    .filter(([name]) => ignore_default_excludes || !matches(name, secretNames))
    .filter(([name]) => !matches(name, exclude));
  const all = [...kept, ...Object.entries(set)];
  return Object.fromEntries(all.filter(([name]) => includeOnly.length === 0 || matches(name, includeOnly)));
}

/** Output is read by a model: no colours, no pager, UTF-8. The CODEX_ names are for tools that look for them. */
const added = ({ session, call, version, tty }: CommandEnvironment): Environment => ({
  NO_COLOR: '1',
  TERM: tty ? 'xterm' : 'dumb',
  COLORTERM: '',
  LANG: 'C.UTF-8',
  LC_ALL: 'C.UTF-8',
  LC_CTYPE: 'C.UTF-8',
  PAGER: 'cat',
  GIT_PAGER: 'cat',
  GH_PAGER: 'cat',
  TCX_CI: '1',
  CODEX_CI: '1',
  TCX_SESSION_ID: session,
  TCX_THREAD_ID: session,
  CODEX_THREAD_ID: session,
  TCX_CALL_ID: call,
  TCX_VERSION: version,
});

const matches = (name: string, patterns: readonly string[]) => patterns.some((pattern) => glob(name, pattern));

/** `*` is any text, `?` one character, in any case. Goes back only to the last `*`, so no pattern is slow. */
export function glob(name: string, pattern: string): boolean {
  const [text, wanted] = [name.toLowerCase(), pattern.toLowerCase()];
  let [at, next] = [0, 0];
  let star: { at: number; next: number } | undefined;
  while (at < text.length) {
    if (wanted[next] === '*') star = { at, next: ++next };
    else if (next < wanted.length && (wanted[next] === '?' || wanted[next] === text[at]))
      [at, next] = [at + 1, next + 1];
    else if (star) {
      star.at += 1;
      [at, next] = [star.at, star.next];
    } else return false;
  }
  return /^\**$/.test(wanted.slice(next));
}
