/** The configuration that holds in a folder for one client: all layers read, merged and checked. */
import { join } from 'node:path';
import type { Config } from '../../core/config.ts';
import { checkConfig } from '../../core/config-check.ts';
import { unknownKeys } from '../../core/config-keys.ts';
import { dotted, type Layer, layerName, locate, locateIn, mergeLayers } from '../../core/config-layers.ts';
import { resolvePaths } from '../../core/config-prepare.ts';
import { type Located, render } from '../../core/place.ts';
import type { Table } from '../../core/toml.ts';
import { absolute, type Home } from '../../ipc/home.ts';
import type { ReadFile } from './file-cache.ts';
import { createLayerFiles, type LayerRead } from './layer-files.ts';
import { findProject, type Project, realOf, repositoryRoot } from './project.ts';

export interface LoadDeps {
  readonly home: Home;
  readonly userHome: string;
  /** The machine's own file, such as /etc/tcx/config.toml. */
  readonly systemFile?: string;
  readonly readFile: ReadFile;
}

export interface LoadInput {
  /** Absolute; without it no project counts. */
  readonly cwd?: string;
  /** `-c`, as a table. */
  readonly overrides?: Table;
  /** A command's own flags, as the keys they stand for. */
  readonly flags?: Table;
  /** Refuse keys that neither tcx nor Codex knows. */
  readonly strict?: boolean;
}

export type Trust = 'trusted' | 'untrusted' | 'unknown';

export interface Loaded {
  readonly config: Config;
  /** Low to high, those that do not count among them. */
  readonly layers: readonly Layer[];
  readonly warnings: readonly string[];
  readonly project?: Project & { readonly trust: Trust };
}

export type LoadResult =
  | { readonly ok: true; readonly loaded: Loaded }
  /** `text` is what a person is shown. */
  | { readonly ok: false; readonly problems: readonly Located[]; readonly text: string };

/** More than this many problems at once help nobody. */
const maxProblems = 20;

export function createConfigLoader(deps: LoadDeps): (input: LoadInput) => Promise<LoadResult> {
  const files = createLayerFiles(deps);
  const userFile = join(deps.home.path, 'config.toml');

  /** The layers that are not of a project, around the place where those go. */
  async function outer(input: LoadInput): Promise<{ below: readonly LayerRead[]; above: readonly Layer[] }> {
    const below = await Promise.all([
      ...(deps.systemFile ? [files.read('system', deps.systemFile)] : []),
      ...(deps.home.codex ? [files.read('codex', join(deps.home.codex, 'config.toml'))] : []),
      files.read('user', userFile),
    ]);
    const base = input.cwd ?? deps.userHome;
    const given = (kind: 'overrides' | 'flags', table: Table | undefined): Layer[] =>
      table ? [{ kind, table: resolvePaths(table, (path) => absolute(path, base, deps.userHome)) }] : [];
    return { below, above: [...given('overrides', input.overrides), ...given('flags', input.flags)] };
  }

  async function inner(cwd: string, config: Config) {
    const project = await findProject(cwd, config.project_root_markers);
    const trusts = await Promise.all(project.dirs.map((dir) => trustOf(dir, project.root, config, deps)));
    const reads = await Promise.all(
      project.dirs.map((dir, i) => files.ofFolder(dir, distrust(trusts[i]!, project.root, userFile))),
    );
    return { reads: reads.flat(), project: { ...project, trust: trusts.at(-1)! } };
  }

  return async (input) => {
    const { below, above } = await outer(input);
    const basis = judge(below, above, false);
    if (!basis.ok || input.cwd === undefined) return input.strict ? judge(below, above, true) : basis;
    const { reads, project } = await inner(input.cwd, basis.loaded.config);
    const result = judge([...below, ...reads], above, input.strict ?? false);
    if (!result.ok) return result;
    const { layers, warnings } = result.loaded;
    const more = disregarded(layers, project.trust);
    return { ok: true, loaded: { ...result.loaded, warnings: [...warnings, ...more], project } };
  };
}

/** Layers to configuration, or all that is wrong with them. */
function judge(reads: readonly LayerRead[], above: readonly Layer[], strict: boolean): LoadResult {
  const unreadable = reads.flatMap((read) => (read.ok ? [] : [read.problem]));
  if (unreadable.length > 0) return refuse(unreadable);
  const layers = [...reads.flatMap((read) => (read.ok ? [read.layer] : [])), ...above];
  const checked = checkConfig(mergeLayers(layers));
  if (!checked.ok) return refuse(checked.problems.map((problem) => locate(layers, problem)));
  const unknown = strict ? layers.flatMap(strangers) : [];
  if (unknown.length > 0) return refuse(unknown);
  return { ok: true, loaded: { config: checked.config, layers, warnings: [...leftOut(reads), ...checked.warnings] } };
}

const refuse = (problems: readonly Located[]): LoadResult => ({
  ok: false,
  problems,
  text: problems.slice(0, maxProblems).map(render).join('\n\n'),
});

const strangers = (layer: Layer): readonly Located[] =>
  layer.disabled
    ? []
    : unknownKeys(layer.table).map((path) =>
        locateIn(layer, { path, what: 'key', message: `unknown configuration field \`${dotted(path)}\`` }),
      );

const reasons = { project: 'a project may not set them', codex: 'tcx has them built in' } as const;

/** One sentence for all keys that a kind of file may not set. */
const leftOut = (reads: readonly LayerRead[]): readonly string[] =>
  (['project', 'codex'] as const).flatMap((kind) => {
    const parts = reads.flatMap((read) =>
      read.ok && read.layer.kind === kind && read.left.length > 0
        ? [`${read.left.join(', ')} in ${layerName(read.layer)}`]
        : [],
    );
    return parts.length > 0 ? [`ignored, because ${reasons[kind]}: ${parts.join('; ')}`] : [];
  });

/** A folder nobody decided about must not look as if its configuration held. */
function disregarded(layers: readonly Layer[], trust: Trust): readonly string[] {
  const silent = layers.filter(({ disabled, table }) => disabled && Object.keys(table).length > 0);
  if (trust !== 'unknown' || silent.length === 0) return [];
  return [`does not count: ${silent.map(layerName).join(', ')}; ${silent[0]!.disabled}`];
}

/** What the user's files say about a folder: about itself, its project, or its repository. */
async function trustOf(dir: string, root: string, config: Config, deps: LoadDeps): Promise<Trust> {
  const levels = new Map(
    Object.entries(config.projects).map(([path, { trust_level }]) => [absolute(path, '/', deps.userHome), trust_level]),
  );
  if (levels.size === 0) return 'unknown';
  const real = await realOf(dir);
  for (const candidate of [real, dir, await realOf(root), root, await repositoryRoot(real, deps.readFile)]) {
    const level = candidate && levels.get(candidate);
    if (level) return level;
  }
  return 'unknown';
}

function distrust(trust: Trust, root: string, userFile: string): string | undefined {
  if (trust === 'trusted') return undefined;
  if (trust === 'untrusted') return `${userFile} calls ${root} untrusted`;
  return `${root} is not trusted; to trust it add [projects.${JSON.stringify(root)}] trust_level = "trusted" to ${userFile}`;
}
