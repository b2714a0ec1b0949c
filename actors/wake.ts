/** A sleeping session's alarm: waits for a time, then tells the session, once. */
import { setup } from 'xstate';
import { type SessionId, sessionActor } from '../core/ids.ts';
import { acting, arm, asks, type Done, mail } from './asks.ts';

interface WakeContext {
  readonly session: SessionId;
  readonly n: number;
  /** When, in ms since 1970. */
  readonly until: number;
  /** What the session is told to do then. */
  readonly text: string;
}
type WakeEvent = { readonly type: 'time'; readonly at: number } | { readonly type: 'cancelled'; readonly at: number };

const wait = ({ until }: WakeContext): Done<WakeContext> => ({ asks: [arm('time', { at: until }, { type: 'time' })] });
const ring = ({ session, n, text }: WakeContext): Done<WakeContext> => ({
  asks: [mail(sessionActor(session), { type: 'woke', n, text })],
});
const drop = ({ session, n }: WakeContext): Done<WakeContext> => ({
  asks: [mail(sessionActor(session), { type: 'woke', n })],
});

const base = setup({ types: {} as { context: WakeContext; events: WakeEvent; input: WakeContext }, actions: asks });
const act = acting<WakeContext, WakeEvent, ReturnType<typeof base.assign>>(base.assign);

export const wakeVersion = 1;
export const wakeMachine = base.createMachine({
  id: 'wake',
  options: { maxIterations: 1000 },
  context: ({ input }) => input,
  initial: 'waiting',
  states: {
    waiting: {
      tags: 'asleep',
      entry: act(wait),
      on: { time: { target: 'over', actions: act(ring) }, cancelled: { target: 'over', actions: act(drop) } },
    },
    over: { type: 'final' },
  },
});
