/**
 * What tcxd knows of holders: it asks for commands by key and does not see which holder has one, that an older build's is
 * still finishing, or that one died. Commands of a dead one are killed and answered `unknown` from what is on disk.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Decision, decide, type OpenEffect } from './adopt.ts';
import { type CommandEnd, type DeadSpool, deadSpools, holderDied, removeUnbegun } from './dead.ts';
import { Followings, type Listener } from './followings.ts';
import { type HolderFile, isAlive, readHolderFiles, removeHolderFiles } from './holder-file.ts';
import { type Gone, Link, type Lost, lost } from './link.ts';
import {
  type Answer,
  type Ask,
  type CommandInfo,
  isRefused,
  type ReadAnswer,
  type Refused,
  type RunSpec,
  refuse,
  type Size,
  type Verb,
} from './protocol.ts';
import { type StartOptions, startHolder } from './start.ts';

export interface HolderOptions extends StartOptions {
  /** Higher for every tcxd that holds the home's lock. */
  readonly epoch: number;
  /** A holder ended, or does not answer this tcxd any more. */
  readonly gone?: (gone: HolderGone) => void;
}

export interface HolderGone {
  readonly incarnation: string;
  /** Its commands that nobody can say the end of. */
  readonly unknown: readonly string[];
  /** It lives and listens to a newer tcxd: this one is to stop. */
  readonly superseded?: string;
}

export interface Ran {
  /** This call started it; else it was there. */
  readonly fresh: boolean;
  readonly pid: number;
  readonly incarnation: string;
  readonly end?: CommandEnd;
}

export interface HolderStatus {
  readonly incarnation: string;
  readonly pid: number;
  readonly build: string;
  readonly commands: readonly CommandInfo[];
}

/** A holder may die or leave between being chosen and being asked; after this many it is no accident. */
const maxTries = 3;
/** Whoever only looks does not wait for a holder that stands still. */
const statusMs = 1_000;

export class Holder {
  readonly #options: HolderOptions;
  readonly #links = new Map<string, Link>();
  readonly #owners = new Map<string, string>();
  readonly #dead = new Map<string, DeadSpool>();
  readonly #followings = new Followings({ linkOf: (key) => this.#linkOf(key), spoolOf: (key) => this.#dead.get(key) });
  #current: string | undefined;
  #starting: Promise<Link | Refused> | undefined;
  #secrets: Readonly<Record<string, string>> | undefined;
  /** A newer tcxd has the holders: nothing is asked of them, and none is started. */
  #superseded: Refused | undefined;
  #closed = false;

  private constructor(options: HolderOptions) {
    this.#options = options;
  }

