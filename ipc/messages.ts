/** What tcxd says to its clients: answers by verb, and pushes. Types only; the requests are in `protocol.ts`. */
import type { Choice, FileChange, Image, Question, Row, TurnEnd, Usage } from '../core/rows.ts';
import type { Settings, Source } from '../core/settings.ts';
import type { RequestOf, Verb } from './protocol.ts';

/** The states a person sees, in `tcx ps`, the TUI and `--json` (own.md §2). */
export type StateName =
  | 'needs you'
  | 'thinking'
  | 'acting'
  | 'stopping'
  | 'parked'
  | 'asleep'
  | 'idle'
  | 'done'
  | 'done unread'
  | 'stopped'
  | 'failed'
  | 'quarantined'
  | 'waiting for Temporal'
  | 'disk full';

/** One row of `tcx ls` or `tcx ps`. Times are ms since 1970, money USD. */
export interface SessionInfo {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly state: StateName;
  readonly since: number;
  /** What it is doing, waiting for, or said last. */
  readonly what: string;
  readonly cwd: string;
  readonly model: string;
  readonly provider: string;
  readonly source: Source;
  readonly created: number;
  readonly updated: number;
  readonly turns: number;
  readonly usage: Usage;
  readonly cost?: number;
  readonly archived: boolean;
  readonly viewers: number;
  readonly snippet?: string;
  /** The session that began this one as its agent. */
  readonly parent?: string;
}

/** What a list shows beside a session: how it is, who looks, what it planned, changed and said last. */
export interface Peek {
  readonly session: string;
  readonly title: string;
  readonly cwd: string;
  readonly settings: Settings;
  readonly contextTokens: number;
  readonly contextWindow: number;
  readonly viewers: readonly Viewer[];
  readonly plan: readonly { readonly step: string; readonly status: 'pending' | 'in_progress' | 'completed' }[];
  /** The last words of the model, at most a screenful. */
  readonly last: string;
  readonly changed: { readonly files: number; readonly added: number; readonly removed: number };
  /** What its open questions are about, file by file. */
  readonly changes: readonly { readonly call: number; readonly changes: readonly FileChange[] }[];
}

/** One row of `tcx ps -a`: any live actor. */
export interface ActorInfo {
  readonly id: string;
  readonly kind:
    | 'session'
    | 'agent'
    | 'turn'
    | 'call'
    | 'approval'
    | 'command'
    | 'wake'
    | 'mcp'
    | 'pty'
    | 'account'
    | 'workspace'
    | 'memory';
  readonly name: string;
  readonly state: string;
  readonly since: number;
  readonly parent?: string;
  readonly cwd?: string;
  readonly model?: string;
  readonly cost?: number;
  readonly pid?: number;
  /** Resident memory in bytes. */
  readonly rss?: number;
  readonly viewers?: number;
  readonly what?: string;
}

/** An open question of the inbox. `approval` is the handle people type. */
export interface Approval {
  readonly approval: string;
  readonly id: string;
  readonly kind: Question['kind'];
  readonly session: string;
  readonly name: string;
  readonly call: number;
  readonly summary: string;
  readonly because: string;
  readonly cwd: string;
  readonly since: number;
  readonly choices: readonly Choice[];
}

export interface Viewer {
  readonly client: number;
  readonly label: string;
  readonly role: 'drive' | 'watch';
  readonly typing: boolean;
  readonly focused: boolean;
  readonly idleMs: number;
  readonly size?: { readonly columns: number; readonly rows: number };
}

/** What the model is saying or doing right now, by effect key; gone when its rows are there. */
export interface Live {
  readonly key: string;
  readonly kind: 'text' | 'reasoning' | 'args' | 'output' | 'status';
  readonly text: string;
}

export interface Pending {
  readonly images?: readonly Image[];
  readonly n: number;
  readonly mode: 'steer' | 'queue' | 'next';
  readonly text: string;
  readonly by?: string;
}

/** A session's state for those who look at it; pushed whenever it changes. */
export interface SessionView {
  readonly session: string;
  readonly name: string;
  readonly head: number;
  readonly state: StateName;
  readonly since: number;
  readonly what: string;
  readonly fix?: string;
  readonly turn: number;
  readonly cwd: string;
  readonly branch?: string;
  readonly settings: Settings;
  readonly usage: Usage;
  readonly contextTokens: number;
  readonly contextWindow: number;
  readonly cost?: number;
  readonly pending: readonly Pending[];
  readonly held: boolean;
  readonly questions: readonly Approval[];
  /** Background commands that are alive. */
  readonly commands: readonly {
    readonly n: number;
    readonly handle: string;
    readonly cmd: string;
    readonly since: number;
  }[];
  /** Questions open in other sessions. */
  readonly elsewhere: number;
}

export interface Attached {
  readonly view: SessionView;
  readonly rows: readonly Row[];
  /** Rows before `rows` were left out: ask for them with `rows {before}`. */
  readonly more: boolean;
  readonly live: readonly Live[];
  readonly presence: readonly Viewer[];
  readonly draft: string;
  readonly client: number;
  /** The seq up to which somebody of this home has looked, and when. */
  readonly seen: { readonly seq: number; readonly at: number };
}

export interface DaemonStatus {
  readonly pid: number;
  readonly build: string;
  readonly protocol: number;
  readonly host: 'embedded' | 'temporal';
  readonly home: string;
  readonly socket: string;
  readonly started: number;
  readonly sessions: number;
  readonly actors: number;
  readonly rss: number;
  readonly clients: number;
  readonly safeMode: boolean;
  readonly holder: { readonly pid: number; readonly commands: number } | null;
}

