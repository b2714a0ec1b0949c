/** What the deeds of keys are done with. */
import type { ClipboardDeps } from './clipboard.ts';
import type { Desk } from './desk.ts';
import type { FirstRun } from './first-run.ts';
import type { Look } from './look.ts';
import type { OnScreen } from './on-screen.ts';
import type { Edited, TuiOptions } from './options.ts';
import type { ViewStore } from './store.ts';

export interface ActDeps {
  readonly desk: Desk;
  readonly store: ViewStore;
  readonly now: () => number;
  readonly suspend: () => void;
  readonly leaveAtOnce: () => void;
  readonly redraw: () => void;
  readonly edit: (text: string) => Promise<Edited>;
  readonly clipboardImage: TuiOptions['clipboardImage'];
  /** Where config.toml is. */
  readonly home: string;
  readonly drawing: OnScreen;
  readonly clipboard: ClipboardDeps;
  readonly look: Look;
  readonly first: FirstRun;
  /** Calls back after so many ms; answers how to call it off. */
  readonly after: (ms: number, act: () => void) => () => void;
  /** A session was picked to be gone on with. */
  readonly picked: (session: string) => void;
  /** What was under the overlay is seen again; or the screen ends, when there was nothing. */
  readonly closeOverlay: () => void;
}
