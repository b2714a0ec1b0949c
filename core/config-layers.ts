/** Configuration comes in layers: what each says, how they become one, and which of them a value came from. */

import type { Located } from './place.ts';
import { isTable, type Table } from './toml.ts';
import { type Path, placeOf } from './toml-place.ts';

/**
 * From low to high: the machine's file, Codex's own (where tcx lives inside its home), the user's, one or two a folder
 * from the project's root down to the working directory, `-c`, and a command's own flags.
 */
export type LayerKind = 'system' | 'codex' | 'user' | 'project' | 'overrides' | 'flags';

export interface Layer {
  readonly kind: LayerKind;
  readonly file?: string;
  /** The file's text, for the places of errors. */
  readonly source?: string;
  /** As it counts: relative paths resolved, keys this layer may not set taken out. */
  readonly table: Table;
  /** Why it does not count. */
  readonly disabled?: string;
}

/** Something wrong with the value or the key at a path. */
export interface Problem {
  readonly path: Path;
  readonly what: 'key' | 'value';
  readonly message: string;
}

/** Tables merge by key; every other value, lists too, is replaced by the higher one. */
export function merge(lower: Table, upper: Table): Table {
  const merged: Record<string, unknown> = Object.assign(Object.create(null), lower);
  for (const [key, value] of Object.entries(upper)) {
    const below = merged[key];
    merged[key] = isTable(value) && isTable(below) ? merge(below, value) : value;
  }
  return merged;
}

export const mergeLayers = (layers: readonly Layer[]): Table =>
  layers.filter(counts).reduce<Table>((merged, layer) => merge(merged, layer.table), {});

const counts = (layer: Layer) => layer.disabled === undefined;

/** Which layer each value of the merged table came from, by dotted key. */
export function origins(layers: readonly Layer[]): ReadonlyMap<string, Layer> {
  const found = new Map<string, Layer>();
  for (const path of leaves(mergeLayers(layers), [])) {
    const layer = originOf(layers, path);
    if (layer) found.set(dotted(path), layer);
  }
  return found;
}

/** The highest layer that says something at `path`: nothing above can have replaced it. */
const originOf = (layers: readonly Layer[], path: Path): Layer | undefined =>
  layers.findLast((layer) => counts(layer) && valueAt(layer.table, path) !== undefined);

/** Paths of everything in a table that is no table itself, and of empty tables. */
export function* leaves(table: Table, path: readonly string[]): Generator<readonly string[]> {
  for (const [key, value] of Object.entries(table)) {
    if (isTable(value) && Object.keys(value).length > 0) yield* leaves(value, [...path, key]);
    else yield [...path, key];
  }
}

function valueAt(table: Table, path: Path): unknown {
  let value: unknown = table;
  for (const part of path) {
    if (Array.isArray(value)) value = value[Number(part)];
    else if (isTable(value)) value = value[part];
    else return undefined;
  }
  return value;
}

/** Where a problem of the merged table stands: in the layer that supplied the value, or the table that lacks it. */
export function locate(layers: readonly Layer[], { path, what, message }: Problem): Located {
  const text = `${message} (in \`${dotted(path)}\`)`;
  for (let length = path.length; length > 0; length--) {
    const nearest = path.slice(0, length);
    const layer = originOf(layers, nearest);
    if (layer) return locateIn(layer, { path: nearest, what, message: text });
  }
  return { file: 'config.toml', message: text };
}

/** Where a problem stands that is known to be this layer's. */
export function locateIn(layer: Layer, { path, what, message }: Problem): Located {
  const place = layer.source === undefined ? undefined : placeOf(layer.source, path, what);
  return { file: layerName(layer), message, ...(place && { place }) };
}

export const layerName = (layer: Layer): string => layer.file ?? (layer.kind === 'overrides' ? '-c' : 'command line');

/** A path as TOML writes it. */
export const dotted = (path: Path): string =>
  path.map((part) => (/^[A-Za-z0-9_-]+$/.test(String(part)) ? part : JSON.stringify(part))).join('.');
