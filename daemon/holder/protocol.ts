/**
 * The holder's protocol, version 1: every message between tcxd and a holder, in frames of `ipc/frame.ts`.
 *
 * FROZEN. A holder outlives the build that started it, so any later tcxd must be able to speak to it for as long as its
 * last command runs. What exists keeps its name and meaning. A new optional field or a new verb may be added when a holder
 * that does not know it is still served right (it ignores the field, and answers the verb with `bad request`). Anything
 * else is version 2, and tcxd then keeps the code for version 1 beside it.
 */
export const protocolVersion = 1;

/** The longest key, in bytes of its file name (`spool-files.ts`). */
export const maxKeyBytes = 200;
/** The most bytes one `read` answers, or one `output` push carries. */
export const maxReadBytes = 1024 * 1024;
/** The most bytes of one `write`, and of all that a program has not read yet. */
export const maxWriteBytes = 1024 * 1024;
/** Head and two tail segments, a third each. */
export const defaultSpoolBytes = 3 * 512 * 1024;
export const maxSecretBytes = 64 * 1024;

export interface Size {
  readonly cols: number;
  readonly rows: number;
}

/** A file the command finds open as descriptor `fd`: the sandbox's filter, a namespace. */
export interface Opened {
  readonly fd: number;
  readonly path: string;
  readonly mode: 'r' | 'w' | 'a' | 'rw';
}

/** Resource limits: bytes, seconds or a count. `soft` alone leaves the hard limit as it is. */
export type LimitName = 'as' | 'core' | 'cpu' | 'data' | 'fsize' | 'nofile' | 'stack';
export interface Limit {
  readonly name: LimitName;
  readonly value: number | 'unlimited';
  readonly soft?: boolean;
}

export interface RunSpec {
  /** Unique for ever: a second `run` of it answers what became of the first. */
  readonly key: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment; `PWD` is set to `cwd`, `SHELLOPTS` and `BASHOPTS` are left out. */
  readonly env: Readonly<Record<string, string>>;
  readonly umask: number;
  readonly mode: 'pty' | 'pipes';
  readonly size?: Size;
  /** For pipes. `null` reads the end of the file at once. */
  readonly stdin?: 'null' | 'open';
  readonly opens?: readonly Opened[];
  /** Without them a command has the holder's limits, and those are tcxd's with a soft core limit of 0. */
  readonly limits?: readonly Limit[];
  readonly spoolLimit?: number;
}

/** How a command ended; a death by signal n has the code 128+n. `failed`: it never ran, and `why` is the system's reason. */
export type End =
  | {
      readonly kind: 'exited';
      readonly code: number;
      readonly signal?: string;
      readonly at: number;
      readonly total: number;
    }
  | { readonly kind: 'failed'; readonly why: string; readonly at: number; readonly total: number };

export interface RunAnswer {
  /** This request started it. */
  readonly fresh: boolean;
  readonly pid: number;
  readonly end?: End;
}

/** A piece of output. Bytes of the gap between what was asked and `from` are gone for ever. */
export interface Slice {
  readonly from: number;
  readonly bytes: Uint8Array;
  readonly next: number;
  readonly gap: number;
}

/** From byte `at` on, the terminal had this size. */
export interface Sized extends Size {
  readonly at: number;
}

export interface ReadAnswer extends Slice {
  /** Bytes written so far, dropped ones counted. */
  readonly total: number;
  readonly end?: End;
  /** Sizes in force within the slice, the one at its start first; none for pipes. */
  readonly sizes: readonly Sized[];
}

export interface CommandInfo {
  readonly key: string;
  readonly pid: number;
  readonly mode: 'pty' | 'pipes';
  readonly file: string;
  readonly cwd: string;
  /** ms since 1970. */
  readonly started: number;
  readonly total: number;
  readonly end?: End;
}

export interface Welcome {
  readonly version: number;
  readonly incarnation: string;
  readonly build: string;
  readonly pid: number;
  readonly leaving: boolean;
}

/** Every verb, what it asks and what it is answered with. */
export interface Verbs {
  /** First on every connection. A lower epoch than one seen before is refused; a higher one closes older connections. */
  hello: { ask: { version: number; epoch: number; token: string }; answer: Welcome };
  run: { ask: RunSpec; answer: RunAnswer };
  /** Applied when `n` is higher than any before; `eof` closes a pipe's stdin afterwards. */
  write: { ask: { key: string; n: number; bytes: Uint8Array; eof?: boolean }; answer: { applied: boolean } };
  read: { ask: { key: string; from: number; limit: number }; answer: ReadAnswer };
  /**
   * Pushes `output` from byte `from` on, and `exit` after the last of it; without `from` only `exit`. The request's id
   * names it. What a slow reader has not taken waits on disk, and is dropped only as the spool's limit says.
   */
  follow: { ask: { key: string; from?: number }; answer: { total: number } };
  unfollow: { ask: { follow: number }; answer: object };
  resize: { ask: { key: string; cols: number; rows: number }; answer: object };
  /** To the process group; SIGKILL, where the system tells sessions, to everything in its session. */
  signal: { ask: { key: string; signal: string }; answer: { sent: boolean } };
  list: { ask: object; answer: { commands: readonly CommandInfo[]; leaving: boolean } };
  /** Drops an ended command and its spool; an unknown key is no error. */
  forget: { ask: { key: string }; answer: object };
  /** Secrets live in the holder's memory only; a put replaces them all. */
  'secrets.put': { ask: { secrets: Readonly<Record<string, string>> }; answer: object };
  'secrets.get': { ask: object; answer: { secrets: Readonly<Record<string, string>> } };
  /** No new commands; the process ends when the last running one has. */
  leave: { ask: object; answer: object };
  /** Kills everything, then answers, then ends. */
  end: { ask: object; answer: object };
}

export type Verb = keyof Verbs;
export type Ask<V extends Verb> = Verbs[V]['ask'];
export type Answer<V extends Verb> = Verbs[V]['answer'];
/** A request as it lies on the wire. */
export type Request = { [V in Verb]: { readonly t: V; readonly id: number } & Ask<V> }[Verb];

export type RefusalCode =
  | 'bad request'
  | 'version'
  | 'token'
  | 'old epoch'
  | 'unknown key'
  /** Another holder has begun this key. */
  | 'held'
  | 'running'
  | 'ended'
  | 'leaving'
  | 'full'
  /** Never on the wire: this side has no holder to ask. */
  | 'no holder';

/** What was asked cannot be: a value, since every caller has to say what happens then. */
export interface Refused {
  readonly refused: RefusalCode;
  readonly why: string;
}

export const refuse = (refused: RefusalCode, why: string): Refused => ({ refused, why });
export const isRefused = (answer: object): answer is Refused => 'refused' in answer;

export type Push =
  | ({ readonly t: 'output'; readonly follow: number } & Slice)
  | { readonly t: 'exit'; readonly follow: number; readonly end: End }
  /** The holder closes this connection, and says why. */
  | { readonly t: 'bye'; readonly why: string };
