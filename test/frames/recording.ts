/** A recorded wire, `test/frames/*.jsonl`: one thing a line, read here. What each kind of line means is at the head of `replay.ts`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Row } from '../../core/rows.ts';

export type Line =
  | { readonly clock: number }
  | { readonly row: Row }
  | { readonly answer: string; readonly with: Readonly<Record<string, unknown>> }
  | { readonly refuse: string; readonly code: string; readonly message: string; readonly fix: string }
  | { readonly push: Readonly<Record<string, unknown>> }
  | { readonly mark: string };

/** `$HOME` and `$WORK` in it become those folders. */
export function readRecording(name: string, places: Readonly<Record<'$HOME' | '$WORK', string>>): readonly Line[] {
  const text = readFileSync(join(import.meta.dirname, `${name}.jsonl`), 'utf8');
  const placed = Object.entries(places).reduce((all, [from, to]) => all.replaceAll(from, to), text);
  return placed.split('\n').flatMap((line) => (line.trim() === '' ? [] : [JSON.parse(line) as Line]));
}
