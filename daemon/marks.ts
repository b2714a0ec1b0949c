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
    const reading = readFile(this.#path(session), 'utf8').then(
      (text) => ({ ...none, ...(JSON.parse(text) as Partial<Marks>) }),
      () => none,
    );
    this.#marks.set(session, reading);
    return reading;
  }

  async set(session: SessionId, change: Partial<Marks>) {
    const marks = { ...(await this.get(session)), ...change };
    this.#marks.set(session, Promise.resolve(marks));
    this.#unsaved.set(session, marks);
    this.#timer ??= setTimeout(() => void this.save(), saveAfterMs);
  }

  /** Ours again from the file when somebody asks. */
  forget(session: SessionId) {
    if (!this.#unsaved.has(session)) this.#marks.delete(session);
  }

  save(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const unsaved = [...this.#unsaved];
    this.#unsaved.clear();
    this.#saving = this.#saving.then(async () => {
      for (const [session, marks] of unsaved) await this.#write(session, marks).catch(() => {});
    });
    return this.#saving;
  }

  async #write(session: SessionId, marks: Marks) {
    const path = this.#path(session);
    await writeFile(`${path}.new`, JSON.stringify(marks), { mode: 0o600 });
    await rename(`${path}.new`, path);
  }

  #path = (session: SessionId) => logPath(this.#home, session).replace(/\.jsonl$/, '.marks.json');
}
