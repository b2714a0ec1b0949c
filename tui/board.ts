/** What the lists of sessions and questions are drawn from: the part of the view beside the open session. Pure. */
import type { Approval, Peek, SessionInfo } from '../ipc/messages.ts';
import { type Editor, emptyEditor } from './editor.ts';
import type { FirstState } from './first-state.ts';
import type { PickerState } from './picker.ts';
import { noFocus, type QuestionFocus } from './question-focus.ts';
import type { Item, Selector } from './selector.ts';

export type Grouping = 'state' | 'folder' | 'model';

/** A session's place in the list: it keeps it while somebody moves about in it. */
export interface Placed {
  readonly id: string;
  readonly group: string;
}

export interface Agents {
  readonly by: Grouping;
  /** Only this folder, only what nobody has looked at since. */
  readonly hereOnly: boolean;
  readonly unreadOnly: boolean;
  readonly find: string;
  readonly marked: string | undefined;
  readonly placed: readonly Placed[];
  /** The list would be in another order, and waits until nobody moves in it. */
  readonly stale: boolean;
  readonly keyAt: number;
  readonly hidden: readonly string[];
  readonly unfolded: readonly string[];
}

/** Words asked for in one line under a list. */
export interface Field {
  readonly kind: 'say' | 'rename' | 'new' | 'delete' | 'find';
  readonly session: string;
  readonly label: string;
  readonly editor: Editor;
}

/** A question to which y or n is the answer, before something is ended. */
export interface Confirm {
  readonly text: string;
  readonly does: 'interrupt' | 'stop' | 'archive';
  readonly session: string;
}

export type Overlay =
  | { readonly kind: 'inbox'; readonly marked: string | undefined }
  /** A question as a whole, from a line on. */
  | { readonly kind: 'whole'; readonly approval: string; readonly line: number }
  | { readonly kind: 'picker'; readonly picker: PickerState }
  | {
      readonly kind: 'items';
      readonly what: 'status' | 'title';
      readonly names: readonly string[];
      readonly on: readonly string[];
      readonly marked: number;
      readonly before: readonly string[] | undefined;
    }
  | {
      readonly kind: 'select';
      readonly selector: Selector;
      readonly hint: string;
      readonly chosen: (item: Item) => void;
    };

export interface Board {
  readonly inbox: readonly Approval[];
  readonly today: number | undefined;
  /** A screen over the screen: closing it shows what was there. */
  readonly overlay: Overlay | null;
  readonly field: Field | null;
  readonly confirm: Confirm | null;
  /** The question in the pane under a list. */
  readonly answering: QuestionFocus;
  readonly choice: number;
  readonly agents: Agents;
  readonly peek: Peek | null;
  /** The first start, while it goes on. */
  readonly first: FirstState | null;
  /** Files of this folder that git calls changed; undefined while nobody knows. */
  readonly changed: number | undefined;
  /** Items by name, as chosen; undefined: the usual ones. */
  readonly statusLine: readonly string[] | undefined;
  readonly title: readonly string[] | undefined;
  /** Somebody was told that another session works in this folder. */
  readonly warned: { readonly id: string; readonly name: string; readonly text: string } | null;
  readonly hostname: string;
  readonly build: string;
}

export const emptyBoard: Board = {
  inbox: [],
  today: undefined,
  overlay: null,
  field: null,
  confirm: null,
  answering: noFocus,
  choice: 0,
  agents: {
    by: 'state',
    hereOnly: false,
    unreadOnly: false,
    find: '',
    marked: undefined,
    placed: [],
    stale: false,
    keyAt: Number.NEGATIVE_INFINITY,
    hidden: [],
    unfolded: [],
  },
  peek: null,
  first: null,
  changed: undefined,
  statusLine: undefined,
  title: undefined,
  warned: null,
  hostname: '',
  build: '',
};

export const fieldOf = (kind: Field['kind'], session: string, label: string, text = ''): Field => ({
  kind,
  session,
  label,
  editor: { ...emptyEditor, text, cursor: text.length },
});

/** The first open question of a session. */
export const questionOf = ({ inbox }: Board, session: string | undefined): Approval | undefined =>
  session === undefined ? undefined : inbox.find((approval) => approval.session === session);

export const answeringNow = ({ inbox, answering }: Board): Approval | undefined =>
  answering.open === null ? undefined : inbox.find(({ id }) => id === answering.open?.id);

/** A question whose words and choices are another's: siblings ask the same more than once. */
const sameKey = ({ kind, summary, cwd, choices }: Approval) =>
  JSON.stringify([kind, summary, cwd, choices.map(({ id }) => id)]);

export interface Folded {
  readonly first: Approval;
  readonly all: readonly Approval[];
}

/** The inbox, oldest first, equal questions as one entry. */
export function folded(inbox: readonly Approval[]): readonly Folded[] {
  const groups = new Map<string, Approval[]>();
  for (const approval of inbox) {
    const key = sameKey(approval);
    groups.set(key, [...(groups.get(key) ?? []), approval]);
  }
  return [...groups.values()].map((all) => ({ first: all[0]!, all }));
}

/** The sessions that count as waiting for a person, for the badges. */
export const needing = (sessions: readonly SessionInfo[]) => sessions.filter(({ state }) => state === 'needs you');