  /** Finds all holders of the home, living and dead. Starts none: the first command does. Refused when a newer tcxd owns them. */
  static async open(options: HolderOptions): Promise<Holder | Refused> {
    const holder = new Holder(options);
    for (const file of readHolderFiles(options.run).filter(isAlive)) {
      const link = await holder.#connect(file);
      if (!(link instanceof Link) && link.kind === 'refused') {
        holder.close();
        return link.refused;
      }
    }
    if (holder.#links.size === 0) removeUnbegun(options.run);
    for (const spool of deadSpools(options.run, new Set(holder.#links.keys()))) holder.#dead.set(spool.key, spool);
    await holder.#survey();
    return holder;
  }

  async #connect(file: HolderFile): Promise<Link | Gone> {
    const link = await Link.open(file, this.#options.epoch, (gone) => this.#gone(file, gone));
    if (!(link instanceof Link)) return link;
    if (this.#closed) link.close();
    else this.#links.set(file.incarnation, link);
    return link;
  }

  /** One holder of this build goes on; all others are asked to leave when they have nothing left to hold. */
  async #survey(): Promise<void> {
    for (const [incarnation, link] of this.#links) {
      const list = await link.ask('list', {});
      if (list === lost || isRefused(list)) continue;
      for (const { key } of list.commands) this.#owners.set(key, incarnation);
      if (this.#current === undefined && !list.leaving && link.file.build === this.#options.build)
        this.#current = incarnation;
      else await link.ask('leave', {});
    }
  }

  /**
   * Squares what the log has open with what there is: kills what nobody waits for and what a dead holder left running, and
   * says of each open effect what to do with it: `adopt` (follow it), `start` (run it) or `settle`.
   */
  async adopt(effects: readonly OpenEffect[], kept: ReadonlySet<string>): Promise<Exclude<Decision, { do: 'end' }>[]> {
    const files = readHolderFiles(this.#options.run);
    const decisions = decide({
      effects,
      kept,
      held: [...this.#owners].map(([key, incarnation]) => ({ key, incarnation })),
      left: [...this.#dead.values()].map(({ key, end }) => ({ key, end })),
      holders: new Set(files.map(({ incarnation }) => incarnation)),
    });
    for (const spool of this.#dead.values()) spool.kill();
    // Not waited for: a process in the kernel's hands may take its time to die.
    for (const { do: what, key } of decisions) if (what === 'end') void this.#drop(key);
    const named = new Set(effects.map(({ incarnation }) => incarnation));
    for (const file of files) if (!named.has(file.incarnation)) this.#sweep(file);
    return decisions.filter((decision) => decision.do !== 'end');
  }

  async #drop(key: string): Promise<void> {
    if (!this.#dead.has(key)) {
      await this.signal(key, 'SIGKILL');
      await this.ended(key);
    }
    await this.forget(key);
  }

  /** The incarnation that the next command will be given to, for the log; a holder is started when there is none. */
  async ready(): Promise<{ readonly incarnation: string } | Refused> {
    const link = await this.#ready();
    return link instanceof Link ? { incarnation: link.file.incarnation } : link;
  }

  async #ready(): Promise<Link | Refused> {
    if (this.#superseded) return this.#superseded;
    const link = this.#current === undefined ? undefined : this.#links.get(this.#current);
    if (link) return link;
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async #start(): Promise<Link | Refused> {
    const started = await startHolder(this.#options, randomBytes(6).toString('hex'));
    if (!started.ok) return refuse('no holder', started.why);
    const link = await this.#connect(started.file);
    if (!(link instanceof Link))
      return link.kind === 'refused' ? link.refused : refuse('no holder', 'the holder of commands died at once');
    this.#current = link.file.incarnation;
    if (this.#secrets) await link.ask('secrets.put', { secrets: this.#secrets });
    return link;
  }

  /** Starts a command, or says what became of it when its key was run before. */
  async run(spec: RunSpec): Promise<Ran | Refused> {
    for (let tries = 0; tries < maxTries; tries++) {
      const dead = this.#dead.get(spec.key);
      if (dead) return { fresh: false, pid: dead.leader?.pid ?? 0, incarnation: dead.meta.incarnation, end: dead.end };
      const link = this.#linkOf(spec.key) ?? (await this.#ready());
      if (!(link instanceof Link)) return link;
      const { incarnation } = link.file;
      this.#owners.set(spec.key, incarnation);
      const answer = await link.ask('run', spec);
      if (answer !== lost && !isRefused(answer)) return ran(answer, incarnation);
      if (this.#owners.get(spec.key) === incarnation) this.#owners.delete(spec.key);
      if (answer !== lost && answer.refused !== 'leaving') return answer;
      if (this.#current === incarnation) this.#current = undefined;
    }
    return refuse('no holder', 'holders of commands keep dying');
  }

  #linkOf(key: string): Link | undefined {
    const owner = this.#owners.get(key);
    return owner === undefined ? undefined : this.#links.get(owner);
  }

  /** Output from byte `from` on, then the end; `from` undefined: only the end. Goes on across everything that happens to holders. */
  follow(key: string, from: number | undefined, listener: Listener): Disposable {
    return this.#followings.add(key, from, listener);
  }

  ended(key: string): Promise<CommandEnd> {
    return new Promise((resolve) => void this.follow(key, undefined, { output: () => {}, end: resolve }));
  }

  async read(key: string, from: number, limit: number): Promise<ReadAnswer | Refused> {
    return this.#ask(key, 'read', { key, from, limit }, (spool) => spool.read(from, limit));
  }

  /** Applied once for each `n`, and only when it is higher than any before. */
  write(key: string, n: number, bytes: Uint8Array, eof = false): Promise<Answer<'write'> | Refused> {
    return this.#ask(key, 'write', { key, n, bytes, eof }, () => refuse('ended', 'the command has ended'));
  }

  resize(key: string, { cols, rows }: Size): Promise<object | Refused> {
    return this.#ask(key, 'resize', { key, cols, rows }, () => ({}));
  }

  /** To the command's process group; false when it has ended. */
  signal(key: string, signal: NodeJS.Signals): Promise<Answer<'signal'> | Refused> {
    return this.#ask(key, 'signal', { key, signal }, () => ({ sent: false }));
  }

  /** Drops an ended command: only after its end is committed, since nobody can say it again. */
  async forget(key: string): Promise<object | Refused> {
    const answer = await this.#ask(key, 'forget', { key }, (spool) => this.#forgetDead(spool));
    if (isRefused(answer) && answer.refused !== 'unknown key') return answer;
    this.#owners.delete(key);
    return {};
  }

  #forgetDead(spool: DeadSpool): object {
    spool.remove();
    this.#dead.delete(spool.key);
    const file = readHolderFiles(this.#options.run).find(({ incarnation }) => incarnation === spool.meta.incarnation);
    if (file) this.#sweep(file);
    return {};
  }

  /** A dead holder's files go with the last of its spools. */
  #sweep(file: HolderFile): void {
    const named = [...this.#dead.values()].some(({ meta }) => meta.incarnation === file.incarnation);
    if (!named && !this.#links.has(file.incarnation) && !isAlive(file)) removeHolderFiles(this.#options.run, file);
  }

  async #ask<V extends Verb>(
    key: string,
    verb: V,
    ask: Ask<V>,
    ofDead: (spool: DeadSpool) => Answer<V> | Refused,
  ): Promise<Answer<V> | Refused> {
    const link = this.#linkOf(key);
    const answer = link && (await link.ask(verb, ask));
    if (answer !== undefined && answer !== lost) return answer as Exclude<typeof answer, Lost>;
    if (this.#superseded) return this.#superseded;
    const spool = this.#dead.get(key);
    return spool ? ofDead(spool) : refuse('unknown key', 'nobody holds this command');
  }

  async status(): Promise<HolderStatus[]> {
    const all = await Promise.all([...this.#links.values()].map(statusOf));
    return all.filter((status) => status !== undefined);
  }

  /** Commands whose holder died, until they are forgotten. */
  get left(): readonly DeadSpool[] {
    return [...this.#dead.values()];
  }

  /** In memory of holders only, of one that is started later too. Not waited for: a holder may stand still. */
  keepSecrets(secrets: Readonly<Record<string, string>>): void {
    this.#secrets = secrets;
    for (const link of this.#links.values()) void link.ask('secrets.put', { secrets });
  }

  /** What an earlier tcxd put. */
  async getSecrets(): Promise<Readonly<Record<string, string>>> {
    const all = await Promise.all([...this.#links.values()].map((link) => link.ask('secrets.get', {})));
    return Object.assign({}, ...all.map((answer) => (answer === lost || isRefused(answer) ? {} : answer.secrets)));
  }

  /** No new commands; each holder ends with its last one. */
  async leave(): Promise<void> {
    this.#current = undefined;
    await Promise.all([...this.#links.values()].map((link) => link.ask('leave', {})));
  }

  /** Kills every command, and ends all holders. */
  async end(): Promise<void> {
    this.#current = undefined;
    for (const spool of this.#dead.values()) spool.kill();
    await Promise.all([...this.#links.values()].map((link) => link.ask('end', {})));
  }

  /** tcxd goes; commands and their holders stay. */
  close(): void {
    this.#closed = true;
    this.#followings.clear();
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
  }

  /** Its commands are answered from disk from now on, before anything that was asked of it is. */
  #gone(file: HolderFile, gone: Gone): void {
    const { incarnation } = file;
    this.#links.delete(incarnation);
    if (this.#current === incarnation) this.#current = undefined;
    if (gone.kind === 'refused') {
      this.#superseded = gone.refused;
      this.#options.gone?.({ incarnation, unknown: [], superseded: gone.refused.why });
      return;
    }
    const spools = deadSpools(this.#options.run, new Set(this.#links.keys())).filter(
      ({ meta }) => meta.incarnation === incarnation,
    );
    for (const spool of spools) {
      this.#dead.set(spool.key, spool);
      spool.kill();
    }
    const keys = [...this.#owners].filter(([, owner]) => owner === incarnation).map(([key]) => key);
    for (const key of keys) this.#owners.delete(key);
    this.#followings.moved(new Set(keys));
    this.#options.gone?.({
      incarnation,
      unknown: spools.filter(({ end }) => end === holderDied).map(({ key }) => key),
    });
    this.#sweep(file);
  }
}

function ran({ fresh, pid, end }: Answer<'run'>, incarnation: string): Ran {
  return end ? { fresh, pid, incarnation, end } : { fresh, pid, incarnation };
}

async function statusOf(link: Link): Promise<HolderStatus | undefined> {
  const list = await Promise.race([link.ask('list', {}), delay(statusMs, undefined, { ref: false })]);
  if (list === undefined || list === lost || isRefused(list)) return undefined;
  const { incarnation, pid, build } = link.file;
  return { incarnation, pid, build, commands: list.commands };
}
