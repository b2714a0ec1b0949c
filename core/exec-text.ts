/** What a model reads of a command: the head of a result and its output, and the words for one that was interrupted. */
import type { ExecHead } from './rows.ts';

/** A result of exec_command or write_stdin (tools.md §3.2); `text` is the output, cut to size. */
export function execText(head: ExecHead, text: string): string {
  return [
    `Chunk ID: ${head.chunk}`,
    `Wall time: ${(head.wallMs / 1000).toFixed(4)} seconds`,
    ...stateOf(head),
    `Original token count: ${head.tokens}`,
    'Output:',
    text,
  ].join('\n');
}

function stateOf({ code, session }: ExecHead): string[] {
  if (code !== undefined) return [`Process exited with code ${code}`];
  return session === undefined ? [] : [`Process running with session ID ${session}`];
}

/** Said of exec_command and write_stdin when the person interrupts: only the waiting ended, not the process. */
export const interruptedExec = (wallMs: number) => `Wall time: ${interruptedAfter(wallMs)} seconds\naborted by user`;

/** Said of every other tool that was running when the person interrupted. */
export const interruptedTool = (wallMs: number) => `aborted by user after ${interruptedAfter(wallMs)}s`;

const interruptedAfter = (wallMs: number) => Math.max(0.1, wallMs / 1000).toFixed(1);
