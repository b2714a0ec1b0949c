/** Layers of configuration from files: read, parsed, and prepared for what such a file may say. */
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Layer, LayerKind } from '../../core/config-layers.ts';
import { lowerFilters, type Prepared, prepareCodex, prepareProject, resolvePaths } from '../../core/config-prepare.ts';
import type { Located } from '../../core/place.ts';
import { parseToml, type Table, type TomlResult } from '../../core/toml.ts';
import { absolute, type Home } from '../../ipc/home.ts';
import type { FileRead, ReadFile } from './file-cache.ts';
import { realOf } from './project.ts';

/** A layer, or why there cannot be one; `left` names the keys that were taken out of it. */
export type LayerRead =
  | { readonly ok: true; readonly layer: Layer; readonly left: readonly string[] }
  | { readonly ok: false; readonly problem: Located };

export interface LayerFiles {
  readonly read: (kind: LayerKind, file: string) => Promise<LayerRead>;
  /** The layers of one folder of a project, lower first. Without trust they are there, but count for nothing. */
  readonly ofFolder: (dir: string, distrust: string | undefined) => Promise<readonly LayerRead[]>;
}

/** A larger file is no configuration. */
const maxConfigBytes = 1_048_576;

export function createLayerFiles(deps: { home: Home; userHome: string; readFile: ReadFile }): LayerFiles {
  const { home, userHome } = deps;
  const parsed = new WeakMap<FileRead, Parsed>();
  const homes = Promise.all(
    [home.path, home.codex, join(userHome, '.tcx'), join(userHome, '.codex')].flatMap((path) =>
      path ? [realOf(path)] : [],
    ),
  );

  async function read(kind: LayerKind, file: string): Promise<LayerRead> {
    const found = await deps.readFile(file, maxConfigBytes);
    const known = parsed.get(found) ?? parse(found);
    parsed.set(found, known);
    if (!known.ok) return { ok: false, problem: { file, ...known } };
    const { table, left } = prepare(kind, known.table);
    const absolutes = resolvePaths(lowerFilters(table), (path) => absolute(path, dirname(file), userHome));
    return { ok: true, layer: { kind, file, source: known.source, table: absolutes }, left };
  }

  async function ofFolder(dir: string, distrust: string | undefined): Promise<readonly LayerRead[]> {
    const folders = await Promise.all(['.codex', '.tcx'].map((name) => own(join(dir, name))));
    const reads = folders.flatMap((folder) => (folder ? [read('project', join(folder, 'config.toml'))] : []));
    const layers = await Promise.all(reads);
    return distrust === undefined ? layers : layers.map((layer) => disable(layer, distrust));
  }

  /** The folder, if it is one and nobody's home. */
  async function own(folder: string): Promise<string | undefined> {
    const isFolder = await stat(folder).then(
      (found) => found.isDirectory(),
      () => false,
    );
    return isFolder && !(await homes).includes(await realOf(folder)) ? folder : undefined;
  }

  return { read, ofFolder };
}

type Parsed =
  | { readonly ok: true; readonly table: Table; readonly source: string }
  | Extract<TomlResult, { ok: false }>
  | { readonly ok: false; readonly message: string };

/** A missing file says nothing. */
function parse(read: FileRead): Parsed {
  if (read.kind === 'absent') return { ok: true, table: {}, source: '' };
  if (read.kind === 'irregular') return { ok: false, message: 'is no regular file' };
  if (read.kind === 'failed') return { ok: false, message: `cannot be read: ${read.why}` };
  if (read.size > maxConfigBytes) return { ok: false, message: `is larger than ${maxConfigBytes} bytes` };
  const source = decode(read.bytes);
  if (source === undefined) return { ok: false, message: 'is not UTF-8' };
  const result = parseToml(source);
  return result.ok ? { ...result, source } : result;
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function prepare(kind: LayerKind, table: Table): Prepared {
  if (kind === 'project') return prepareProject(table);
  return kind === 'codex' ? prepareCodex(table) : { table, left: [] };
}

/** What is wrong with a layer that counts for nothing is nobody's problem. */
function disable(read: LayerRead, disabled: string): LayerRead {
  if (read.ok) return { ...read, layer: { ...read.layer, disabled }, left: [] };
  return { ok: true, layer: { kind: 'project', file: read.problem.file, table: {}, disabled }, left: [] };
}