export interface Check {
  readonly id: string;
  readonly category: string;
  readonly status: 'ok' | 'warning' | 'fail';
  readonly summary: string;
  readonly details: Readonly<Record<string, string>>;
  readonly remediation?: string;
  readonly durationMs: number;
}

/** A model that a server on this machine has. */
export interface LocalModel {
  readonly name: string;
  readonly tools: boolean;
  /** Tokens of context it runs with. */
  readonly window?: number;
}

export interface FoundServer {
  readonly provider: 'ollama' | 'lmstudio';
  readonly at: string;
  readonly models: readonly LocalModel[];
}

/** A folder's project: where it begins, and what of it counts only when it is trusted. */
export interface ProjectInfo {
  readonly root: string;
  readonly changed?: number;
  readonly brings: { readonly instructions: boolean; readonly servers: number; readonly hooks: number };
}

/** What a reference means, and how that session is. */
export interface Resolved {
  readonly session: string;
  readonly name: string;
  readonly archived: boolean;
  readonly cwd: string;
  readonly state: StateName;
  readonly what: string;
  readonly fix?: string;
  /** How its last turn ended; null while one runs and before the first. */
  readonly ended: TurnEnd | null;
  /** Messages that wait for a turn of their own; `held`: until a person lets them go on. */
  readonly pending: number;
  readonly held: boolean;
  readonly questions: readonly Approval[];
}

interface Answers {
  hello: { build: string; protocol: number; client: number; home: string; needEnv: boolean; label: string };
  new: { session: string; name: string; head: number; warnings: readonly string[] };
  attach: Attached;
  say: { seq: number; repeated: boolean };
  decide: { seq: number; session: string; call: number };
  interrupt: { interrupted: boolean; state: StateName };
  stop: { stopped: boolean };
  fork: { session: string; name: string; head: number };
  rename: { name: string };
  settings: { settings: Settings };
  wake: { n: number };
  detach: { detached: number };
  rows: { rows: readonly Row[]; head: number };
  resolve: Resolved;
  peek: Peek;
  list: {
    sessions: readonly SessionInfo[];
    actors: readonly ActorInfo[];
    total: number;
    /** With the awake ones: how many sessions there are, and what today cost in USD, where prices are known. */
    known?: number;
    today?: number;
  };
  inbox: { approvals: readonly Approval[] };
  /** Each patch that was applied, file by file, in order. */
  diff: { cwd: string; files: readonly (FileChange & { readonly turn: number; readonly call: number })[] };
  /** `complete`: false while the tree is still being read. */
  files: { paths: readonly string[]; total: number; complete: boolean };
  'blob.get': { bytes: Uint8Array; size: number };
  config: {
    config: unknown;
    warnings: readonly string[];
    layers: readonly unknown[];
    configured: boolean;
    /** What a new session would run with; absent when nothing is configured. */
    choice?: { provider: string; model: string };
    /** What the user's files say of the folder. */
    trust: 'trusted' | 'untrusted' | 'unknown';
    project?: ProjectInfo;
    /** The chosen provider has its key, or wants none. */
    keyed?: boolean;
    /** Providers whose keys are kept in the home. */
    keys?: readonly string[];
    files: readonly string[];
  };
  /** What git says of a folder, where it is one of its. */
  folder: { changed?: number };
  probe: { servers: readonly FoundServer[] };
  /** The models of the provider whose key works; `kept` when it was to be. */
  login: { models: readonly string[]; kept: boolean };
  'daemon.status': DaemonStatus;
  'daemon.doctor': { checks: readonly Check[] };
}
export type AnswerOf<Name extends Verb> = Name extends keyof Answers ? Answers[Name] : Record<never, never>;

export type Push =
  | { readonly t: 'rows'; readonly session: string; readonly rows: readonly Row[] }
  /** Text to append under an effect's key; `clear` drops what the key showed. */
  | { readonly t: 'delta'; readonly session: string; readonly live: readonly (Live & { readonly clear?: boolean })[] }
  | { readonly t: 'state'; readonly view: SessionView }
  | { readonly t: 'presence'; readonly session: string; readonly presence: readonly Viewer[] }
  | {
      readonly t: 'notice';
      readonly level: 'info' | 'warning' | 'error';
      readonly text: string;
      readonly session?: string;
    }
  /** What the person may say next; gone with the next key or row. */
  | { readonly t: 'suggestion'; readonly session: string; readonly text: string }
  /** Words that were not delivered come back to the client that said them. */
  | { readonly t: 'returned'; readonly session: string; readonly texts: readonly string[] }
  | { readonly t: 'changed'; readonly what: 'list' | 'inbox' }
  /** A question of a session that nobody looks at: to the client that was used last. */
  | {
      readonly t: 'need';
      readonly session: string;
      readonly name: string;
      readonly approval: string;
      readonly kind: Question['kind'];
      readonly summary: string;
    }
  | { readonly t: 'trace'; readonly line: string }
  /** The daemon lets this client go: it was detached by somebody, or the daemon stops; `again`: another follows at once. */
  | {
      readonly t: 'bye';
      readonly why: string;
      readonly by?: string;
      readonly session?: string;
      readonly again?: boolean;
    };

export type FromDaemon =
  | ({ readonly t: 'ok'; readonly id: number } & Readonly<Record<string, unknown>>)
  | { readonly t: 'error'; readonly id: number; readonly code: string; readonly message: string; readonly fix: string }
  | Push;

export type Ask<Name extends Verb> = RequestOf<Name>;
