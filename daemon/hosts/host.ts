/** What a daemon needs of the place its sessions live in. Two hosts keep this contract, and one test suite holds both to it. */
import type { Unstamped } from '../../actors/asks.ts';
import type { EffectName, Outcome } from '../../actors/effects.ts';
import type { SessionInput } from '../../actors/session.ts';
import type { Tree } from '../../actors/tree.ts';
import type { ActorId, EffectKey, SessionId } from '../../core/ids.ts';
import type { Meta } from '../../core/meta.ts';
import type { Draft, Row } from '../../core/rows.ts';
import type { Delta, EffectIo } from '../effect.ts';

/** An event for an actor. Known keys are answered with what they led to; a person's words and decisions are durable. */
export interface Send {
  readonly to: ActorId;
  readonly event: Unstamped;
  readonly key?: string;
  /** Wait until a power cut cannot take it back. */
  readonly durable?: boolean;
}

/** What became of it, and the newest seq then. `ignored`: no state of the actor takes this event now. */
export interface Sent {
  readonly result: 'done' | 'ignored' | 'repeated';
  readonly seq: number;
}

export interface NewSession {
  readonly input: SessionInput;
  /** The first rows, `created` among them. */
  readonly rows: readonly Draft[];
  /** Sent in the same commit, so that a session with a message is never seen without it. */
  readonly first?: Send;
  /** A fork shares its source's rows up to and including this one. */
  readonly fork?: { readonly session: SessionId; readonly seq: number };
}

/** Why a session takes nothing just now: kept by the host, not a state of its machine. */
export type Trouble = {
  readonly kind: 'quarantined' | 'disk full' | 'engine away';
  readonly why: string;
  readonly fix: string;
};

export interface SessionState {
  readonly session: SessionId;
  readonly tree: Tree;
  readonly meta: Meta;
  readonly trouble?: Trouble;
}

/** A commit that is durable: the rows it added and the state after it. */
export interface Committed extends SessionState {
  /** What was put before which actors, in order. */
  readonly events: readonly { readonly to: ActorId; readonly type: string }[];
  readonly rows: readonly Row[];
  /** Effects that are over, and actors that are. */
  readonly closed: readonly EffectKey[];
  readonly ended: readonly ActorId[];
}

export interface HostListener {
  readonly committed?: (commit: Committed) => void;
  /** Something to look at of an effect that runs; `key` is the effect's, a new key clears what the old one showed. */
  readonly live?: (session: SessionId, key: EffectKey, delta: Delta) => void;
  readonly trouble?: (state: SessionState) => void;
  /** It sleeps, or the host stops; `length` is what its log came to. */
  readonly unloaded?: (session: SessionId, length: number) => void;
}

/** Does effects in the world. `check` looks at what a begun one left behind, for those whose policy says so. */
export interface EffectRunner {
  run(effect: EffectName, input: unknown, io: EffectIo): Promise<Outcome>;
  check(effect: EffectName, input: unknown, io: EffectIo): Promise<Outcome>;
  /** Where an effect would be begun now: committed with its intent, so that a restart knows where to look for it. */
  mark(effect: EffectName): Promise<string> | undefined;
}

export class HostError extends Error {
  readonly code: 'no-session' | 'quarantined' | 'too-new' | 'disk-full' | 'engine-away' | 'stopping' | 'bug';
  readonly fix: string;
  constructor(code: HostError['code'], message: string, fix: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HostError';
    this.code = code;
    this.fix = fix;
  }
}

export interface Host {
  readonly kind: 'embedded' | 'temporal';
  /** `repeated` when the session is there: its id is the client's, so that asking twice makes one. */
  create(session: SessionId, born: NewSession): Promise<Sent>;
  /** Throws HostError; a session that sleeps is loaded for it. */
  send(session: SessionId, send: Send): Promise<Sent>;
  /** Rows after `after`, at most `limit`, in order. */
  rows(session: SessionId, after: number, limit: number): Promise<readonly Row[]>;
  state(session: SessionId): Promise<SessionState>;
  /** The rows the conversation is computed from: those after its newest compaction. */
  window(session: SessionId): Promise<readonly Row[]>;
  /** The sessions that are loaded, and those that turned out to be damaged. */
  list(): readonly SessionState[];
  watch(listener: HostListener): Disposable;
  /** Lets a loaded session sleep; false when something in it is open. */
  unload(session: SessionId): Promise<boolean>;
  /** Aborts what can be begun again, leaves the rest as it is, and closes every log. */
  stop(): Promise<void>;
}
