/** One binding kept in config.toml. */
import { keepLine, withLine } from './config-file.ts';

const listed = (keys: readonly string[]) => `[${keys.map((key) => JSON.stringify(key)).join(', ')}]`;

export const keepBinding = (path: string, context: string, action: string, keys: readonly string[]) =>
  keepLine(path, `tui.keymap.${context}`, action, listed(keys));

export const withBinding = (file: string, context: string, action: string, keys: readonly string[]): string =>
  withLine(file, `tui.keymap.${context}`, action, listed(keys));
