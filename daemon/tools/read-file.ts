/** read_file: numbered lines of a file, a slice of it or the block round a line (tools.md §6.1). */
import type { FileHandle } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import type { ReadUse } from '../../core/tools.ts';
import { firstBytes } from '../../core/truncate.ts';
import { type Answer, answer, interrupted, refusal } from './answer.ts';
import { openFile } from './file-bytes.ts';
import { blockAround, type Indented, indentOf, isBlank } from './indented-block.ts';
import { type Line, walkLines } from './lines.ts';
import { isOfFile, osError } from './os-error.ts';

type ReadFileUse = Extract<ReadUse, { name: 'read_file' }>;

const maxLineBytes = 500;
/** Enough that what is cut off is cut between characters. */
const keptLineBytes = maxLineBytes + 4;
/** Of an answer; far more than a model is shown. */
const maxAnswerCharacters = 1024 * 1024;
/** Lines a block may have in each direction. */
const maxBlockLines = 10_000;

export async function readFile(use: ReadFileUse, { signal }: { readonly signal: AbortSignal }): Promise<Answer> {
  const wrong = mistake(use);
  if (wrong) return refusal(wrong);
  try {
    const { handle } = await openFile(use.path);
    try {
      const text = await (use.indentation ? block(handle, use, signal) : slice(handle, use, signal));
      return signal.aborted ? interrupted : text;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!isOfFile(error)) throw error;
    return refusal(`failed to read file: ${osError(error)}`);
  }
}

function mistake({ path, offset, limit, indentation }: ReadFileUse): string | undefined {
  if (offset === 0) return 'offset must be a 1-indexed line number';
  if (limit === 0) return 'limit must be greater than zero';
  if (!isAbsolute(path)) return 'file_path must be an absolute path';
  if (indentation?.anchor === 0) return 'anchor_line must be a 1-indexed line number';
  if (indentation?.maxLines === 0) return 'max_lines must be greater than zero';
  return undefined;
}

const shown = ({ n, text }: Line) => `L${n}: ${firstBytes(text, maxLineBytes)}`;

async function slice(handle: FileHandle, { offset, limit }: ReadFileUse, signal: AbortSignal): Promise<Answer> {
  const numbered: string[] = [];
  const enough = new AbortController();
  let characters = 0;
  const take = (line: Line) => {
    if (enough.signal.aborted) return;
    const text = shown(line);
    characters += text.length + 1;
    if (characters > maxAnswerCharacters) {
      numbered.push(`(that is all one answer holds: read on with offset ${line.n})`);
      enough.abort();
    } else numbered.push(text);
  };
  const either = AbortSignal.any([signal, enough.signal]);
  const to = offset + limit - 1;
  const seen = await walkLines(handle, { signal: either, from: offset, to, keep: keptLineBytes, take });
  return seen < offset ? refusal('offset exceeds file length') : answer(numbered.join('\n'));
}

async function block(handle: FileHandle, use: ReadFileUse, signal: AbortSignal): Promise<Answer> {
  const { anchor, maxLines, ...rule } = use.indentation!;
  const cap = Math.min(use.limit, maxLines, maxBlockLines);
  const { lines, seen } = await linesAround(handle, anchor, cap, signal);
  if (seen < anchor) return refusal('anchor_line exceeds file length');
  const at = lines.findIndex(({ n }) => n === anchor);
  return answer(blockAround(lines, at, rule, cap).map(shown).join('\n'));
}

/** The lines a block of `cap` lines can consist of, and how many were read for them. */
async function linesAround(handle: FileHandle, anchor: number, cap: number, signal: AbortSignal) {
  const lines: Indented[] = [];
  let indent = 0;
  const take = ({ n, text }: Line) => {
    if (!isBlank(text)) indent = indentOf(text);
    if (n > anchor - cap) lines.push({ n, text, indent });
  };
  const seen = await walkLines(handle, { signal, from: 1, to: anchor + cap, keep: keptLineBytes, take });
  return { lines, seen };
}
