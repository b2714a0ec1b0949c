/** The seam between a session and a model: one request in, one answer out, whatever the provider speaks. */
import type { ModelAnswer } from '../../actors/effects.ts';
import type { Item, ToolSpec } from '../../core/items.ts';

/** A provider as config names it (models.md §1.1), with its secrets looked up. */
export interface Provider {
  readonly id: string;
  readonly name: string;
  readonly wire: 'responses' | 'messages' | 'chat' | 'demo';
  readonly baseUrl: string;
  /** Sent as the wire's own credential header; absent for servers that want none. */
  readonly key?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly requestMaxRetries: number;
  readonly streamMaxRetries: number;
  readonly streamIdleMs: number;
}

export interface ModelRequest {
  readonly session: string;
  readonly turn: number;
  readonly model: string;
  /** The system text: the first developer item, or `system`. The same bytes in every request of a session. */
  readonly instructions: string;
  readonly items: readonly Item[];
  /** The bytes of the pictures that the items name, in base64, by `blob`. */
  readonly pictures?: ReadonlyMap<string, string>;
  readonly tools: readonly ToolSpec[];
  readonly parallelCalls: boolean;
  /** Of a side request: at most so many tokens, and how freely. */
  readonly outputTokens?: number;
  readonly temperature?: number;
  readonly effort?: string;
  readonly summary?: string;
  readonly verbosity?: string;
  /** Show the model's own reasoning where it sends that instead of a summary. */
  readonly rawReasoning?: boolean;
}

/** What a stream shows before it is settled. `retry` clears the text shown so far: it will be said anew. */
export type ModelDelta =
  | { readonly kind: 'text' | 'reasoning'; readonly text: string }
  /** A call's arguments as they arrive, for a live preview. */
  | { readonly kind: 'call'; readonly name: string; readonly text: string }
  | { readonly kind: 'retry'; readonly text: string };

/** Why a model gave no answer. The classes of models.md §4; what a client may act on, the rest is in `message`. */
export type FailureCode =
  | 'bad_request'
  | 'context_window_exceeded'
  | 'idle_timeout'
  | 'incomplete'
  | 'internal_server_error'
  | 'invalid_image'
  | 'model_not_found'
  | 'network'
  | 'policy'
  | 'quota'
  | 'rate_limit'
  | 'refusal'
  | 'server_overloaded'
  | 'stream_disconnected'
  | 'unauthorized'
  | 'unexpected_status'
  | 'usage_limit_exceeded'
  | 'usage_not_included';

export interface ModelFailure {
  readonly code: FailureCode;
  readonly message: string;
  /** When the provider will answer again, in ms since 1970, where it said so. */
  readonly resetsAt?: number;
}

export type ModelResult =
  | { readonly kind: 'done'; readonly answer: ModelAnswer }
  | { readonly kind: 'failed'; readonly failure: ModelFailure }
  | { readonly kind: 'interrupted' };

/**
 * One attempt on one wire. After it was called it does not throw: every failure is a result, and `retry` says which loop of
 * models.md §4 may try again: `request` while no stream exists, `stream` for a broken one, `network` for ever.
 */
export type Attempt =
  | { readonly kind: 'done'; readonly answer: ModelAnswer }
  | {
      readonly kind: 'failed';
      readonly failure: ModelFailure;
      readonly retry: 'no' | 'request' | 'request then stream' | 'stream' | 'network';
      readonly delayMs?: number;
    }
  | { readonly kind: 'interrupted' };

export type FailedAttempt = Extract<Attempt, { kind: 'failed' }>;

export interface ModelIo {
  readonly signal: AbortSignal;
  readonly emit: (delta: ModelDelta) => void;
}

export type Wire = (provider: Provider, request: ModelRequest, io: ModelIo) => Promise<Attempt>;
