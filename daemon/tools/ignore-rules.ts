/** Which files a search leaves out: hidden ones and those that ignore files name, as ripgrep does it. */
import { readFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { kindAt } from './file-bytes.ts';

const newRules = () => ignore({ ignorecase: false });
/** Stronger ones first. */
const ignoreFiles = ['.rgignore', '.ignore'];
const gitIgnoreFiles = [...ignoreFiles, '.gitignore'];
const maxRuleBytes = 1024 * 1024;

interface Rules {
  readonly folder: string;
  readonly rules: Ignore;
}

/** The rules that hold in a folder, those of inner folders first. */
export interface Scope {
  readonly inGit: boolean;
  readonly rules: readonly Rules[];
}

/** The scope a search begins with: what the folders above it say, up to the repository's root. */
export async function scopeAt(folder: string): Promise<Scope> {
  const above = await foldersToRoot(folder);
  const top = above.at(-1);
  let scope: Scope = top === undefined ? { inGit: false, rules: [] } : { inGit: true, rules: await excluded(top) };
  for (const outer of above.slice(1).toReversed()) scope = await scopeIn(scope, outer);
  return scope;
}

/** From `folder` up to the repository's root; empty when it is in none. */
async function foldersToRoot(folder: string): Promise<string[]> {
  const folders: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    folders.push(at);
    if ((await kindAt(join(at, '.git'))) !== undefined) return folders;
    if (dirname(at) === at) return [];
  }
}

async function excluded(root: string): Promise<Rules[]> {
  const rules = await rulesOf(join(root, '.git', 'info', 'exclude'));
  return rules ? [{ folder: root, rules }] : [];
}

/** The scope inside `folder`: its own rules and those it inherits. A repository of its own counts as one. */
export async function scopeIn(outer: Scope, folder: string): Promise<Scope> {
  const inGit = outer.inGit || (await kindAt(join(folder, '.git'))) !== undefined;
  const own = await Promise.all(
    (inGit ? gitIgnoreFiles : ignoreFiles).map(async (name) => ({ folder, rules: await rulesOf(join(folder, name)) })),
  );
  const found = own.filter((entry): entry is Rules => entry.rules !== undefined);
  return found.length === 0 && inGit === outer.inGit ? outer : { inGit, rules: [...found, ...outer.rules] };
}

async function rulesOf(path: string): Promise<Ignore | undefined> {
  if ((await kindAt(path)) !== 'file') return undefined;
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined || text.length > maxRuleBytes ? undefined : newRules().add(text);
}

/** The nearest rule that says anything about an entry decides; without one, hidden entries are left out. */
export const isIgnored = (scope: Scope, path: string, name: string, isFolder: boolean): boolean =>
  ruled(scope, path, isFolder) ?? name.startsWith('.');

/** The same for somebody who names files: hidden ones may be meant, a repository's own bookkeeping never is. */
export const isLeftOut = (scope: Scope, path: string, name: string, isFolder: boolean): boolean =>
  name === '.git' || (ruled(scope, path, isFolder) ?? false);

function ruled({ rules }: Scope, path: string, isFolder: boolean): boolean | undefined {
  for (const { folder, rules: own } of rules) {
    const { ignored, unignored } = own.test(asRule(folder, path, isFolder));
    if (ignored) return true;
    if (unignored) return false;
  }
  return undefined;
}

const asRule = (folder: string, path: string, isFolder: boolean) =>
  relative(folder, path).split(sep).join('/') + (isFolder ? '/' : '');

/** What an include glob says of an entry: it wins over every ignore rule. */
export type Include = (path: string, isFolder: boolean) => 'in' | 'out' | 'no word';

/** `glob` is read as ripgrep reads it, from `cwd`; a leading `!` leaves out what it matches. */
export function includeOf(glob: string | undefined, cwd: string): Include {
  if (glob === undefined) return () => 'no word';
  const negated = glob.startsWith('!');
  const rules = newRules().add(alternatives(negated ? glob.slice(1) : glob));
  return (path, isFolder) => {
    const inside = asRule(cwd, path, isFolder);
    const name = inside.startsWith('../') ? path.slice(1) : inside;
    if (rules.ignores(name)) return negated ? 'out' : 'in';
    return negated || isFolder ? 'no word' : 'out';
  };
}

const maxAlternatives = 256;

/** `*.{ts,tsx}` written out, because ignore files know no braces. */
export function alternatives(glob: string): string[] {
  const done: string[] = [];
  const open = [glob];
  while (open.length > 0 && done.length + open.length <= maxAlternatives) {
    const next = open.shift()!;
    const brace = /\{([^{}]*)\}/.exec(next);
    if (!brace) done.push(next);
    else
      open.push(
        ...brace[1]!
          .split(',')
          .map((word) => next.slice(0, brace.index) + word + next.slice(brace.index + brace[0].length)),
      );
  }
  return [...done, ...open];
}
