/** What a session runs with. Resolved from config and flags when it is made, kept in its rows, changed by `settings`. */
import { z } from 'zod';

export const SandboxMode = z.enum(['read-only', 'workspace-write', 'danger-full-access']);
export type SandboxMode = z.infer<typeof SandboxMode>;

export const ApprovalPolicy = z.enum(['untrusted', 'on-failure', 'on-request', 'never']);
export type ApprovalPolicy = z.infer<typeof ApprovalPolicy>;

export interface Settings {
  /** Id of a model provider: built in, or `[model_providers.<id>]`. */
  readonly provider: string;
  readonly model: string;
  readonly effort?: string;
  readonly summary?: string;
  readonly verbosity?: string;
  readonly approval: ApprovalPolicy;
  readonly sandbox: SandboxMode;
  /** Refuse instead of asking, because nobody would see the question (`exec` without `--wait-approval`). */
  readonly unattended?: boolean;
  /** `-c key=value` of the client that made the session, as nested values: the top layer of its config. */
  readonly overrides?: Readonly<Record<string, unknown>>;
  /** Optional tools that are offered besides the ones every session has. */
  readonly tools: readonly string[];
}

/** Which kind of client made a session; `resume --last` skips the non-interactive ones. */
export const Source = z.enum(['cli', 'exec', 'client', 'fork']);
export type Source = z.infer<typeof Source>;
