/** What belongs to a session and to no row of it: the drafts people have or left, and how far anybody of this home has looked. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { SessionId } from '../core/ids.ts';
import { logPath } from './hosts/log-read.ts';

/** Text that was typed and not sent. `by` is the client that has it on its screen; it means nothing to the next daemon. */
export interface Draft {
  readonly text: string;
  readonly by?: number;
}

export interface Marks {
  /** The newest last. */
  readonly drafts: readonly Draft[];
  readonly seen: { readonly seq: number; readonly at: number };
}
const none: Marks = { drafts: [], seen: { seq: 0, at: 0 } };

const saveAfterMs = 300;
/** Marks of sessions that sleep are read again when somebody asks; so many are kept. */
const keptLimit = 2000;
/** Of one session; the oldest of more than these is dropped. */
const draftLimit = 16;

const kept = (drafts: readonly Draft[]) => drafts.filter(({ text }) => text !== '').slice(-draftLimit);

const isSame = (a: Marks, b: Marks) => a.drafts === b.drafts && a.seen === b.seen;

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

  /** Somebody has looked as far as this. */
  saw = (session: SessionId, seen: Marks['seen']) => this.#change(session, () => ({ seen }));

  /** A client's draft as it is now. */
  draft = (session: SessionId, by: number, text: string) =>
    this.#change(session, ({ drafts }) => ({
      drafts: kept([...drafts.filter((draft) => draft.by !== by), { text, by }]),
    }));

  /** Words of somebody who is gone, for the next who comes. */
  leave = (session: SessionId, text: string) =>
    this.#change(session, ({ drafts }) => {
      const left = drafts.findLast(({ by }) => by === undefined);
      const others = drafts.filter((draft) => draft !== left);
      return { drafts: kept([...others, { text: left ? `${left.text}\n${text}` : text }]) };
    });

  /** The draft for a client that comes: its own, else the newest that nobody who is here has on the screen. It is this client's then. */
  async take(session: SessionId, client: number, isHere: (client: number) => boolean): Promise<string> {
    let text = '';
    await this.#change(session, ({ drafts }) => {
      const left = ({ by }: Draft) => by === undefined || !isHere(by);
      const taken = drafts.findLast(({ by }) => by === client) ?? drafts.findLast(left);
      if (!taken) return {};
      text = taken.text;
      return { drafts: [...drafts.filter((draft) => draft !== taken), { text, by: client }] };
    });
    return text;
  }

  /** Changes are made one after another, so that a draft and a look at the same time are both kept. */
  async #change(session: SessionId, change: (marks: Marks) => Partial<Marks>) {
    const before = this.get(session);
    const changed = before.then((marks) => ({ ...marks, ...change(marks) }));
    this.#marks.set(session, changed);
    const marks = await changed;
    if (isSame(marks, await before)) return;
    this.#unsaved.set(session, marks);
    this.#timer ??= setTimeout(() => void this.save(), saveAfterMs);
  }

  /** Ours again from the file when somebody asks. */
  forget(session: SessionId) {
    if (!this.#unsaved.has(session)) this.#marks.delete(session);
  }

  /** With the session itself. */
  async remove(session: SessionId) {
    this.#unsaved.delete(session);
    this.#marks.delete(session);
    await this.#saving;
    await rm(this.#path(session), { force: true });
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
      const { drafts, seen } = JSON.parse(await readFile(this.#path(session), 'utf8')) as Partial<Marks>;
      return { drafts: (drafts ?? []).map(({ text }) => ({ text })), seen: seen ?? none.seen };
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
