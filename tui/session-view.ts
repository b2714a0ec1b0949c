/** What the wire tells of the open session, as steps of the view. Pure. */
import type { Row } from '../core/rows.ts';
import type { Attached, Live, SessionView, Viewer } from '../ipc/messages.ts';
import { withText } from './editor.ts';
import { addLocal, addRows, emptyTranscript, isOwn, type OwnCell, type Transcript } from './transcript.ts';
import { emptySession, type OpenSession, type View } from './view.ts';

/** Rows a client holds; older ones are asked for again when somebody scrolls there. They go a few at a time. */
const rowLimit = 20_000;
const rowSlack = 2_000;
/** Of a running command's output, what is kept for the screen. */
const outputLimit = 64 * 1024;
const textLimit = 1024 * 1024;

type Change = (session: OpenSession) => OpenSession;
const inSession = (view: View, change: Change): View =>
  view.session ? { ...view, session: change(view.session) } : view;

export function attached(view: View, { view: state, rows, more, live, presence, client, draft }: Attached): View {
  const fresh: OpenSession = {
    ...emptySession,
    view: state,
    rows,
    more,
    transcript: addRows(emptyTranscript, rows),
    heardAt: view.now,
    viewers: presence,
    client,
  };
  const empty = view.editor.text === '';
  return {
    ...arrived(view, rows),
    screen: 'session',
    session: addLive(withTokens(fresh, rows), live),
    anchor: undefined,
    popup: null,
    ghost: undefined,
    editor: empty && draft !== '' ? withText(view.editor, draft) : view.editor,
  };
}

export interface Divider {
  readonly after: number;
  readonly text: string;
}

/** The line where somebody stopped looking. */
export function divided(view: View, session: string, { after, text }: Divider): View {
  if (view.session?.view.session !== session || view.session.printed > 0) return view;
  const line: OwnCell = { id: 'divider', seq: after, kind: 'divider', text };
  return inSession(view, (open) =>
    rebuilt(
      open,
      open.rows,
      [...ownCells(open), line].sort((a, b) => a.seq - b.seq),
    ),
  );
}

/** Words whose rows are here are not on their way any more. */
function arrived(view: View, rows: readonly Row[]): View {
  const outbox = view.outbox.filter(({ key }) => !rows.some((row) => keyOf(row) === key));
  return outbox.length === view.outbox.length ? view : { ...view, outbox };
}

export function grown(view: View, fresh: readonly Row[]): View {
  const going = view.ghost === undefined ? view : { ...view, ghost: undefined };
  return inSession(arrived(going, fresh), (session) => {
    const live = session.live.filter((each) => !isOver(each, fresh));
    const transcript = withPartial(session, fresh);
    const next = {
      ...session,
      view: withoutAnswered(session.view, fresh),
      rows: [...session.rows, ...fresh],
      transcript,
      printed: printedStill(session, transcript, fresh),
      live,
    };
    // What is printed into the scrollback is counted by cells, so that inline mode keeps them.
    const full = next.rows.length > rowLimit + rowSlack && !view.inline && !view.anchor;
    return withTokens(full ? shortened(next) : next, fresh);
  });
}

/** A question whose answer is a row is none any more: its state may come a moment later. */
function withoutAnswered(view: SessionView, fresh: readonly Row[]): SessionView {
  const calls = fresh.flatMap((row) => (row.kind === 'answered' ? [row.body.call] : []));
  if (!view.questions.some(({ call }) => calls.includes(call))) return view;
  return { ...view, questions: view.questions.filter(({ call }) => !calls.includes(call)) };
}

/** What is printed stays printed, though the conversation has gone back before it. */
function printedStill({ printed }: OpenSession, { cells }: Transcript, fresh: readonly Row[]): number {
  const head = fresh.findLast(({ kind }) => kind === 'head');
  const at = head ? cells.findIndex(({ seq }) => seq === head.seq) : -1;
  return at < 0 ? printed : Math.min(printed, at);
}

/** What was being said stays to be read when the turn was interrupted in the middle of it. */
function withPartial({ transcript, live }: OpenSession, fresh: readonly Row[]): Transcript {
  const end = fresh.findIndex((row) => row.kind === 'turn.ended' && row.body.status === 'interrupted');
  const text = live.find(({ kind, key }) => kind === 'text' && callOf(key) === undefined)?.text ?? '';
  if (end < 0 || text.trim() === '') return addRows(transcript, fresh);
  const seq = fresh[end]!.seq - 1;
  const before = addRows(transcript, fresh.slice(0, end));
  return addRows(addLocal(before, { id: `partial${seq}`, seq, kind: 'partial', text }), fresh.slice(end));
}

function shortened(session: OpenSession): OpenSession {
  const rows = session.rows.slice(-rowLimit);
  return { ...session, rows, more: true, transcript: refolded(rows, ownCells(session)) };
}

const ownCells = ({ transcript }: OpenSession) => transcript.cells.filter(isOwn);

const keyOf = (row: Row) => (row.kind === 'user' || row.kind === 'queued' ? row.body.key : undefined);

/** Rows that stand where live text stood. A person's word in a turn has the model asked again under another key. */
function isOver({ key }: Live, fresh: readonly Row[]): boolean {
  const call = callOf(key);
  return fresh.some((row) => {
    if (row.kind === 'turn.ended') return true;
    if (call !== undefined) return row.kind === 'output' && row.body.call === call;
    return ['assistant', 'reasoning', 'call', 'usage', 'user', 'turn.parked'].includes(row.kind);
  });
}

