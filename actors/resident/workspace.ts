/** A folder that sessions work in: who is at work in it now, so that two in one tree know of each other. */
import { assign, setup } from 'xstate';

export interface WorkspaceContext {
  readonly cwd: string;
  readonly sessions: readonly string[];
}
type WorkspaceEvent =
  | { readonly type: 'session.works'; readonly session: string }
  | { readonly type: 'session.rests'; readonly session: string };

const without = (sessions: readonly string[], session: string) => sessions.filter((each) => each !== session);

export const workspaceMachine = setup({
  types: {} as { context: WorkspaceContext; input: { cwd: string }; events: WorkspaceEvent },
  guards: {
    last: ({ context, event }) => without(context.sessions, event.session).length === 0,
  },
}).createMachine({
  id: 'workspace',
  options: { maxIterations: 1000 },
  context: ({ input }) => ({ ...input, sessions: [] }),
  initial: 'quiet',
  on: {
    'session.works': {
      target: '.busy',
      actions: assign({
        sessions: ({ context, event }) => [...without(context.sessions, event.session), event.session],
      }),
    },
    'session.rests': [
      { guard: 'last', target: '.quiet', actions: assign({ sessions: [] }) },
      { actions: assign({ sessions: ({ context, event }) => without(context.sessions, event.session) }) },
    ],
  },
  states: { quiet: { tags: 'idle' }, busy: { tags: 'acting' } },
});
