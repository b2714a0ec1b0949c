/** What the screen is drawn from: one value, changed only by pure steps. */
import type { Row } from '../core/rows.ts';
import type { ConnectionState } from '../ipc/client.ts';
import type { Live, SessionInfo, SessionView, Viewer } from '../ipc/messages.ts';
import type { ImageAsk } from '../ipc/protocol.ts';
import type { Backtrack } from './backtrack.ts';
import { type Board, emptyBoard } from './board.ts';
import { type Editor, emptyEditor } from './editor.ts';
import type { Walk } from './history.ts';
import type { Said } from './inline-said.ts';
import { defaultKeys, type Keys } from './keys.ts';
import { noFocus, type QuestionFocus } from './question-focus.ts';
import type { Place, Selection } from './selection.ts';
import { type Cell, emptyTranscript, type Transcript } from './transcript.ts';
import type { FoundFiles, Notice, Pager, Search, Spoke, ThemePicker } from './view-parts.ts';
import { unspoken } from './view-parts.ts';
import type { Anchor } from './viewport.ts';
import type { Vim } from './vim.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export type Screen = 'first' | 'start' | 'session' | 'agents';

/** Words on their way to the daemon, shown dim until their row is there. */
export interface Outgoing {
  readonly key: string;
  readonly session: string;
  /** The session is made with it. */
  readonly begins: boolean;
  readonly text: string;
  readonly images?: readonly ImageAsk[];
  readonly mode: 'steer' | 'queue';
  readonly state: 'waiting' | 'sending' | 'sent';
}

export interface OpenSession {
  readonly view: SessionView;
  readonly rows: readonly Row[];
  /** Older rows are in the daemon. */
  readonly more: boolean;
  readonly paging: boolean;
  readonly transcript: Transcript;
  /** What the model says right now, by effect key and kind. */
  readonly live: readonly Live[];
  /** When anything of the stream came last, by this client's clock. */
  readonly heardAt: number;
  /** Tokens of the answers of this turn that are over. */
  readonly turnTokens: number;
  readonly viewers: readonly Viewer[];
  readonly client: number;
  /** How many cells inline mode has printed into the scrollback. */
  readonly printed: number;
  /** And how much of what is being said. */
  readonly said: Said | undefined;
  readonly spoke: Spoke;
}

export type Connection = ConnectionState | { readonly state: 'connecting'; readonly since: number };

export interface Hint {
  readonly text: string;
  readonly tone: 'dim' | 'good' | 'warn' | 'bad';
  readonly until: number;
}

export type Popup =
  /** Keys of a sequence that may go on; after a while the screen says how. */
  | { readonly kind: 'leader'; readonly keys: string; readonly since: number; readonly shown: boolean }
  /** All keys and commands that hold the typed words, from a line on. */
  | { readonly kind: 'keys'; readonly query: string; readonly from: number }
  | Search
  | Backtrack
  | Pager
  | ThemePicker
  | { readonly kind: 'stop' }
  /** What may be copied. */
  | { readonly kind: 'copy'; readonly row: number }
  /** The side pane has the keys. */
  | { readonly kind: 'pane'; readonly row: number }
  | null;

