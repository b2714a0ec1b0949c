/** A file's table as its layer counts: paths made absolute, keys taken out that such a file may not set. */
import { configKeys } from './config-keys.ts';
import { isTable, type Table } from './toml.ts';

/**
 * A repository must not send credentials elsewhere, run a program of its own, or decide about the daemon and its home.
 * `projects` is among them so that no folder declares itself trusted.
 */
export const deniedInProject: readonly string[] = [
  ...['openai_base_url', 'chatgpt_base_url', 'apps_mcp_product_sku', 'model_provider', 'model_providers', 'notify'],
  ...['profile', 'profiles', 'experimental_realtime_ws_base_url', 'otel', 'projects'],
  ...['host', 'temporal', 'limits', 'idle_unload', 'inbox'],
];

/** Ids of built-in providers that Codex does not have, so that a file of Codex's may use them for its own. */
const notBuiltInForCodex = ['anthropic', 'demo'];

export interface Prepared {
  readonly table: Table;
  /** Dotted keys that were taken out. */
  readonly left: readonly string[];
}

export function prepareProject(table: Table): Prepared {
  return without(
    table,
    deniedInProject.map((key) => [key]),
  );
}

export function prepareCodex(table: Table): Prepared {
  return without(
    table,
    notBuiltInForCodex.map((id) => ['model_providers', id]),
  );
}

function without(table: Table, paths: readonly (readonly string[])[]): Prepared {
  const left: string[] = [];
  const kept = paths.reduce((rest, path) => {
    const next = change(rest, path, () => undefined);
    if (next !== rest) left.push(path.join('.'));
    return next;
  }, table);
  return { table: kept, left };
}

/** Every path of the table through `resolve`. */
export function resolvePaths(table: Table, resolve: (path: string) => string): Table {
  const resolved = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolved);
    return typeof value === 'string' && value !== '' ? resolve(value) : value;
  };
  return pathKeys.reduce((rest, path) => change(rest, path, resolved), table);
}

const pathKeys = configKeys.filter(({ kind }) => kind === 'path' || kind === 'list of paths').map(({ path }) => path);

/** Names of variables are compared in any case, so the patterns of two layers must meet. */
export const lowerFilters = (table: Table): Table =>
  change(table, ['shell_environment_policy', 'filters'], (filters) => {
    if (!isTable(filters)) return filters;
    const entries = Object.entries(filters).map(([pattern, action]) => [pattern.toLowerCase(), action] as const);
    return Object.assign(Object.create(null), Object.fromEntries(entries));
  });

/** A copy with what stands at `path` replaced, or the table itself when nothing does. `<…>` in a path means every key; undefined removes. */
function change(table: Table, path: readonly string[], to: (value: unknown) => unknown): Table {
  const [name, ...rest] = path as [string, ...string[]];
  const keys = name.startsWith('<') ? Object.keys(table) : name in table ? [name] : [];
  return keys.reduce((changed, key) => {
    const before = changed[key];
    const after = rest.length === 0 ? to(before) : isTable(before) ? change(before, rest, to) : before;
    if (after === before) return changed;
    const copy: Record<string, unknown> = Object.assign(Object.create(null), changed);
    if (after === undefined) delete copy[key];
    else copy[key] = after;
    return copy;
  }, table);
}
