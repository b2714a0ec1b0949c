/**
 * The rows of a session's log: what was said and done, in order, for ever.
 * A row is `{seq, at, kind, body}`; `seq` counts from 1 without holes and is what clients attach by, `at` is ms since 1970.
 * A body's fields never change their meaning. A new field is optional; a new meaning is a new kind.
 */
import type { Settings, Source } from './settings.ts';

/** Bumped when a body changes in a way an older build would misread; written into each log's first line. */
export const ROWS_VERSION = 1;

export type TurnEnd = 'completed' | 'interrupted' | 'failed';
export type CallStatus = 'done' | 'failed' | 'declined' | 'interrupted' | 'unknown';

/** Tokens of one model request, as the provider counted them. `input` includes the cached ones, `output` the reasoning ones. */
export interface Usage {
  readonly input: number;
  readonly cached: number;
  readonly cacheWrite: number;
  readonly output: number;
  readonly reasoning: number;
}

/** A provider's own item, kept byte for byte because that provider wants it back; of no use to another wire or model. */
export interface RawItem {
  readonly wire: 'responses' | 'messages' | 'chat';
  readonly model: string;
  readonly item: unknown;
}

/** One file of a patch or write. `diff` is the unified diff without its file headers. */
export interface FileChange {
  readonly path: string;
  readonly kind: 'add' | 'delete' | 'update';
  readonly movedTo?: string;
  readonly added: number;
  readonly removed: number;
  readonly diff: string;
}

/** An answer a person may give. `id` is what `tcx decide` takes. */
export interface Choice {
  readonly id: 'once' | 'session' | 'prefix' | 'folder' | 'no' | 'abort';
  readonly label: string;
  /** The letter that picks it in the TUI. */
  readonly key: string;
}

export interface Question {
  readonly kind: 'command' | 'patch';
  /** One line: the command, or the files. */
  readonly summary: string;
  readonly cwd: string;
  /** Why it is asked now. */
  readonly because: string;
  readonly choices: readonly Choice[];
}

/** The head of an exec_command or write_stdin result (tools.md §3.2); times in ms, `omitted` in bytes. */
export interface ExecHead {
  readonly chunk: string;
  readonly wallMs: number;
  /** The exit code, 128 + signal for a killed process; absent while it runs. */
  readonly code?: number;
  /** What the model passes to write_stdin while it runs. */
  readonly session?: number;
  /** Bytes of the command's output that the model has now seen. */
  readonly read: number;
  /** Tokens of the whole output before any cut, at 4 bytes each. */
  readonly tokens: number;
}

/** A picture that came with a person's words: `blob:` and the SHA-256 of its bytes, which lie in the blobs. */
export interface Image {
  readonly blob: string;
  readonly type: 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp';
}
/** In the order of `[Image #1]`, `[Image #2]` in the text. */
type Pictured = { readonly images?: readonly Image[] };

/** Who did it: a client's label. A label tells screens apart; it is no identity. */
type By = { readonly by?: string };
/** A client's key: the same key twice is once. */
type Keyed = { readonly key?: string };

export interface Bodies {
  /** `env` is the digest of the environment its commands start from, `umask` that of the client that made it. */
  created: {
    cwd: string;
    source: Source;
    settings: Settings;
    env?: string;
    umask?: number;
    fork?: { session: string; seq: number };
  } & By;
  settings: { settings: Partial<Settings> } & By;
  renamed: { name: string } & By;
  'turn.started': { turn: number };
  /** Words the harness adds for the model; `part` names which, so that a newer one of the same part is known to replace it. */
  context: { part: string; role: 'user' | 'developer'; text: string };
  user: { turn: number; text: string; queued?: number } & Pictured & By & Keyed;
  /** Said while a turn runs: a `steer` goes into that turn, a `queue` becomes the next one. Its `user` row names it by `n`. */
  queued: { n: number; mode: 'steer' | 'queue'; text: string } & Pictured & By & Keyed;
  unqueued: { n: number; why: 'returned' | 'deleted'; text: string } & By;
  reasoning: { turn: number; step: number; text: string; raw?: RawItem };
  assistant: { turn: number; step: number; text: string; phase?: string; raw?: RawItem };
  /** `ref` is the provider's call id: only a field, since some servers repeat it. `args` is as the model wrote it. */
  call: {
    turn: number;
    step: number;
    call: number;
    name: string;
    form: 'function' | 'custom';
    args: string;
    ref: string;
  };
  /** What a patch will do, known before it is asked or done. */
  patch: { call: number; changes: readonly FileChange[] };
  asked: { call: number; question: Question };
  answered: { call: number; choice: Choice['id']; text?: string } & By & Keyed;
  /** `left`: the call ended without looking, and its command goes on; the model has seen `read` bytes of it. */
  output: {
    call: number;
    status: CallStatus;
    text: string;
    tookMs: number;
    exec?: ExecHead;
    left?: { command: number; read: number };
  };
  /** A command that outlived its call is over; `code` is absent when nobody saw its end. */
  'command.ended': { command: number; code?: number; why?: string };
  plan: { call: number; items: readonly { step: string; status: 'pending' | 'in_progress' | 'completed' }[] };
  usage: { turn: number; step: number; model: string; usage: Usage };
  note: { level: 'info' | 'warning' | 'error'; text: string };
  /** Waits for a fact (a key, a limit's end), or for a person to say go on. */
  'turn.parked': { turn: number; why: string; fix?: string; person?: true };
  'turn.resumed': { turn: number };
  'turn.ended': {
    turn: number;
    status: TurnEnd;
    tookMs: number;
    error?: { code: string; message: string };
    by?: string;
  };
  /** `summary` stands for the conversation up to and including row `to`. */
  compaction: { to: number; summary: string };
  /** The conversation goes on from row `to`: the rows between count no more. */
  head: { to: number } & By;
  stopped: By;
  archived: { archived: boolean } & By;
  /** An alarm, by its number; `until` is ms since 1970. */
  wake: { n: number; until: number; text: string };
  woke: { n: number; cancelled?: boolean };
  late: { key: string; outcome: string };
  restored: { why: string };
}

export type RowKind = keyof Bodies;
export type Row = { [Kind in RowKind]: { seq: number; at: number; kind: Kind; body: Bodies[Kind] } }[RowKind];
export type RowOf<Kind extends RowKind> = Extract<Row, { kind: Kind }>;
/** A row before the log has given it its place and time. */
export type Draft = { [Kind in RowKind]: { kind: Kind; body: Bodies[Kind] } }[RowKind];

export const draft = <Kind extends RowKind>(kind: Kind, body: Bodies[Kind]) => ({ kind, body }) as Draft;

export const noUsage: Usage = { input: 0, cached: 0, cacheWrite: 0, output: 0, reasoning: 0 };
export const addUsage = (a: Usage, b: Usage): Usage => ({
  input: a.input + b.input,
  cached: a.cached + b.cached,
  cacheWrite: a.cacheWrite + b.cacheWrite,
  output: a.output + b.output,
  reasoning: a.reasoning + b.reasoning,
});

/** For the `default` of a switch over a union: the compiler lists the places to visit when an arm is added. */
export const never = (value: never): never => {
  throw new Error(`unhandled: ${JSON.stringify(value)}`);
};
