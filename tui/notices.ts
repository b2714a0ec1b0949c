/** Notices of the terminal itself, for somebody who looks elsewhere: what needs them, or is done. One a need. Pure. */
import { clean, cut, oneLine } from './text.ts';
import type { View } from './view.ts';
import type { Notice } from './view-parts.ts';

export type Method = 'auto' | 'osc9' | 'osc777' | 'bel';

export interface NoticeSettings {
  /** All of them, none, or those named. */
  readonly kinds: boolean | readonly string[];
  readonly method: Method;
  readonly always: boolean;
}

const textColumns = 120;

/** What became worth telling between two views: of the session on the screen, and another's need of a person. */
export function newNotices(before: View, after: View): readonly Notice[] {
  const need = after.need !== before.need ? after.need?.notice : undefined;
  const own = before.session?.view === after.session?.view ? [] : ownNotices(before, after);
  return need ? [...own, need] : own;
}

function ownNotices(before: View, after: View): readonly Notice[] {
  const was = before.session?.view;
  const is = after.session?.view;
  if (!is || was?.session !== is.session || !isMine(after)) return [];
  const known = new Set(was.questions.map(({ id }) => id));
  const asked = is.questions
    .filter(({ id }) => !known.has(id))
    .map(({ name, kind, summary }) => needNotice(name, kind, summary));
  const ended = wasRunning(was.state) && isOver(is.state) && is.turn > 0;
  const done: Notice = { kind: 'agent-turn-complete', text: `${is.name}: ${oneLine(is.what) || is.state}` };
  return ended ? [...asked, done] : asked;
}

export const needNotice = (name: string, kind: string, summary: string): Notice => ({
  kind: 'approval-requested',
  text: `${name}: ${kind === 'patch' ? 'edit' : 'approve'} ${cut(oneLine(summary), 60)}? (tcx attach ${name})`,
});

const wasRunning = (state: string) => ['thinking', 'acting', 'stopping', 'needs you', 'parked'].includes(state);
const isOver = (state: string) => ['done', 'done unread', 'failed', 'idle'].includes(state);

/** Nobody has the session on a focused screen, and of those that look at it this one was used last. */
function isMine({ session }: View): boolean {
  const viewers = session?.viewers ?? [];
  if (viewers.some(({ focused, client }) => focused && client !== session?.client)) return false;
  const drivers = viewers.filter(({ role }) => role === 'drive');
  const last = [...drivers].sort((a, b) => a.idleMs - b.idleMs || a.client - b.client)[0];
  return last === undefined || last.client === session?.client;
}

export function wants({ kinds, always }: NoticeSettings, focused: boolean, { kind }: Notice): boolean {
  if (focused && !always) return false;
  return typeof kinds === 'boolean' ? kinds : kinds.includes(kind);
}

type Env = Readonly<Record<string, string | undefined>>;

const knowsOsc9 = ({
  TERM_PROGRAM,
  TERM,
  KITTY_WINDOW_ID,
  WEZTERM_PANE,
  ITERM_SESSION_ID,
  GHOSTTY_RESOURCES_DIR,
}: Env) =>
  ['iTerm.app', 'WezTerm', 'ghostty'].includes(TERM_PROGRAM ?? '') ||
  /^xterm-(kitty|ghostty)$/.test(TERM ?? '') ||
  [KITTY_WINDOW_ID, WEZTERM_PANE, ITERM_SESSION_ID, GHOSTTY_RESOURCES_DIR].some((value) => value);

/** The bytes of a notice: what this terminal understands, handed through by a tmux around it. */
export function noticeBytes(env: Env, method: Method, text: string): string {
  const said = cut(clean(text).replaceAll(/[\n;]/g, ' '), textColumns);
  const chosen = method === 'auto' ? (!env.WT_SESSION && knowsOsc9(env) ? 'osc9' : 'bel') : method;
  if (chosen === 'bel') return '\u0007';
  const sequence = chosen === 'osc9' ? `\u001b]9;${said}\u0007` : `\u001b]777;notify;tcx;${said}\u0007`;
  return env.TMUX ? `\u001bPtmux;${sequence.replaceAll('\u001b', '\u001b\u001b')}\u001b\\` : sequence;
}
