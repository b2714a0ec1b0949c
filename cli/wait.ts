/** `tcx wait`: blocks until a session is so; the exit code says how its last turn ended. */
import type { Resolved } from '../ipc/messages.ts';
import { type Parsed, UsageError } from './args.ts';
import { type Context, exit, type Run } from './context.ts';
import { duration } from './numbers.ts';
import { whenever } from './whenever.ts';

const goals = ['idle', 'needs-you', 'done'] as const;
type Goal = (typeof goals)[number];

export const run: Run = async (context, parsed) => {
  const goal = goalOf(parsed);
  const timeout = duration(parsed, 'timeout');
  using client = await context.connect({ kind: 'cli', reconnect: true, heartbeatMs: 1000 });
  const { session } = await client.request('resolve', { session: parsed.args[0]! });
  const patience = Promise.withResolvers<'late'>();
  const timer = timeout === undefined ? undefined : setTimeout(() => patience.resolve('late'), timeout);
  const reached = whenever(client, 'list', async () => {
    const now = await client.request('resolve', { session });
    return isThere(goal, now) ? now : undefined;
  });
  const found = await Promise.race([reached, patience.promise]).finally(() => clearTimeout(timer));
  if (found !== 'late') return report(context, parsed, found, outcome(found));
  reached.catch(() => {});
  return report(context, parsed, await client.request('resolve', { session }), exit.timedOut);
};

function goalOf({ flags }: Parsed): Goal {
  const asked = flags.for ?? 'idle';
  const goal = goals.find((each) => each === asked);
  if (goal) return goal;
  throw new UsageError(`invalid value '${String(asked)}' for '--for'`, `possible values: ${goals.join(', ')}`);
}

const running = (now: Resolved) => ['thinking', 'acting', 'stopping'].includes(now.state);
/** Nothing goes on before somebody acts: an open question, a missing key, a disk to be cleared. */
const needsPerson = ({ state }: Resolved) => ['needs you', 'parked', 'disk full', 'quarantined'].includes(state);

function isThere(goal: Goal, now: Resolved): boolean {
  if (goal === 'needs-you') return now.state === 'needs you';
  if (goal === 'done')
    return now.ended !== null && !running(now) && !needsPerson(now) && (now.pending === 0 || now.held);
  return !running(now);
}

function outcome(now: Resolved): number {
  if (needsPerson(now)) return exit.needsPerson;
  return now.ended === null || now.ended === 'completed' ? exit.done : exit.failed;
}

function report(context: Context, { flags }: Parsed, now: Resolved, code: number): number {
  const { session, name, state, what, ended, questions } = now;
  const open = questions.map(({ approval, summary }) => ({ approval, summary }));
  if (flags.json) context.out(`${JSON.stringify({ session, name, state, what, ended, questions: open })}\n`);
  else if (code !== exit.done) context.err(`${name}: ${state}${what ? `: ${what}` : ''}\n${hint(now, code)}`);
  return code;
}

function hint({ questions, fix, name }: Resolved, code: number): string {
  const [question] = questions;
  if (question) return `  tcx approve ${question.approval} · tcx deny ${question.approval}\n`;
  if (fix) return `  ${fix}\n`;
  return code === exit.timedOut ? '' : `  tcx tail ${name}\n`;
}
