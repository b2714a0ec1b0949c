/**
 * Short names for fingers: `fix-login-test`, `a17`, `p3`. Given here, appended to `handles.jsonl` and synced before anybody
 * sees them, never used again for another thing, and never derived from the index, which may be rebuilt.
 */
import { constants } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export type HandleKind = 'session' | 'approval' | 'command';
interface Given {
  readonly kind: HandleKind;
  readonly handle: string;
  readonly id: string;
}

const prefix = { approval: 'a', command: 'p' } as const;
const nameLength = 24;

export class Handles {
  readonly #file: FileHandle;
  /** By kind and handle the id, and by kind and id the newest handle. */
  readonly #ids = new Map<string, string>();
  readonly #handles = new Map<string, string>();
  readonly #last = { approval: 0, command: 0 };
  #writing: Promise<void> = Promise.resolve();

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async open(home: string): Promise<Handles> {
    const path = join(home, 'handles.jsonl');
    const file = await open(path, constants.O_CREAT | constants.O_RDWR | constants.O_APPEND, 0o600);
    const handles = new Handles(file);
    const text = await readFile(path, 'utf8');
    if (text !== '' && !text.endsWith('\n')) await file.write('\n');
    for (const line of text.split('\n')) {
      const given = parseGiven(line);
      if (given) handles.#take(given);
    }
    return handles;
  }

  id = (kind: HandleKind, handle: string) => this.#ids.get(`${kind} ${handle}`);
  handle = (kind: HandleKind, id: string) => this.#handles.get(`${kind} ${id}`);

  /** `a17` or `p3` for a long id: the one it has, or the next. */
  async number(kind: 'approval' | 'command', id: string): Promise<string> {
    const known = this.handle(kind, id);
    if (known) return known;
    const handle = `${prefix[kind]}${this.#last[kind] + 1}`;
    await this.#give({ kind, handle, id });
    return handle;
  }

  /** A session's name from what was wished, made unique; a rename gives a new one and the old keeps meaning this session. */
  async name(id: string, wish: string): Promise<string> {
    const base = slug(wish) || 'session';
    const free = (handle: string) => (this.id('session', handle) ?? id) === id;
    let handle = base;
    for (let n = 2; !free(handle); n++) handle = `${base.slice(0, nameLength - `-${n}`.length)}-${n}`;
    if (this.handle('session', id) !== handle) await this.#give({ kind: 'session', handle, id });
    return handle;
  }

  sessionNames = () =>
    [...this.#ids].flatMap(([key, id]) => (key.startsWith('session ') ? [{ name: key.slice(8), id }] : []));

  async close() {
    await this.#writing;
    await this.#file.close();
  }

  #give(given: Given): Promise<void> {
    this.#take(given);
    this.#writing = this.#writing.then(async () => {
      await this.#file.write(`${JSON.stringify(given)}\n`);
      await this.#file.datasync();
    });
    return this.#writing;
  }

  #take({ kind, handle, id }: Given) {
    this.#ids.set(`${kind} ${handle}`, id);
    this.#handles.set(`${kind} ${id}`, handle);
    if (kind !== 'session') this.#last[kind] = Math.max(this.#last[kind], Number(handle.slice(1)));
  }
}

function parseGiven(line: string): Given | undefined {
  try {
    const { kind, handle, id } = JSON.parse(line) as Partial<Given>;
    return kind && handle && id ? { kind, handle, id } : undefined;
  } catch {
    return undefined; // The torn end of a file whose handle nobody was shown.
  }
}

const skipped = new Set([
  'the',
  'a',
  'an',
  'and',
  'or',
  'of',
  'to',
  'in',
  'on',
  'for',
  'with',
  'is',
  'are',
  'it',
  'please',
  'can',
  'you',
  'this',
  'that',
  'my',
  'me',
  'i',
]);

/** The first telling words of a message, as `[a-z0-9-]`. */
export function slug(text: string): string {
  const words =
    text
      .normalize('NFKD')
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? [];
  const telling = words.filter((word) => !skipped.has(word));
  let name = '';
  for (const word of telling.length > 0 ? telling : words) {
    const longer = name === '' ? word : `${name}-${word}`;
    if (longer.length > nameLength) break;
    name = longer;
  }
  return name || (words[0] ?? '').slice(0, nameLength);
}
