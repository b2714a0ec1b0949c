/** What a command is given: the terminal, the environment and the home, read once in `main.ts`. */
import type { Client } from '../ipc/client.ts';
import type { Connecting } from '../ipc/connecting.ts';
import type { Parsed } from './args.ts';

export interface Context {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
  readonly codexHome: string | undefined;
  readonly build: string;
  /** The file a shell would start for tcx, for units and completion. */
  readonly program: string;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly stdinIsTty: boolean;
  readonly stdoutIsTty: boolean;
  readonly connect: (
    how: Pick<Connecting, 'kind'> &
      Partial<Pick<Connecting, 'start' | 'reconnect' | 'heartbeatMs' | 'cwd' | 'label' | 'starting'>>,
  ) => Promise<Client>;
}

/** Exit codes (own.md §1). */
export const exit = { done: 0, failed: 1, usage: 2, needsPerson: 3, timedOut: 124, interrupted: 130 } as const;

/** What a command's module gives: its work, answering the exit code. */
export type Run = (context: Context, parsed: Parsed) => Promise<number>;

/** A failure with the command that mends it. */
export class CliError extends Error {
  readonly fix: string | undefined;
  readonly exit: number;
  constructor(message: string, fix?: string, code: number = exit.failed) {
    super(message);
    this.name = 'CliError';
    this.fix = fix;
    this.exit = code;
  }
}
