/** Ctrl-C peels one layer a press (screens §3): a dialog, the draft, the turn, the screen. Pure. */

export interface Layers {
  /** A popup, dialog, menu or open question. */
  readonly popup: boolean;
  readonly draft: boolean;
  readonly running: boolean;
  /** A watcher has no draft and ends no turn. */
  readonly watching: boolean;
}
export type Peeled = 'close' | 'clear' | 'interrupt' | 'leave' | 'nothing';

/** A press so soon after the one before it is the same press: the key is held, or bounced. */
export const sameMs = 250;

export function peel(layers: Layers, sinceLastMs: number): Peeled {
  if (sinceLastMs < sameMs) return 'nothing';
  if (layers.popup) return 'close';
  if (layers.draft && !layers.watching) return 'clear';
  if (layers.running && !layers.watching) return 'interrupt';
  return 'leave';
}
