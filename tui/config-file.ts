/** One key kept in config.toml, whose other lines stay as they are. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** `value` as TOML writes it. */
export function keepLine(path: string, table: string, key: string, value: string) {
  writeFileSync(`${path}.new`, withLine(read(path), table, key, value), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** The file with the line in its table; a table that is not there is added at the end. */
export function withLine(file: string, table: string, key: string, value: string): string {
  const line = `${key} = ${value}`;
  const lines = file.split('\n');
  const dotted = lines.findIndex((each) => new RegExp(`^\\s*${table.replaceAll('.', '\\.')}\\.${key}\\s*=`).test(each));
  const header = lines.findIndex((each) => headerOf(each) === table);
  if (dotted >= 0) {
    lines[dotted] = `${table}.${line}`;
    return lines.join('\n');
  }
  if (header < 0) return `${file.trimEnd()}${file.trim() === '' ? '' : '\n\n'}[${table}]\n${line}\n`;
  const next = lines.findIndex((each, at) => at > header && headerOf(each) !== undefined);
  const end = next < 0 ? lines.length : next;
  const old = lines.findIndex((each, at) => at > header && at < end && new RegExp(`^\\s*"?${key}"?\\s*=`).test(each));
  if (old < 0) lines.splice(header + 1, 0, line);
  else lines.splice(old, lengthOf(lines, old, end), line);
  return lines.join('\n');
}

const headerOf = (line: string): string | undefined => /^\s*\[([^[\]]+)\]/.exec(line)?.[1]?.replaceAll(/["\s]/g, '');

/** A list may go over several lines. */
function lengthOf(lines: readonly string[], from: number, end: number): number {
  if (!/=\s*\[/.test(lines[from]!)) return 1;
  const close = lines.findIndex((each, at) => at >= from && at < end && each.includes(']'));
  return close < 0 ? 1 : close - from + 1;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
