/** One process, from start to exit, and on until its last output was told. It may outlive the call that began it. */
import { setup } from 'xstate';
import { commandActor, effectKey, type SessionId, sessionActor } from '../core/ids.ts';
import { acting, asks, type Done, mail, start } from './asks.ts';
import type { Outcome } from './effects.ts';

/** `n` is the number of the call that began it. */
interface CommandContext {
  readonly session: SessionId;
  readonly n: number;
  readonly cwd: string;
}

type CommandEvent =
  | { readonly type: 'settled'; readonly at: number; readonly key: string; readonly outcome: Outcome }
  /** Nobody will ask about it again: its exit was told, or it has to make room. */
  | { readonly type: 'released'; readonly at: number }
  | { readonly type: 'kill'; readonly at: number };

const runKey = ({ session, n }: CommandContext) => effectKey(commandActor(session, n), 'run', 1);
const killKey = ({ session, n }: CommandContext) => effectKey(commandActor(session, n), 'kill', 1);

const run = (context: CommandContext): Done<CommandContext> => ({
  asks: [
    mail(sessionActor(context.session), { type: 'command.began', n: context.n }),
    start(runKey(context), 'command', { call: context.n, cwd: context.cwd }),
  ],
});

const kill = (context: CommandContext): Done<CommandContext> => ({
  asks: [start(killKey(context), 'kill', { command: context.n })],
});

const tell = (
  context: CommandContext,
  { outcome }: Extract<CommandEvent, { type: 'settled' }>,
): Done<CommandContext> => ({
  asks: [mail(sessionActor(context.session), { type: 'command.ended', n: context.n, ...exit(outcome) })],
});

function exit(outcome: Outcome): { code?: number; why?: string } {
  if (outcome.kind === 'done') return { code: (outcome.value as { code: number }).code };
  return { why: 'why' in outcome ? outcome.why : outcome.kind };
}

const base = setup({
  types: {} as { context: CommandContext; events: CommandEvent; input: CommandContext },
  actions: asks,
  guards: { run: ({ context, event }) => event.type === 'settled' && event.key === runKey(context) },
});
const act = acting<CommandContext, CommandEvent, ReturnType<typeof base.assign>>(base.assign);

export const commandVersion = 1;
export const commandMachine = base.createMachine({
  id: 'command',
  options: { maxIterations: 1000 },
  context: ({ input }) => input,
  entry: act(run),
  initial: 'running',
  states: {
    running: {
      tags: 'running',
      on: {
        settled: { guard: 'run', target: 'exited', actions: act(tell) },
        kill: 'killing',
        released: 'killing',
      },
    },
    killing: {
      tags: 'running',
      entry: act(kill),
      on: { settled: { guard: 'run', target: 'gone', actions: act(tell) } },
    },
    /** Its spool is kept until the model has read the end of it. */
    exited: { on: { released: 'gone', kill: 'gone' } },
    gone: { type: 'final' },
  },
});
