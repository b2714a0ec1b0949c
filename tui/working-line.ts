/** The row that says what goes on: which of thinking, running, waiting, parked it is, since when, and when nothing comes. Pure. */
import { cut, oneLine } from './text.ts';
import type { Theme } from './theme.ts';
import type { View } from './view.ts';
import { count, counting } from './words.ts';

/** A stream silent for so long is said to be. */
const silentMs = 20_000;
const charsPerToken = 4;
const spinMs = 250;

/** Undefined when nothing goes on. `short`: the mark and the seconds alone. */
export function workingLine(view: View, columns: number, theme: Theme, short = false): string | undefined {
  const bar = awayBar(view, theme);
  if (bar) return ` ${cut(bar.text, columns - 2)}`.replace(/^ (.*)$/, (_, text: string) => ` ${bar.paint(text)}`);
  const { session, now } = view;
  if (!session) return view.outbox.length > 0 ? ` ${theme.dim('starting …')}` : undefined;
  const { state, since, what } = session.view;
  const { sign, paint } = theme.mark(state);
  const time = counting(now - since);
  /** What is in the middle gives way: the beginning and the end stay. */
  const line = (mark: string, head: string, middle = '', tail = '') => {
    const room = columns - 4 - head.length - tail.length;
    const text = short ? time : `${head}${cut(oneLine(middle), room, theme.glyph.ellipsis)}${tail}`;
    return ` ${paint(mark)} ${cut(text, columns - 4, theme.glyph.ellipsis)}`;
  };
  const fix = session.view.fix ? ` · ${session.view.fix}` : '';
  switch (state) {
    case 'thinking': {
      const again = retrying(view);
      if (again)
        return line(
          theme.mark('parked').sign,
          again.head,
          again.why,
          ` · ${counting(now - session.heardAt)} · esc interrupts`,
        );
      return line(theme.spinner[Math.floor(now / spinMs) % theme.spinner.length]!, thinking(view, time));
    }
    case 'acting':
      return line(sign, 'Running ', what, ` · ${time} · esc interrupts`);
    case 'stopping':
      return line(sign, 'Interrupting · ', what, ` · ${time}`);
    case 'needs you':
      return line(sign, `Waiting for you · ${time}`);
    case 'parked':
      return line(sign, 'Parked: ', what, fix);
    case 'waiting for Temporal':
    case 'disk full':
    case 'quarantined':
      return line(sign, `${state}: `, what, fix);
    default:
      return undefined;
  }
}

/** The newest word is that something is tried again; when more of the answer comes, it is over. */
function retrying({ session }: View): { head: string; why: string } | undefined {
  const last = session!.live.at(-1);
  if (last?.kind !== 'status') return undefined;
  const [, what = '', why = ''] = /^Reconnecting\.\.\. (.*?)(?: \((.*)\))?$/s.exec(last.text) ?? [];
  if (what === 'waiting for network') return { head: 'Waiting for the network · ', why };
  return { head: what === '' ? '' : `Trying again ${what} · `, why: what === '' ? last.text : why };
}

function thinking({ session, now }: View, time: string): string {
  const { heardAt, live, turnTokens, view } = session!;
  const silent = now - Math.max(heardAt, view.since);
  if (silent >= silentMs) return `Thinking ${time} · nothing received for ${counting(silent)} · esc interrupts`;
  const chars = live.reduce((sum, { kind, text }) => sum + (kind === 'status' ? 0 : text.length), 0);
  const tokens = turnTokens + Math.ceil(chars / charsPerToken);
  return `Thinking ${time}${tokens > 0 ? ` · ${count(tokens)} tokens` : ''} · esc interrupts`;
}

/** A daemon that is away is never shown as thinking. */
function awayBar({ connection, stopped, now }: View, theme: Theme) {
  if (connection.state === 'connecting') {
    const waited = now - connection.since;
    return waited >= 300 ? { text: `starting tcxd … ${counting(waited)}`, paint: theme.dim } : undefined;
  }
  if (connection.state === 'connected') return undefined;
  const red = (text: string) => theme.reverse(theme.red(text));
  if (stopped) return { text: 'tcxd was stopped · enter starts it again', paint: red };
  const tries = connection.state === 'away' ? connection.tries : 0;
  return { text: `daemon not answering · trying again (${tries})`, paint: red };
}