export interface View {
  /** This client's clock; moves only while something on the screen counts. */
  readonly now: number;
  readonly size: Size;
  readonly inline: boolean;
  /** For a screen reader: text once, in its order, and one line to type in. */
  readonly spoken: boolean;
  readonly keys: Keys;
  readonly screen: Screen;
  /** Where Esc in the agents screen leads back to. */
  readonly from: 'start' | 'session' | 'shell';
  readonly connection: Connection;
  /** The daemon was ended on purpose: it is not started again unasked. */
  readonly stopped: boolean;
  readonly me: string;
  readonly cwd: string;
  readonly userHome: string | undefined;
  readonly branch: string | undefined;
  readonly focused: boolean;
  /** Sessions as the start and the agents screens list them. */
  readonly sessions: readonly SessionInfo[];
  /** The marked row of a list; -1: none. */
  readonly row: number;
  readonly session: OpenSession | null;
  /** The session that is shown, or is about to be. */
  readonly current: string | null;
  /** What a new session would run with, for the status line. */
  readonly model: string;
  readonly editor: Editor;
  readonly walk: Walk | undefined;
  /** Absent without vim keys. */
  readonly vim: Vim | undefined;
  /** What may be said next, dim in the empty composer. */
  readonly ghost: string | undefined;
  /** Where the word stands whose list was closed. */
  readonly dismissed: number | undefined;
  readonly found: FoundFiles | undefined;
  readonly outbox: readonly Outgoing[];
  readonly question: QuestionFocus;
  /** The marked choice of the open question, or of the slash commands. */
  readonly choice: number;
  readonly popup: Popup;
  readonly hint: Hint | null;
  /** The newest need of another session. */
  readonly need: { readonly text: string; readonly until: number; readonly notice?: Notice } | null;
  readonly anchor: Anchor | undefined;
  readonly ctrlCAt: number;
  /** When Esc was pressed with nothing to close or to end. */
  readonly escAt: number;
  /** Where the mouse button went down, and within which columns it marks. */
  readonly press: (Place & Pick<Selection, 'left' | 'right'>) | undefined;
  readonly selection: Selection | undefined;
  /** The side pane; `auto`: when the screen is wide and there is something in it. */
  readonly pane: 'auto' | 'on' | 'off';
  /** The lists of sessions and questions. */
  readonly board: Board;
  /** What inline mode has printed, of this session and those before it. */
  readonly scrollback: readonly Cell[];
}

export const startView = (
  given: Pick<View, 'size' | 'inline' | 'screen' | 'cwd' | 'userHome' | 'branch' | 'now' | 'model'> &
    Partial<Pick<View, 'spoken'>>,
): View => ({
  spoken: false,
  ...given,
  keys: defaultKeys,
  from: 'start',
  connection: { state: 'connecting', since: given.now },
  stopped: false,
  me: '',
  focused: true,
  sessions: [],
  row: -1,
  session: null,
  current: null,
  editor: emptyEditor,
  walk: undefined,
  vim: undefined,
  ghost: undefined,
  dismissed: undefined,
  found: undefined,
  outbox: [],
  question: noFocus,
  choice: 0,
  popup: null,
  hint: null,
  need: null,
  anchor: undefined,
  ctrlCAt: Number.NEGATIVE_INFINITY,
  escAt: Number.NEGATIVE_INFINITY,
  press: undefined,
  selection: undefined,
  pane: 'auto',
  board: emptyBoard,
  scrollback: [],
});

export const emptySession = {
  rows: [],
  transcript: emptyTranscript,
  live: [],
  turnTokens: 0,
  printed: 0,
  said: undefined,
  spoke: unspoken,
  paging: false,
} as const;

/** Inline, what is a screen of its own is drawn on the alternate screen, and the scrollback stays as it is. */
export const isOverlay = ({ inline, popup, screen, board }: View): boolean =>
  inline && (popup?.kind === 'pager' || screen === 'agents' || board.overlay !== null);

export const isWatching = ({ session }: View): boolean =>
  session?.viewers.find(({ client }) => client === session.client)?.role === 'watch';

const working = ['thinking', 'acting', 'stopping'];
/** A turn is under way: it can be interrupted, and what is sent now goes into it. */
export const isRunning = ({ session }: View): boolean =>
  session !== null && [...working, 'needs you', 'parked'].includes(session.view.state);
export const isWorking = ({ session }: View): boolean => session !== null && working.includes(session.view.state);

/** The question in the composer's place, when there is one. */
export const openQuestion = ({ session, question }: View) =>
  question.open === null ? undefined : session?.view.questions.find(({ id }) => id === question.open?.id);
