/**
 * One tool call, from its arguments to its output: preparing → asking → running → stopping → done.
 * Its approval is a state of it, so a question lives exactly as long as the call it belongs to.
 */
import { setup } from 'xstate';
import type { Choice } from '../core/rows.ts';
import { acting, asks } from './asks.ts';
import * as does from './call-steps.ts';
import type { Outcome } from './effects.ts';

export type CallEvent =
  | { readonly type: 'settled'; readonly at: number; readonly key: string; readonly outcome: Outcome }
  | {
      readonly type: 'decided';
      readonly at: number;
      readonly choice: Choice['id'];
      readonly text?: string;
      readonly by?: string;
      readonly key?: string;
    }
  | { readonly type: 'stop'; readonly at: number }
  | { readonly type: 'overdue'; readonly at: number };

const base = setup({
  types: {} as { context: does.CallContext; events: CallEvent; input: does.CallInput },
  actions: asks,
  guards: {
    ends: ({ context }) => context.next.do === 'end',
    asks: ({ context }) => context.next.do === 'ask',
    prepares: ({ context }) => context.next.do === 'prepare',
    work: ({ context, event }) => event.type === 'settled' && event.key === does.workKey(context),
    preparation: ({ context, event }) => event.type === 'settled' && event.key === does.prepareKey(context),
    yes: ({ event }) => event.type === 'decided' && event.choice !== 'no' && event.choice !== 'abort',
  },
});
const act = acting<does.CallContext, CallEvent, ReturnType<typeof base.assign>>(base.assign);

export const callVersion = 1;
export const callMachine = base.createMachine({
  id: 'call',
  options: { maxIterations: 1000 },
  context: ({ input }) => does.assess(input),
  initial: 'assessed',
  states: {
    assessed: {
      always: [
        { guard: 'ends', target: 'done', actions: act(does.end) },
        { guard: 'asks', target: 'asking' },
        { guard: 'prepares', target: 'preparing' },
        { target: 'running' },
      ],
    },
    preparing: {
      tags: 'acting',
      entry: act(does.prepare),
      on: { settled: { guard: 'preparation', target: 'assessed', actions: act(does.prepared) }, stop: 'stopping' },
    },
    asking: {
      tags: 'needs you',
      entry: act(does.ask),
      on: {
        decided: [
          { guard: 'yes', target: 'running', actions: act(does.allowed) },
          { target: 'done', actions: act(does.refused) },
        ],
        stop: { target: 'done', actions: act(does.stopped) },
      },
    },
    running: {
      tags: 'acting',
      entry: act(does.work),
      on: { settled: { guard: 'work', target: 'done', actions: act(does.worked) }, stop: 'stopping' },
    },
    stopping: {
      tags: 'stopping',
      entry: act(does.stop),
      on: {
        settled: [
          { guard: 'work', target: 'done', actions: act(does.stopped) },
          { guard: 'preparation', target: 'done', actions: act(does.stopped) },
        ],
        overdue: { target: 'done', actions: act(does.overdue) },
      },
    },
    done: { type: 'final' },
  },
});