const callOf = (key: string) => {
  const found = /^[0-9a-f-]{36}\/[cp](\d+)\//.exec(key);
  return found ? Number(found[1]) : undefined;
};

function withTokens(session: OpenSession, fresh: readonly Row[]): OpenSession {
  let { turnTokens } = session;
  for (const row of fresh) {
    if (row.kind === 'turn.started') turnTokens = 0;
    if (row.kind === 'usage') turnTokens += row.body.usage.output;
  }
  return turnTokens === session.turnTokens ? session : { ...session, turnTokens };
}

export const heard = (view: View, live: readonly (Live & { readonly clear?: boolean })[], now: number): View =>
  inSession(view, (session) => ({ ...addLive(session, live), heardAt: now }));

function addLive(session: OpenSession, fresh: readonly (Live & { readonly clear?: boolean })[]): OpenSession {
  let { live, transcript } = session;
  for (const each of fresh) {
    const call = callOf(each.key);
    if (each.kind === 'output' && call !== undefined) transcript = withOutput(transcript, call, each.text);
    else live = withLive(live, each);
  }
  return { ...session, live, transcript };
}

function withLive(live: readonly Live[], { clear, ...each }: Live & { readonly clear?: boolean }): readonly Live[] {
  // A new key of the model is a new request: what an earlier one said is not said any more.
  const kept = live.filter(({ key }) => (key === each.key ? !clear : callOf(key) !== undefined));
  const at = kept.findIndex(({ key, kind }) => key === each.key && kind === each.kind);
  if (at < 0) return [...kept, each];
  const before = kept[at]!;
  const text = each.kind === 'status' ? each.text : (before.text + each.text).slice(-textLimit);
  return kept.map((other, n) => (n === at ? { ...before, text } : other));
}

function withOutput(transcript: Transcript, call: number, text: string): Transcript {
  const at = transcript.open.get(call);
  const cell = at === undefined ? undefined : transcript.cells[at];
  if (at === undefined || cell?.kind !== 'command') return transcript;
  const cells = [...transcript.cells];
  cells[at] = { ...cell, output: (cell.output + text).slice(-outputLimit) };
  return { ...transcript, cells };
}

/** The state; when the turn rests, nothing is being said. */
export function stated(view: View, state: SessionView): View {
  const busy = ['thinking', 'acting', 'stopping', 'needs you'].includes(state.state);
  return inSession(view, (session) => ({
    ...session,
    view: state,
    live: busy || session.live.length === 0 ? session.live : [],
  }));
}

export const presented = (view: View, viewers: readonly Viewer[]): View =>
  inSession(view, (session) => ({ ...session, viewers }));

/** After a time without the daemon: what is said now is all that is being said. */
export function cameBack(view: View, { live, client }: Attached): View {
  return inSession(view, (session) => {
    const cells = session.transcript.cells.map((cell) =>
      cell.kind === 'command' && cell.state === 'running' ? { ...cell, output: '' } : cell,
    );
    return addLive({ ...session, client, live: [], transcript: { ...session.transcript, cells } }, live);
  });
}

export const paging = (view: View): View => inSession(view, (session) => ({ ...session, paging: true }));

/** Older rows before those that are there. */
export function paged(view: View, session: string, older: readonly Row[]): View {
  if (view.session?.view.session !== session) return view;
  return inSession(view, (open) => {
    const first = open.rows[0]?.seq ?? Number.POSITIVE_INFINITY;
    const before = older.filter(({ seq }) => seq < first);
    const rows = [...before, ...open.rows];
    const more = (rows[0]?.seq ?? 1) > 1 && before.length > 0;
    return { ...rebuilt(open, rows, ownCells(open)), paging: false, more };
  });
}

/** The transcript folded anew; what running commands have said so far is no row and comes along. */
function rebuilt(open: OpenSession, rows: readonly Row[], own: readonly OwnCell[]): OpenSession {
  const running = open.transcript.cells.flatMap((cell) =>
    cell.kind === 'command' && cell.state === 'running' ? [cell] : [],
  );
  const transcript = running.reduce((all, { call, output }) => withOutput(all, call, output), refolded(rows, own));
  return { ...open, rows, transcript };
}

/** The rows again, with this client's own words where they were. */
function refolded(rows: readonly Row[], own: readonly OwnCell[]): Transcript {
  let transcript = emptyTranscript;
  let from = 0;
  for (const cell of own) {
    const to = rows.findIndex(({ seq }) => seq > cell.seq);
    const end = to < 0 ? rows.length : to;
    transcript = addLocal(addRows(transcript, rows.slice(from, end)), cell);
    from = end;
  }
  return addRows(transcript, rows.slice(from));
}

/** Words of this client to its person, at the end of the transcript. */
export const told = (view: View, title: string, lines: readonly string[]): View =>
  inSession(view, (session) => {
    const seq = session.rows.at(-1)?.seq ?? session.view.head;
    const cell = { id: `local${seq}.${session.transcript.cells.length}`, seq, kind: 'local', title, lines } as const;
    return { ...session, transcript: addLocal(session.transcript, cell) };
  });
