/** The patch format of apply_patch: text into operations on files, forgiving where models are careless (tools.md §4.2). */

export interface PatchLine {
  /** A line that stays, comes, or goes. */
  readonly mark: ' ' | '+' | '-';
  readonly text: string;
}

export interface Chunk {
  /** A line of the file after which the chunk lies. */
  readonly context?: string;
  readonly lines: readonly PatchLine[];
  /** Its lines are the last ones of the file. */
  readonly endOfFile: boolean;
}

/** Paths are as written: relative to the working directory, or absolute. */
export type PatchOp =
  | { readonly op: 'add'; readonly path: string; readonly content: string }
  | { readonly op: 'delete'; readonly path: string }
  | { readonly op: 'update'; readonly path: string; readonly moveTo?: string; readonly chunks: readonly Chunk[] };

/** `why` is what the model is told. */
export type ParsedPatch =
  | { readonly ok: true; readonly ops: readonly PatchOp[] }
  | { readonly ok: false; readonly why: string };

/** Begins everything that is said of a patch which was refused before anything was written. */
export const verificationFailed = (why: string) => `apply_patch verification failed: ${why}`;

export const beginPatch = '*** Begin Patch';
export const endPatch = '*** End Patch';
const environment = '*** Environment ID:';
const addFile = '*** Add File: ';
const deleteFile = '*** Delete File: ';
const updateFile = '*** Update File: ';
const moveTo = '*** Move to: ';
const endOfFile = '*** End of File';
const heredocStarts = ['<<EOF', "<<'EOF'", '<<"EOF"'];
const minHeredocLines = 4;

export function parsePatch(text: string): ParsedPatch {
  const lines = unwrapped(
    text
      .trim()
      .split('\n')
      .map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line)),
  );
  if (lines[0]!.trim() !== beginPatch) return wrongMarker('first', beginPatch);
  if (lines.at(-1)!.trim() !== endPatch) return wrongMarker('last', endPatch);
  if (lines[1]!.trim().startsWith(environment))
    return { ok: false, why: 'apply_patch environment selection is unavailable for this turn' };
  try {
    const ops = new Reader(lines).ops();
    return ops.length > 0 ? { ok: true, ops } : { ok: false, why: 'patch rejected: empty patch' };
  } catch (wrong) {
    if (!(wrong instanceof WrongHunk)) throw wrong;
    return { ok: false, why: verificationFailed(`invalid hunk at line ${wrong.line}, ${wrong.message}`) };
  }
}

const wrongMarker = (which: 'first' | 'last', marker: string): ParsedPatch => ({
  ok: false,
  why: verificationFailed(`invalid patch: the ${which} line of the patch must be '${marker}'`),
});

/** Some models send the patch as the here-document they would give a shell. */
function unwrapped(lines: readonly string[]): readonly string[] {
  const wrapped = lines.length >= minHeredocLines && heredocStarts.includes(lines[0]!) && lines.at(-1)!.endsWith('EOF');
  return wrapped ? lines.slice(1, -1) : lines;
}

/** Thrown and caught in this file. Lines count from 1, the begin marker being the first. */
class WrongHunk extends Error {
  readonly line: number;
  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

const shownCharacters = 200;
const quoted = (line: string) => `'${line.length > shownCharacters ? `${line.slice(0, shownCharacters)}…` : line}'`;

/** Reads what lies between the two markers. */
class Reader {
  readonly #lines: readonly string[];
  readonly #end: number;
  #at = 1;

  constructor(lines: readonly string[]) {
    this.#lines = lines;
    this.#end = lines.length - 1;
  }

  ops(): PatchOp[] {
    const ops: PatchOp[] = [];
    while (this.#at < this.#end) ops.push(this.#op());
    return ops;
  }

  get #line(): string | undefined {
    return this.#at < this.#end ? this.#lines[this.#at] : undefined;
  }

  #op(): PatchOp {
    const header = this.#line!.trim();
    if (header.startsWith(addFile)) return this.#add(header.slice(addFile.length).trim());
    if (header.startsWith(deleteFile)) {
      this.#at++;
      return { op: 'delete', path: header.slice(deleteFile.length).trim() };
    }
    if (header.startsWith(updateFile)) return this.#update(header.slice(updateFile.length).trim());
    throw new WrongHunk(
      this.#at + 1,
      `${quoted(header)} is no hunk header. Valid ones are '${addFile}{path}', '${deleteFile}{path}' and '${updateFile}{path}'`,
    );
  }

  #add(path: string): PatchOp {
    const content: string[] = [];
    for (this.#at++; this.#line?.startsWith('+'); this.#at++) content.push(`${this.#line.slice(1)}\n`);
    return { op: 'add', path, content: content.join('') };
  }

  #update(path: string): PatchOp {
    const headerLine = ++this.#at;
    const move = this.#line?.startsWith(moveTo) ? this.#lines[this.#at++]!.slice(moveTo.length).trim() : '';
    const chunks: Chunk[] = [];
    for (let line = this.#line; line !== undefined && !line.startsWith('***'); line = this.#line) {
      if (line.trim() === '') this.#at++;
      else chunks.push(this.#chunk(chunks.length === 0));
    }
    // A move by itself is a rename, which models do write.
    if (chunks.length === 0 && move === '') throw new WrongHunk(headerLine, `the update for ${quoted(path)} is empty`);
    return { op: 'update', path, ...(move && { moveTo: move }), chunks };
  }

  /** Only the first chunk of an update may do without its marker. */
  #chunk(first: boolean): Chunk {
    const marker = this.#line!;
    const marked = marker.trimEnd() === '@@' || marker.startsWith('@@ ');
    if (!marked && !first) throw new WrongHunk(this.#at + 1, `expected an '@@' marker, got ${quoted(marker)}`);
    if (marked) this.#at++;
    const lines = this.#chunkLines();
    const atEnd = this.#line?.trimEnd() === endOfFile;
    if (lines.length === 0) this.#noLines(atEnd);
    if (atEnd) this.#at++;
    const context = marked ? marker.slice('@@ '.length) : '';
    return { ...(context && { context }), lines, endOfFile: atEnd };
  }

  #chunkLines(): PatchLine[] {
    const lines: PatchLine[] = [];
    for (let line = this.#line; line !== undefined; line = this.#line) {
      const mark = line === '' ? ' ' : line[0];
      if (mark !== ' ' && mark !== '+' && mark !== '-') break;
      lines.push({ mark, text: line.slice(1) });
      this.#at++;
    }
    return lines;
  }

  #noLines(atEnd: boolean): never {
    if (atEnd || this.#line === undefined) throw new WrongHunk(this.#at + 1, 'the chunk has no lines');
    throw new WrongHunk(
      this.#at + 1,
      `unexpected line ${quoted(this.#line)}: every line of a chunk must start with ' ' (context), '+' (added) or '-' (removed)`,
    );
  }
}
