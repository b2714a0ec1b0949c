/** The keys of config.toml as a Markdown table, for `docs/config.md` and the README. */
import { type ConfigKey, configKeys } from './config-keys.ts';

/** All keys, or those of one table. */
export function configTable(within = ''): string {
  const rows = configKeys.filter(({ path }) => path.join('.').startsWith(within)).map(row);
  return ['| key | value | default | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

function row({ path, kind, fallback, unset, doc }: ConfigKey): string {
  const written = fallback === undefined ? (unset ?? '–') : `\`${fallback}\``;
  return `| \`${path.join('.')}\` | ${kind} | ${written} | ${doc} |`;
}
