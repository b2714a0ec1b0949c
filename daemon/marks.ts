/** What belongs to a session and to no row of it: the draft somebody left, and how far anybody of this home has looked. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import type { SessionId } from '../core/ids.ts';
import { logPath } from './hosts/log-read.ts';

export interface Marks {
  readonly draft: string;
  readonly seen: { readonly seq: number; readonly at: number };
}
const none: Marks = { draft: '', seen: { seq: 0, at: 0 } };

const saveAfterMs = 300;
/** Marks of sessions that sleep are read again when somebody asks; so many are kept. */
const keptLimit = 2000;

export class MarkStore {
  readonly #home: string;
  readonly #marks = new Map<SessionId, Promise<Marks>>();
  readonly #unsaved = new Map<SessionId, Marks>();
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> = Promise.resolve();

  constructor(home: string) {
    this.#home = home;
  }

  get(session: SessionId): Promise<Marks> {
    const known = this.#marks.get(session);
    if (known) return known;
    const reading = this.#read(session);
    this.#marks.set(session, reading);
    for (const oldest of this.#marks.keys()) {
      if (this.#marks.size <= keptLimit) break;
      this.forget(oldest);
    }
    return reading;
  }

  /** Changes are made one after another, so that a draft and a look at the same time are both kept. */
  async set(session: SessionId, change: Partial<Marks>) {
    const changed = this.get(session).then((marks) => ({ ...marks, ...change }));
    this.#marks.set(session, changed);
    this.#unsaved.set(session, await changed);
    this.#timer ??= setTimeout(() => void this.save(), saveAfterMs);
  }

  /** Ours again from the file when somebody asks. */
  forget(session: SessionId) {
    if (!this.#unsaved.has(session)) this.#marks.delete(session);
  }

  save(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#saving = this.#saving.then(async () => {
      for (const [session, marks] of this.#unsaved) {
        // What cannot be written now is tried again with the next change.
        const written = await this.#write(session, marks).then(
          () => true,
          () => false,
        );
        if (written && this.#unsaved.get(session) === marks) this.#unsaved.delete(session);
      }
    });
    return this.#saving;
  }

  /** A file that is not there, or that a power cut emptied, says nothing. */
  async #read(session: SessionId): Promise<Marks> {
    try {
      const { draft, seen } = JSON.parse(await readFile(this.#path(session), 'utf8')) as Partial<Marks>;
      return { draft: draft ?? '', seen: seen ?? none.seen };
    } catch {
      return none;
    }
  }

  async #write(session: SessionId, marks: Marks) {
    const path = this.#path(session);
    await writeFile(`${path}.new`, JSON.stringify(marks), { mode: 0o600 });
    await rename(`${path}.new`, path);
  }

  #path = (session: SessionId) => logPath(this.#home, session).replace(/\.jsonl$/, '.marks.json');
}
