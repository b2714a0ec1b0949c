/** One process, from start to exit, and on until its last output was told. It may outlive the call that began it. */
import { setup } from 'xstate';
import { commandActor, effectKey, type SessionId, sessionActor } from '../core/ids.ts';
import { acting, asks, type Done, mail, start } from './asks.ts';
import type { Outcome } from './effects.ts';

export interface CommandInput {
  readonly session: SessionId;
  /** The number of the call that began it. */
  readonly n: number;
  readonly cwd: string;
}
export interface CommandContext extends CommandInput {
  /** How often its killing was begun. */
  readonly kills: number;
}

type CommandEvent =
  | { readonly type: 'settled'; readonly at: number; readonly key: string; readonly outcome: Outcome }
  /** Its end was told by a call, and nobody will ask about it again. */
  | { readonly type: 'released'; readonly at: number }
  | { readonly type: 'kill'; readonly at: number };
type Settled = Extract<CommandEvent, { type: 'settled' }>;
type Stepped = Done<CommandContext>;

const runKey = ({ session, n }: CommandContext) => effectKey(commandActor(session, n), 'run', 1);
const killKey = ({ session, n, kills }: CommandContext) => effectKey(commandActor(session, n), 'kill', kills);

const run = (context: CommandContext): Stepped => ({
  asks: [
    mail(sessionActor(context.session), { type: 'command.began', n: context.n }),
    start(runKey(context), 'command', { call: context.n, cwd: context.cwd }),
  ],
});

const kill = (context: CommandContext): Stepped => {
  const kills = context.kills + 1;
  return { asks: [start(killKey({ ...context, kills }), 'kill', { command: context.n })], context: { kills } };
};

const tell = ({ session, n }: CommandContext, { outcome }: Settled): Stepped => ({
  asks: [mail(sessionActor(session), { type: 'command.ended', n, ...exit(outcome) })],
});

/** Nothing of it can be read any more. */
const drop = ({ session, n }: CommandContext): Stepped => ({
  asks: [mail(sessionActor(session), { type: 'command.gone', n })],
});

function exit(outcome: Outcome): { code?: number; why?: string } {
  if (outcome.kind === 'done') return { code: (outcome.value as { code: number }).code };
  return { why: 'why' in outcome ? outcome.why : outcome.kind };
}

const base = setup({
  types: {} as { context: CommandContext; events: CommandEvent; input: CommandInput },
  actions: asks,
  guards: {
    run: ({ context, event }) => event.type === 'settled' && event.key === runKey(context),
    notKilled: ({ context, event }) =>
      event.type === 'settled' && event.key === killKey(context) && event.outcome.kind !== 'done',
  },
});
const act = acting<CommandContext, CommandEvent, ReturnType<typeof base.assign>>(base.assign);

export const commandVersion = 1;
export const commandMachine = base.createMachine({
  id: 'command',
  options: { maxIterations: 1000 },
  context: ({ input }) => ({ ...input, kills: 0 }),
  entry: act(run),
  initial: 'running',
  states: {
    running: {
      tags: 'running',
      on: {
        settled: { guard: 'run', target: 'exited', actions: act(tell) },
        kill: 'killing',
        released: 'told',
      },
    },
    /** One that could not be killed runs on, and can be killed again. */
    killing: {
      tags: 'running',
      entry: act(kill),
      on: {
        settled: [
          { guard: 'run', target: 'gone', actions: act(tell, drop) },
          { guard: 'notKilled', target: 'running' },
        ],
      },
    },
    /** A call saw its end before it settled here. */
    told: { on: { settled: { guard: 'run', target: 'gone' } } },
    /** Its spool is kept until the model has read the end of it. */
    exited: { on: { released: 'gone', kill: { target: 'gone', actions: act(drop) } } },
    gone: { type: 'final' },
  },
});
