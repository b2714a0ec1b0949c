/** One terminal: a command with a PTY, for as long as its process is there. Resident: rebuilt at each start from the holder. */
import { setup } from 'xstate';

export interface PtyContext {
  readonly command: string;
  readonly session: string;
  readonly pid: number;
}
type PtyEvent = { readonly type: 'exited' } | { readonly type: 'lost' };

export const ptyMachine = setup({
  types: {} as { context: PtyContext; input: PtyContext; events: PtyEvent },
}).createMachine({
  id: 'pty',
  options: { maxIterations: 1000 },
  context: ({ input }) => input,
  initial: 'held',
  states: {
    /** The holder has it open, whoever looks. */
    held: { tags: 'acting', on: { exited: 'exited', lost: 'lost' } },
    exited: { type: 'final' },
    /** The process that held it died. */
    lost: { type: 'final' },
  },
});
