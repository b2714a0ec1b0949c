/**
 * One conversation: idle → turn (thinking ⇄ acting, parked, stopping) → idle, or stopped by a person.
 * When a turn asks the model again, runs calls, waits or ends is decided here; what each step does is in `session-steps.ts`,
 * which calls run together in `session-calls.ts`.
 */
import { and, setup } from 'xstate';
import type { Grant } from '../core/decide.ts';
import type { SessionId } from '../core/ids.ts';
import type { Image } from '../core/rows.ts';
import type { Settings } from '../core/settings.ts';
import { acting, asks } from './asks.ts';
import type { CallEnd } from './call-steps.ts';
import type { Outcome } from './effects.ts';
import type { Commands, TurnCall } from './session-calls.ts';
import * as does from './session-steps.ts';

/** Facts of the world the daemon gives with each message; recorded when their hash is new. */
export interface ContextPart {
  readonly part: string;
  readonly role: 'user' | 'developer';
  readonly text: string;
  readonly hash: string;
}
export interface Said {
  readonly text: string;
  readonly images?: readonly Image[];
  readonly by?: string;
  readonly key?: string;
}
/** A message that waits: a `steer` for the running turn, a `queue` for a turn of its own, `next` was said while stopping. */
export interface Pending extends Said {
  readonly n: number;
  readonly mode: 'steer' | 'queue' | 'next';
}

export interface SessionInput {
  readonly session: SessionId;
  readonly cwd: string;
  readonly rules: Pick<Settings, 'approval' | 'sandbox' | 'unattended'>;
  /** Optional tools that are offered: a call of any other is answered and not run. */
  readonly tools: Settings['tools'];
}

export interface SessionContext extends SessionInput {
  readonly grants: readonly Grant[];
  /** Hash of each context part the model was last told. */
  readonly parts: Readonly<Record<string, string>>;
  readonly turn: number;
  readonly startedAt: number;
  readonly step: number;
  /** Count model requests, calls, waiting messages and wakes, so that no number is used twice. */
  readonly model: number;
  readonly lastCall: number;
  readonly lastQueued: number;
  readonly lastWake: number;
  readonly wakes: readonly number[];
  /** The calls of the newest answer that are not over. */
  readonly calls: readonly TurnCall[];
  readonly pending: readonly Pending[];
  /** After an interrupt or failure the queue waits for a person's word. */
  readonly held: boolean;
  readonly commands: Commands;
  /** Set while stopping: who asked, whether the model request is still open, whether the session stops with the turn. */
  readonly stopping: { readonly by?: string; readonly model: boolean; readonly stop: boolean } | null;
}

export type SessionEvent = { readonly at: number } & (
  | ({ readonly type: 'said'; readonly mode: 'steer' | 'queue'; readonly context?: readonly ContextPart[] } & Said)
  | { readonly type: 'interrupted'; readonly turn?: number; readonly by?: string }
  | { readonly type: 'stopped'; readonly by?: string }
  | { readonly type: 'settled'; readonly key: string; readonly outcome: Outcome }
  | ({ readonly type: 'call.ended' } & CallEnd)
  | { readonly type: 'granted'; readonly grant: Grant }
  | { readonly type: 'command.began'; readonly n: number }
  | { readonly type: 'command.ended'; readonly n: number; readonly code?: number; readonly why?: string }
  /** It was killed: nothing of it can be read any more. */
  | { readonly type: 'command.gone'; readonly n: number }
  | { readonly type: 'kill'; readonly n: number }
  | { readonly type: 'configured'; readonly settings: Partial<Settings>; readonly by?: string }
  | { readonly type: 'renamed'; readonly name: string; readonly by?: string }
  | { readonly type: 'archived'; readonly archived: boolean; readonly by?: string }
  | { readonly type: 'unqueued'; readonly n: number; readonly by?: string }
  /** The conversation goes on from row `to`; what was said after it counts no more. */
  | { readonly type: 'rewound'; readonly to: number; readonly by?: string }
  /** The held queue may go on. */
  | { readonly type: 'released' }
  /** What a parked turn waits for is there. */
  | { readonly type: 'resumed' }
  | { readonly type: 'overdue' }
  | { readonly type: 'wake'; readonly until: number; readonly text: string }
  | { readonly type: 'unwake'; readonly n: number }
  | { readonly type: 'woke'; readonly n: number; readonly text?: string }
  /** The last event of a restore: what `always` would do was not looked at yet. */
  | { readonly type: 'restored' }
);
export type EventOf<Type extends SessionEvent['type']> = Extract<SessionEvent, { readonly type: Type }>;

const base = setup({
  types: {} as { context: SessionContext; events: SessionEvent; input: SessionInput },
  actions: asks,
  guards: {
    mine: ({ context, event }) => event.type === 'settled' && event.key === does.modelKey(context),
    thisTurn: ({ context, event }) =>
      event.type === 'interrupted' && (event.turn === undefined || event.turn === context.turn),
    done: ({ event }) => does.answered(event) !== undefined,
    calls: ({ event }) => does.answered(event)?.items.some(({ kind }) => kind === 'call') === true,
    again: ({ context, event }) =>
      does.answered(event)?.endTurn === false || context.pending.some(({ mode }) => mode === 'steer'),
    parked: ({ event }) => event.type === 'settled' && event.outcome.kind === 'parked',
    aborts: ({ event }) => event.type === 'call.ended' && event.abort === true,
    lastCall: ({ context, event }) => event.type === 'call.ended' && context.calls.every(({ n }) => n === event.n),
    queue: ({ event }) => event.type === 'said' && event.mode === 'queue',
    waiting: ({ context }) =>
      context.pending.some(({ mode }) => mode === 'next') || (!context.held && context.pending.length > 0),
    still: ({ context }) => context.stopping?.model === false && context.calls.length === 0,
    leaving: ({ context }) => context.stopping?.stop === true,
    alarm: ({ event }) => event.type === 'woke' && event.text !== undefined,
  },
});

