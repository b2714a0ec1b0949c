/**
 * Inline, an answer goes into the scrollback while it comes: each block once it cannot change any more, and of long code and
 * lists the lines and items that are whole. What is still open stays in the live region. Pure.
 */
import { lexer, type Tokens } from 'marked';
import type { Cell, CellOf } from './transcript.ts';

/** What is printed of the text that one effect streams. */
export interface Said {
  readonly key: string;
  /** As it came. */
  readonly text: string;
  /** The fence that is open at its end. */
  readonly fence: string;
  readonly pieces: number;
}

/** Code and lists shorter than this are printed whole. */
const longLines = 8;

type Piece = CellOf<'said'>;
interface Step {
  readonly said: Said | undefined;
  readonly pieces: readonly Piece[];
}

/** What of a growing text is whole by now. */
export function sayOn(before: Said | undefined, key: string, text: string, seq: number): Step {
  const same = before?.key === key && text.startsWith(before.text);
  const said = same ? before : { key, text: '', fence: '', pieces: 0 };
  const rest = said.fence + text.slice(said.text.length);
  const cut = wholePart(rest);
  if (cut.length <= said.fence.length) return { said: same ? said : undefined, pieces: [] };
  const taken = rest.slice(0, cut.length);
  const pieces = taken.trim() === '' ? [] : [pieceOf(said, taken, cut.open, seq)];
  const raw = text.slice(0, said.text.length + cut.length - said.fence.length);
  return { said: { key, text: raw, fence: cut.fence, pieces: said.pieces + pieces.length }, pieces };
}

const pieceOf = ({ key, pieces }: Said, text: string, open: boolean, seq: number): Piece => ({
  id: `said ${key} ${pieces}`,
  seq,
  kind: 'said',
  // A fence that only closes is no line, but what follows stands apart.
  text: /^ {0,3}(`{3,}|~{3,})[^\n]*\n\s*(\1\s*)?$/.test(text) ? '' : text.trimEnd(),
  first: pieces === 0,
  open,
});

interface Whole {
  readonly length: number;
  /** What follows belongs to the same block: no blank line comes between. */
  readonly open: boolean;
  /** With which what follows has to begin. */
  readonly fence: string;
}

function wholePart(rest: string): Whole {
  const nothing: Whole = { length: 0, open: false, fence: '' };
  const blocks = lexer(rest);
  // Characters that the reader makes into others would have the counts wrong.
  if (blocks.map(({ raw }) => raw).join('') !== rest) return nothing;
  const last = blocks.findLastIndex(({ type }) => type !== 'space');
  const before = blocks.slice(0, Math.max(0, last)).reduce((sum, { raw }) => sum + raw.length, 0);
  if (before > 0) return { ...nothing, length: before };
  const block = blocks[last];
  if (block?.type === 'code') return closed.test(block.raw) ? { ...nothing, length: rest.length } : openCode(rest);
  return block?.type === 'list' ? openList(block as Tokens.List) : nothing;
}

const closed = /^ {0,3}(`{3,}|~{3,})[^\n]*\n(?:[\s\S]*\n)? {0,3}\1[`~]*\s*$/;

function openCode(rest: string): Whole {
  const fence = /^ {0,3}(?:`{3,}|~{3,})[^\n]*\n/.exec(rest)?.[0];
  const end = rest.lastIndexOf('\n') + 1;
  const lines = rest.slice(fence?.length ?? 0, end).split('\n').length - 1;
  if (!fence || lines < longLines) return { length: 0, open: false, fence: '' };
  return { length: end, open: true, fence };
}

/** An ordered list goes on by the number that its next item has. */
function openList({ items, loose }: Tokens.List): Whole {
  const whole = items.slice(0, -1);
  if (whole.length < longLines) return { length: 0, open: false, fence: '' };
  return { length: whole.reduce((sum, { raw }) => sum + raw.length, 0), open: !loose, fence: '' };
}

/** The row of what was said: what of it is not printed yet. */
export function restOf(said: Said, cell: Extract<Cell, { text: string }>): Step {
  // One effect may say several messages, each a row.
  if (said.text.startsWith(cell.text)) {
    const text = said.text.slice(cell.text.length).trimStart();
    return { said: text === '' ? undefined : { ...said, text }, pieces: [] };
  }
  const text = said.fence + cell.text.slice(said.text.length);
  if (text.trim() === '') return { said: undefined, pieces: [] };
  return { said: undefined, pieces: [pieceOf(said, text, false, cell.seq)] };
}

export const continues = (said: Said | undefined, text: string): said is Said =>
  said !== undefined && (text.startsWith(said.text) || said.text.startsWith(text));

/** What the live region shows of it. */
export const unprinted = (said: Said | undefined, key: string, text: string): { text: string; first: boolean } =>
  said?.key === key && text.startsWith(said.text)
    ? { text: said.fence + text.slice(said.text.length), first: false }
    : { text, first: true };
