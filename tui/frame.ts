/** One frame: lines for each part of the screen. Pure. */
import { widthOf } from './text.ts';
import type { View } from './view.ts';

/** Lines from top to bottom. Their heights together are the screen's, or in inline mode less. */
export interface Frame {
  readonly transcript: readonly string[];
  readonly working: readonly string[];
  readonly above: readonly string[];
  readonly input: readonly string[];
  readonly below: readonly string[];
  /** Where the terminal's cursor stands, from the top of the frame. */
  readonly cursor: { readonly x: number; readonly y: number } | undefined;
}

export const linesOf = ({ transcript, working, above, input, below }: Frame): readonly string[] => [
  ...transcript,
  ...working,
  ...above,
  ...input,
  ...below,
];

/** Rows that a frame takes beyond its lines once the terminal has become narrower and broken them anew. */
export function brokenRows(frame: Frame, columns: number): number {
  return linesOf(frame).reduce((sum, line) => sum + Math.max(0, Math.ceil(widthOf(line) / columns) - 1), 0);
}

export const padded = (lines: readonly string[], height: number): readonly string[] =>
  lines.length >= height
    ? lines.slice(0, Math.max(0, height))
    : [...lines, ...Array<string>(height - lines.length).fill('')];

export function tiny({ size }: View): Frame {
  const text = `too small (${size.columns}×${size.rows})`.slice(0, Math.max(1, size.columns - 1));
  return { transcript: [text], working: [], above: [], input: [], below: [], cursor: undefined };
}
