/** When the screen has to move by itself: a clock that counts, a hint that goes, a question that may come. Nothing else wakes an idle client. */
import { restMs } from './agents-order.ts';
import { dueAt } from './question-focus.ts';
import { listensAt } from './spoken.ts';
import { isRunning, isWorking, type View } from './view.ts';

/** The leader's menu is shown when no second key came for so long. */
export const leaderMs = 400;
const spinMs = 250;
const secondMs = 1000;
const minuteMs = 60_000;

/** The time at which the view has to be looked at again; undefined: not before something happens. */
export function wakeAt(view: View): number | undefined {
  const { now, hint, need, popup, session, question, connection } = view;
  const times: (number | undefined)[] = [
    hint?.until,
    need?.until,
    popup?.kind === 'leader' && !popup.shown ? popup.since + leaderMs : undefined,
    clockAt(view),
    listensAt(view),
    connection.state === 'connected' ? undefined : next(now, secondMs),
    agentsDue(view),
    session &&
      !view.board.overlay &&
      !view.board.field &&
      dueAt(
        question,
        session.view.questions.map(({ id }) => id),
        view.editor.text !== '' || popup !== null,
      ),
  ].map((time) => time || undefined);
  const coming = times.filter((time) => time !== undefined);
  return coming.length > 0 ? Math.min(...coming) : undefined;
}

/** A list that waits for its reader to rest, and one whose first row may be another by then. */
const agentsDue = ({ screen, now, board: { agents } }: View) =>
  screen === 'agents' && agents.keyAt + restMs > now ? agents.keyAt + restMs : undefined;

const next = (now: number, every: number) => (Math.floor(now / every) + 1) * every;

function clockAt(view: View): number | undefined {
  const { now, screen, sessions } = view;
  if (screen === 'agents' || screen === 'start') {
    const awake = sessions.some(({ state }) => ['thinking', 'acting', 'stopping', 'needs you'].includes(state));
    return sessions.length === 0 ? undefined : next(now, awake && screen === 'agents' ? secondMs : minuteMs);
  }
  if (isWorking(view)) return next(now, view.session?.view.state === 'thinking' ? spinMs : secondMs);
  return isRunning(view) ? next(now, secondMs) : undefined;
}

/** What time alone changes. */
export function woken(view: View, now: number): View {
  const { hint, need, popup } = view;
  const shown = popup?.kind === 'leader' && now >= popup.since + leaderMs;
  return {
    ...view,
    now,
    hint: hint && now >= hint.until ? null : hint,
    need: need && now >= need.until ? null : need,
    popup: shown ? { ...popup, shown: true } : popup,
  };
}
