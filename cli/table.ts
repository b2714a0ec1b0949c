/** Tables for people: columns as wide as what is in them, the one marked `grow` cut to what the terminal has left. */
import { isatty } from 'node:tty';

export interface Column<Item> {
  readonly head: string;
  readonly cell: (item: Item) => string;
  readonly align?: 'right';
  readonly grow?: boolean;
}

const gap = 2;
const smallest = 12;

/** Control characters of other people's words must not reach the terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
export const clean = (text: string) => text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, ' ');

export function table<Item>(items: readonly Item[], columns: readonly Column<Item>[], width: number): string {
  const cells = items.map((item) => columns.map(({ cell }) => clean(cell(item))));
  const widths = columns.map(({ head }, at) => Math.max(head.length, ...cells.map((row) => row[at]!.length)));
  const grow = columns.findIndex((column) => column.grow);
  const total = widths.reduce((sum, each) => sum + each + gap, -gap);
  if (grow >= 0 && total > width) widths[grow] = Math.max(smallest, widths[grow]! - (total - width));
  const line = (row: readonly string[]) =>
    row
      .map((text, at) => fitted(text, widths[at]!, columns[at]!.align))
      .join(' '.repeat(gap))
      .trimEnd();
  return [line(columns.map(({ head }) => head)), ...cells.map(line)].map((text) => `${text}\n`).join('');
}

function fitted(text: string, width: number, align: 'right' | undefined): string {
  const cut = text.length > width ? `${text.slice(0, width - 1)}…` : text;
  return align === 'right' ? cut.padStart(width) : cut.padEnd(width);
}

/** Of the terminal; a pipe is as wide as most. */
export const terminalWidth = () => (isatty(1) && process.stdout.columns) || 120;
