/** A home with thousands of sessions: the log of a real one, written again under other ids, names, words and times. */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SessionId } from '../core/ids.ts';
import { encode, type Line } from '../daemon/hosts/line.ts';
import { logPath } from '../daemon/hosts/log-read.ts';
import type { TestHome } from './daemon.ts';
import { newId } from './session.ts';

export interface Copy {
  readonly name: string;
  readonly title: string;
  readonly cwd: string;
  readonly archived: boolean;
  /** How long before the original it was begun, and last changed. */
  readonly createdAgo: number;
  readonly updatedAgo: number;
}

/** The daemon must not run: what is written here is what it finds at its start. */
export function copySessions({ home }: TestHome, original: string, count: number, copy: (n: number) => Copy) {
  const lines = readFileSync(logPath(home, original as SessionId), 'utf8')
    .trimEnd()
    .split('\n');
  const names: string[] = [];
  for (let n = 0; n < count; n++) {
    const id = newId();
    const wanted = copy(n);
    const path = logPath(home, id as SessionId);
    mkdirSync(dirname(path), { recursive: true });
    const bytes = lines.map((line) => encode(changed(JSON.parse(line.replaceAll(original, id)), wanted)));
    writeFileSync(path, Buffer.concat(bytes), { mode: 0o600 });
    names.push(JSON.stringify({ kind: 'session', handle: wanted.name, id }));
  }
  appendFileSync(join(home, 'handles.jsonl'), `${names.join('\n')}\n`);
}

type Loose = {
  checkpoint?: { meta: Record<string, unknown>; places: unknown } & Record<string, unknown>;
  crc?: string;
};

/** A log is opened by its newest checkpoint, which holds what lists show. */
function changed({ crc: _, ...line }: Loose, copy: Copy): Line {
  if (line.checkpoint) {
    const { meta } = line.checkpoint;
    const at = Number(meta.updatedAt);
    const { title, cwd, archived } = copy;
    const times = { createdAt: at - copy.createdAgo, updatedAt: at - copy.updatedAgo, changedAt: at - copy.updatedAgo };
    line.checkpoint.meta = { ...meta, ...times, title, cwd, archived };
  }
  return line as Line;
}