const act = acting<SessionContext, SessionEvent, ReturnType<typeof base.assign>>(base.assign);

export const sessionVersion = 2;
export const sessionMachine = base.createMachine({
  id: 'session',
  options: { maxIterations: 1000 },
  context: ({ input }) => ({
    ...input,
    grants: [],
    parts: {},
    turn: 0,
    startedAt: 0,
    step: 0,
    model: 0,
    lastCall: 0,
    lastQueued: 0,
    lastWake: 0,
    wakes: [],
    calls: [],
    pending: [],
    held: false,
    commands: {},
    stopping: null,
  }),
  initial: 'idle',
  on: {
    renamed: { actions: act(does.rename) },
    archived: { actions: act(does.archive) },
    configured: { actions: act(does.configure) },
    granted: { actions: act(does.grant) },
    unqueued: { actions: act(does.unqueue) },
    released: { actions: base.assign({ held: false }) },
    'command.began': { actions: act(does.commandBegan) },
    'command.ended': { actions: act(does.commandOver) },
    'command.gone': { actions: act(does.commandGone) },
    kill: { actions: act(does.killCommand) },
    wake: { actions: act(does.setWake) },
    unwake: { actions: act(does.unsetWake) },
    woke: { actions: act(does.woke) },
  },
  states: {
    idle: {
      tags: 'idle',
      always: { guard: 'waiting', target: 'turn', actions: act(does.begin) },
      on: {
        said: { target: 'turn', actions: act(does.begin) },
        woke: [{ guard: 'alarm', target: 'turn', actions: act(does.woke, does.begin) }, { actions: act(does.woke) }],
        stopped: { target: 'stopped', actions: act(does.stopAll) },
        rewound: { actions: act(does.rewind) },
        restored: { actions: base.assign({}) },
      },
    },
    turn: {
      initial: 'thinking',
      on: { woke: [{ guard: 'alarm', actions: act(does.woke, does.queueWake) }, { actions: act(does.woke) }] },
      states: {
        thinking: {
          tags: 'thinking',
          entry: act(does.askModel),
          on: {
            settled: [
              { guard: and(['mine', 'calls']), target: 'acting', actions: act(does.answer) },
              {
                guard: and(['mine', 'done', 'again']),
                target: 'thinking',
                reenter: true,
                actions: act(does.answer, does.deliver),
              },
              { guard: and(['mine', 'done']), target: '#session.idle', actions: act(does.answer, does.complete) },
              { guard: and(['mine', 'parked']), target: 'parked', actions: act(does.park) },
              { guard: 'mine', target: '#session.idle', actions: act(does.fail) },
            ],
            said: [
              { guard: 'queue', actions: act(does.waitForCalls) },
              { target: 'thinking', reenter: true, actions: act(does.cut, does.steer) },
            ],
            interrupted: { guard: 'thisTurn', target: 'stopping', actions: act(does.haltModel) },
            stopped: { target: 'stopping', actions: act(does.haltModel) },
          },
        },
        acting: {
          tags: 'acting',
          entry: act(does.schedule),
          on: {
            'call.ended': [
              { guard: 'aborts', target: 'stopping', actions: act(does.callEnded, does.haltCalls) },
              { guard: 'lastCall', target: 'thinking', actions: act(does.callEnded, does.deliver) },
              { actions: act(does.callEnded, does.schedule) },
            ],
            said: { actions: act(does.waitForCalls) },
            interrupted: { guard: 'thisTurn', target: 'stopping', actions: act(does.haltCalls) },
            stopped: { target: 'stopping', actions: act(does.haltCalls) },
          },
        },
        /** It cannot go on yet, and is the same turn when it does. */
        parked: {
          tags: 'parked',
          on: {
            resumed: { target: 'thinking', actions: act(does.resume) },
            said: [
              { guard: 'queue', actions: act(does.waitForCalls) },
              { target: 'thinking', actions: act(does.steer) },
            ],
            interrupted: { guard: 'thisTurn', target: 'stopping', actions: act(does.haltCalls) },
            stopped: { target: 'stopping', actions: act(does.haltCalls) },
          },
        },
        /** Waits for the true ending of each open effect: a model request 2 s at most, a call as long as it says itself. */
        stopping: {
          tags: 'stopping',
          always: [
            { guard: and(['still', 'leaving']), target: '#session.stopped', actions: act(does.halted, does.stopAll) },
            { guard: 'still', target: '#session.idle', actions: act(does.halted) },
          ],
          on: {
            settled: { guard: 'mine', actions: act(does.modelEnded) },
            overdue: { actions: act(does.modelEnded) },
            'call.ended': { actions: act(does.callEnded) },
            said: { actions: act(does.waitForStop) },
            stopped: { actions: act(does.stopToo) },
          },
        },
      },
    },
    /** Ended by a person: no wake, queued message or child's end starts it again; a person's own message does. */
    stopped: {
      tags: 'stopped',
      on: {
        rewound: { actions: act(does.rewind) },
        said: [
          { guard: 'queue', actions: act(does.waitForCalls) },
          { target: 'turn', actions: act(does.begin) },
        ],
      },
    },
  },
});
