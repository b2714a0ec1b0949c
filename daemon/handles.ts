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
  /** By kind and handle the id, and by kind and id the newest handle; only of what is on disk. */
  readonly #ids = new Map<string, string>();
  readonly #handles = new Map<string, string>();
  readonly #last = { approval: 0, command: 0 };
  #turn: Promise<unknown> = Promise.resolve();
  /** The file may end in half a line. */
  #torn = false;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async open(home: string): Promise<Handles> {
    const path = join(home, 'handles.jsonl');
    const file = await open(path, constants.O_CREAT | constants.O_RDWR | constants.O_APPEND, 0o600);
    const handles = new Handles(file);
    const text = await readFile(path, 'utf8');
    handles.#torn = text !== '' && !text.endsWith('\n');
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
    return this.handle(kind, id) ?? this.#give(kind, id, () => `${prefix[kind]}${this.#last[kind] + 1}`);
  }

  /** A session's name from what was wished, made unique; a rename gives a new one and the old keeps meaning this session. */
  name(id: string, wish: string): Promise<string> {
    const base = slug(wish) || 'session';
    const free = (handle: string) => (this.id('session', handle) ?? id) === id;
    return this.#give('session', id, () => {
      let handle = base;
      for (let n = 2; !free(handle); n++) handle = `${base.slice(0, nameLength - `-${n}`.length)}-${n}`;
      return handle;
    });
  }

  sessionNames = () =>
    [...this.#ids].flatMap(([key, id]) => (key.startsWith('session ') ? [{ name: key.slice(8), id }] : []));

  async close() {
    await this.#turn;
    await this.#file.close();
  }

  /** One after another, so that no two get the same; a handle counts, and is told, when it is on disk. */
  #give(kind: HandleKind, id: string, choose: () => string): Promise<string> {
    const giving = this.#turn.then(async () => {
      const known = this.handle(kind, id);
      const handle = kind === 'session' ? choose() : (known ?? choose());
      if (handle !== known) {
        await this.#write({ kind, handle, id });
        this.#take({ kind, handle, id });
      }
      return handle;
    });
    this.#turn = giving.catch(() => {});
    return giving;
  }

  async #write(given: Given) {
    const line = `${this.#torn ? '\n' : ''}${JSON.stringify(given)}\n`;
    this.#torn = true;
    await this.#file.appendFile(line);
    await this.#file.datasync();
    this.#torn = false;
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
      .replaceAll(/\p{M}/gu, '')
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
