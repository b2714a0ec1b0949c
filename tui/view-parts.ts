/** Shapes of what the view holds besides the session itself: what lies over it, what was found, what was told. */
import type { Row } from '../core/rows.ts';
import type { StateName } from '../ipc/messages.ts';
import type { Cell } from './transcript.ts';
import type { Anchor } from './viewport.ts';

/** What the daemon answered last about files. */
export interface FoundFiles {
  readonly typed: string;
  readonly rows: readonly string[];
  /** False while it still looks through the tree. */
  readonly complete: boolean;
}

export interface Search {
  readonly kind: 'search';
  readonly query: string;
  /** All prompts, newest first. */
  readonly entries: readonly string[];
  /** Which of the matches is shown, the newest first. */
  readonly at: number;
}

/** A line of a cell that matches. */
export interface Match {
  readonly cell: string;
  readonly line: number;
}

/** A run of a session's rows, apart from those that the screen follows. */
export interface Part {
  readonly rows: readonly Row[];
  readonly cells: readonly Cell[];
}

export interface Pager {
  readonly kind: 'pager';
  readonly title: string;
  /** Pages that are not the transcript. */
  readonly cells: readonly Cell[] | undefined;
  /** Rows that the session's screen does not hold: the beginning, or around a match. */
  readonly part: Part | undefined;
  readonly anchor: Anchor | undefined;
  /** What is being typed to be found. */
  readonly typing: string | undefined;
  readonly query: string;
  readonly match: Match | undefined;
  /** Which way the search went: `n` goes on so. */
  readonly way: 1 | -1;
  /** Older rows are being looked through. */
  readonly looking: boolean;
}

export interface ThemePicker {
  readonly kind: 'theme';
  readonly names: readonly string[];
  readonly row: number;
  /** What it goes back to. */
  readonly before: string;
}

/** What was said of a session so far. */
export interface Spoke {
  readonly state: StateName | undefined;
  readonly questions: readonly string[];
}

export const unspoken: Spoke = { state: undefined, questions: [] };

export type NoticeKind = 'approval-requested' | 'agent-turn-complete';

export interface Notice {
  readonly kind: NoticeKind;
  readonly text: string;
}
