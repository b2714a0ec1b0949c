/** The credentials of one model provider, shared by all sessions: there, refused by the server, or missing. */
import { assign, setup } from 'xstate';

export interface AccountContext {
  readonly provider: string;
  readonly why: string;
}
type AccountEvent =
  /** A key came: with a client's environment, from the holder, or from config. */
  | { readonly type: 'key.came' }
  | { readonly type: 'key.missing'; readonly why: string }
  | { readonly type: 'key.refused'; readonly why: string }
  | { readonly type: 'request.answered' };

export const accountMachine = setup({
  types: {} as { context: AccountContext; input: { provider: string }; events: AccountEvent },
}).createMachine({
  id: 'account',
  options: { maxIterations: 1000 },
  context: ({ input }) => ({ ...input, why: '' }),
  initial: 'unknown',
  on: {
    'key.missing': { target: '.missing', actions: assign({ why: ({ event }) => event.why }) },
    'key.refused': { target: '.refused', actions: assign({ why: ({ event }) => event.why }) },
    'key.came': { target: '.ready', actions: assign({ why: '' }) },
    'request.answered': { target: '.ready', actions: assign({ why: '' }) },
  },
  states: {
    unknown: {},
    ready: { tags: 'idle' },
    missing: { tags: 'needs you' },
    refused: { tags: 'needs you' },
  },
});
