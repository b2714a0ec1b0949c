/** What was asked before: this session's prompts and those of `history.jsonl` in the home, newest first, walked with ↑ and ↓. */
import {
  appendFileSync,
  closeSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';

/** As Codex writes it. */
interface Line {
  readonly session_id: string;
  readonly ts: number;
  readonly text: string;
}

/** Only the end of a long history is read. */
const readLimit = 1024 * 1024;
/** A prompt above this is not worth keeping. */
const promptLimit = 64 * 1024;

export interface HistoryFile {
  readonly read: () => readonly string[];
  readonly add: (session: string, text: string, at: number) => void;
}

export interface HistoryOptions {
  readonly path: string;
  readonly save: boolean;
  /** Bytes of the whole file; without it, it grows. */
  readonly maxBytes?: number | undefined;
}

export function historyFile({ path, save, maxBytes }: HistoryOptions): HistoryFile {
  return {
    read: () => prompts(tailOf(path)),
    add(session, text, at) {
      if (!save || text.trim() === '' || text.length > promptLimit) return;
      const line: Line = { session_id: session, ts: Math.floor(at / 1000), text };
      try {
        appendFileSync(path, `${JSON.stringify(line)}\n`, { mode: 0o600 });
        if (maxBytes !== undefined && statSync(path).size > maxBytes) shorten(path, maxBytes);
      } catch {
        // Recall is a comfort: a full disk must not stand between a person and their session.
      }
    },
  };
}

function tailOf(path: string): string {
  try {
    const file = openSync(path, 'r');
    try {
      const { size } = fstatSync(file);
      const from = Math.max(0, size - readLimit);
      const bytes = Buffer.alloc(size - from);
      readSync(file, bytes, 0, bytes.length, from);
      const text = bytes.toString('utf8');
      return from === 0 ? text : text.slice(text.indexOf('\n') + 1);
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}

/** Newest first, each once. */
function prompts(text: string): readonly string[] {
  const found = new Set<string>();
  for (const line of text.split('\n').reverse()) {
    const prompt = textOf(line);
    if (prompt !== undefined && prompt !== '') found.add(prompt);
  }
  return [...found];
}

function textOf(line: string): string | undefined {
  try {
    const { text } = JSON.parse(line) as Partial<Line>;
    return typeof text === 'string' ? text : undefined;
  } catch {
    return undefined; // A half line of a client that died, or somebody's own words.
  }
}

/** The newest lines that fit, by rename: another client may be reading. */
function shorten(path: string, maxBytes: number) {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const kept: string[] = [];
  let size = 0;
  for (const line of lines.reverse()) {
    size += Buffer.byteLength(line) + 1;
    if (size > maxBytes) break;
    kept.push(line);
  }
  writeFileSync(
    `${path}.new`,
    kept
      .reverse()
      .map((line) => `${line}\n`)
      .join(''),
    { mode: 0o600 },
  );
  renameSync(`${path}.new`, path);
}

/** Where somebody is in the history; `draft` is what they had typed before. */
export interface Walk {
  readonly entries: readonly string[];
  readonly at: number;
  readonly draft: string;
}

export function walk(
  current: Walk | undefined,
  draft: string,
  entries: () => readonly string[],
  by: 1 | -1,
): Walk | undefined {
  const from = current ?? { entries: entries(), at: -1, draft };
  const at = from.at + by;
  if (at >= from.entries.length) return from.at < 0 ? undefined : from;
  return at < 0 ? undefined : { ...from, at };
}
