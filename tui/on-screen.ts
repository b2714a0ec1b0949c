/** What is on the screen, as the keys that move in it ask about it. */
import type { CellStyle } from './cell-lines.ts';
import type { Theme } from './theme.ts';
import type { Cell } from './transcript.ts';
import type { View } from './view.ts';
import type { Pager } from './view-parts.ts';
import type { Shown } from './viewport.ts';

export interface TranscriptDrawing {
  readonly cells: readonly Cell[];
  readonly live: readonly string[];
  readonly style: CellStyle;
  readonly height: number;
  readonly shown: Shown;
}

export interface OnScreen {
  readonly theme: Theme;
  readonly lines: (view: View) => readonly string[];
  readonly transcript: (view: View) => TranscriptDrawing;
  readonly pager: (view: View, pager: Pager) => TranscriptDrawing;
  readonly keyHelp: (
    view: View,
    help: { readonly query: string },
  ) => { readonly height: number; readonly last: number; readonly lines: readonly string[] };
}
