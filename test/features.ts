/** The feature table as data, read from `docs/features.md`: what each row promises, and how far it is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Feature {
  readonly id: string;
  readonly what: string;
  readonly doneWhen: string;
  readonly spec: string;
  /** `done`: proved as written. `part`: what is said there holds, the rest is not built. Else not begun. */
  readonly state: 'done' | 'part' | '';
  readonly note: string;
}

const file = join(import.meta.dirname, '..', 'docs', 'features.md');

export function parseFeatures(markdown: string): Map<string, Feature> {
  const found = new Map<string, Feature>();
  for (const line of markdown.split('\n')) {
    const cells = line.split('|').map((cell) => cell.trim());
    const [, id, what, doneWhen, spec, state = ''] = cells;
    if (!id || !/^\d+\.\d\d$/.test(id)) continue;
    if (cells.length !== 7) throw new Error(`row ${id} has ${cells.length - 2} cells, not 5`);
    if (found.has(id)) throw new Error(`row ${id} is there twice`);
    const word = /^(done|part)\b:?\s*(.*)$/.exec(state);
    if (state !== '' && !word) throw new Error(`row ${id}: "${state}" is neither done nor part`);
    found.set(id, {
      id,
      what: what!,
      doneWhen: doneWhen!,
      spec: spec!,
      state: (word?.[1] as 'done' | 'part') ?? '',
      note: word?.[2] ?? '',
    });
  }
  return found;
}

export const features: ReadonlyMap<string, Feature> = parseFeatures(readFileSync(file, 'utf8'));
