/**
 * Everything a machine may ask of the world: each effect's input, what it brings back, and what a restart may do with it.
 * The bodies are in `daemon/effects.ts`; the two lists are checked against each other by the compiler.
 */
import type { ExecHead, FileChange, RawItem, Usage } from '../core/rows.ts';

/**
 * What a restart may do with an effect that was begun and not settled (design §2):
 * `again` repeat it; `adopt` find it in the holder and go on listening; `check` look at the world, then say what happened;
 * `once` it may have happened, so it is settled `unknown`.
 */
export type Policy = 'again' | 'adopt' | 'check' | 'once';

/** How an effect ended. Only `done` has a value; `parked` waits for a fact and is asked again when it is there. */
export type Outcome<Value = unknown> =
  | { readonly kind: 'done'; readonly value: Value }
  | { readonly kind: 'failed'; readonly why: string; readonly code?: string }
  /** Ended because it was asked to; `value` is what there was by then. */
  | { readonly kind: 'interrupted'; readonly value?: Value }
  /** Begun, and nobody can say how it ended. */
  | { readonly kind: 'unknown'; readonly why: string }
  | { readonly kind: 'not started' }
  | { readonly kind: 'parked'; readonly why: string; readonly fix?: string };

/** An item of a model's answer, in order; the session numbers the calls. */
export type ModelItem =
  | { readonly kind: 'reasoning'; readonly text: string; readonly raw?: RawItem }
  | { readonly kind: 'assistant'; readonly text: string; readonly phase?: string; readonly raw?: RawItem }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly form: 'function' | 'custom';
      readonly args: string;
      readonly ref: string;
    };

export interface ModelAnswer {
  readonly items: readonly ModelItem[];
  readonly usage: Usage;
  /** The model that answered, as the server names it. */
  readonly model: string;
  /** False: the server wants to be asked again although there is no call. */
  readonly endTurn: boolean;
  /** Warnings the person should see once, such as a dropped setting. */
  readonly notes?: readonly string[];
}

/** One file as a patch found it and will leave it: SHA-256 of the bytes in hex, null where there is no file. */
export interface PlannedFile {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** A patch or write, verified against the files as they are and not yet done. */
export interface PreparedPatch {
  readonly files: readonly PlannedFile[];
  readonly changes: readonly FileChange[];
  /** Real paths, symlinks followed, of everything that would be written: what `decide` judges. */
  readonly writes: readonly string[];
}

/** What a watch saw: the output, cut to size; its head says how far it was read. */
export interface Watched {
  readonly text: string;
  readonly head: ExecHead;
}

/**
 * Inputs name a call by its number and leave its arguments in its row, which is written once: an intent repeated in
 * every snapshot would cost the log more than the work itself.
 */
interface Declared {
  /** One model request. The conversation and the settings are read from the rows. */
  model: { input: { turn: number; step: number }; value: ModelAnswer };
  /** A process, from start to exit. */
  command: { input: { call: number; cwd: string }; value: { code: number } };
  /**
   * A command's output from byte `from` until it exits or the call's yield time is over; `call` is the exec_command or
   * write_stdin that asks. A `write` is numbered a command, so that it is applied once however often this is repeated.
   */
  watch: { input: { call: number; command: number; from: number; write?: number }; value: Watched };
  /** Ends a command: SIGTERM to its process group, SIGKILL when that does not help. */
  kill: { input: { command: number }; value: null };
  /** A tool that only reads: read_file, list_dir, grep_files. */
  read: { input: { call: number; cwd: string }; value: { text: string; ok: boolean } };
  /** Verifies a patch or write against the files; a failure is what the model is told. */
  prepare: { input: { call: number; cwd: string }; value: PreparedPatch };
  /** Does what was prepared, if the files are still as they were then. The value is what the model hears. */
  apply: { input: { call: number; cwd: string; files: readonly PlannedFile[] }; value: { text: string; ok: boolean } };
}

export type EffectName = keyof Declared;
export type InputOf<Name extends EffectName> = Declared[Name]['input'];
export type ValueOf<Name extends EffectName> = Declared[Name]['value'];

export const policies: { readonly [Name in EffectName]: Policy } = {
  model: 'again',
  command: 'adopt',
  watch: 'again',
  kill: 'again',
  read: 'again',
  prepare: 'again',
  apply: 'check',
};

/** Effects that may have changed the world when they are cut short: while one is stopping, no model is asked. */
export const mutating: ReadonlySet<EffectName> = new Set(['command', 'apply']);
