/** Which tools there are: how a model calls each, and what its arguments mean once checked. Texts and schemas: `core/prompts/`. */

/** A call's arguments, checked: defaults filled in, limits applied. Times in ms. */
export type ToolUse =
  | {
      readonly name: 'exec_command';
      readonly cmd: string;
      readonly workdir?: string;
      readonly shell?: string;
      readonly login: boolean;
      readonly tty: boolean;
      readonly yieldMs: number;
      readonly maxTokens: number;
      readonly justification?: string;
      readonly escalate: boolean;
      readonly prefixRule?: readonly string[];
    }
  | {
      readonly name: 'write_stdin';
      readonly session: number;
      readonly chars: string;
      readonly yieldMs: number;
      readonly maxTokens: number;
    }
  | { readonly name: 'apply_patch'; readonly patch: string }
  | { readonly name: 'write_file'; readonly path: string; readonly content: string }
  | ReadUse
  | { readonly name: 'update_plan'; readonly explanation?: string; readonly plan: readonly PlanStep[] };

export type ReadUse =
  | {
      readonly name: 'read_file';
      readonly path: string;
      readonly offset: number;
      readonly limit: number;
      readonly indentation?: {
        readonly anchor: number;
        readonly maxLevels: number;
        readonly siblings: boolean;
        readonly header: boolean;
        readonly maxLines: number;
      };
    }
  | {
      readonly name: 'list_dir';
      readonly path: string;
      readonly offset: number;
      readonly limit: number;
      readonly depth: number;
    }
  | {
      readonly name: 'grep_files';
      readonly pattern: string;
      readonly include?: string;
      readonly path?: string;
      readonly limit: number;
    };

export interface PlanStep {
  readonly step: string;
  readonly status: 'pending' | 'in_progress' | 'completed';
}

export type ToolName = ToolUse['name'];
export type Parsed = { readonly ok: true; readonly use: ToolUse } | { readonly ok: false; readonly why: string };
