/** Works out what a patch or write would do, against the files as they are now. Changes nothing. */
import { dirname, resolve } from 'node:path';
import type { PlannedFile } from '../../actors/effects.ts';
import { diffTexts, shortenDiff } from '../../core/diff.ts';
import { type PatchOp, parsePatch, verificationFailed } from '../../core/patch.ts';
import { applyChunks } from '../../core/patch-apply.ts';
import type { FileChange } from '../../core/rows.ts';
import { parse } from '../../core/tools.ts';
import { type FileFacts, hashFile, kindAt, openFile, readFileBytes, sha256 } from './file-bytes.ts';
import { FileProblem, hasCode, isOfFile, osError } from './os-error.ts';
import { entryTarget, writeTarget } from './real-path.ts';

/** A call as its row has it. */
export interface PatchCall {
  readonly name: string;
  readonly form: 'function' | 'custom';
  readonly args: string;
}

/** `path` is what is shown, `target` the real path. */
export type Deed =
  | {
      readonly do: 'write';
      readonly path: string;
      readonly target: string;
      readonly bytes: Buffer;
      readonly mode?: number;
    }
  | { readonly do: 'remove'; readonly path: string; readonly target: string };

export interface PlannedOp {
  readonly op: PatchOp;
  /** In order. Two for a move: the new file, then the old one. */
  readonly deeds: readonly Deed[];
  readonly files: readonly PlannedFile[];
  /** What people are shown, with a diff of at most about `limit` characters. Costs time, so it is made only when wanted. */
  readonly change: (limit: number) => FileChange;
}

export type Plan =
  | { readonly kind: 'planned'; readonly ops: readonly PlannedOp[] }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'interrupted' };

const maxFileBytes = 64 * 1024 * 1024;
/** Of all files together, before and after: they are held until the patch is done. */
const maxPatchBytes = 256 * 1024 * 1024;

export async function planPatch(call: PatchCall, cwd: string, signal: AbortSignal): Promise<Plan> {
  const wanted = wantedOps(call);
  if (!wanted.ok) return { kind: 'refused', why: wanted.why };
  const planner = new Planner(cwd);
  try {
    for (const op of wanted.ops) {
      if (signal.aborted) return { kind: 'interrupted' };
      await planner.add(op);
    }
    return { kind: 'planned', ops: planner.ops };
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'refused', why: wanted.refusal(error.message) };
    throw error;
  }
}

type Wanted =
  | { readonly ok: true; readonly ops: readonly PatchOp[]; readonly refusal: (why: string) => string }
  | { readonly ok: false; readonly why: string };

/** The operations a call asks for. */
export function wantedOps({ name, form, args }: PatchCall): Wanted {
  const parsed = parse(name, form, args);
  if (!parsed.ok) return parsed;
  const { use } = parsed;
  if (use.name === 'write_file') {
    const op: PatchOp = { op: 'add', path: use.path, content: use.content };
    return { ok: true, ops: [op], refusal: (why) => `write_file failed: ${why}` };
  }
  if (use.name !== 'apply_patch') throw new Error(`${name} writes no files`);
  const patch = parsePatch(use.patch);
  return patch.ok ? { ...patch, refusal: verificationFailed } : patch;
}

/** Thrown and caught in this file: why nothing of the patch may be done. */
class Refusal extends Error {}

/** Turns what the system says of a file into a refusal. */
async function refusing<Value>(what: string, attempt: () => Promise<Value>): Promise<Value> {
  try {
    return await attempt();
  } catch (error) {
    if (!isOfFile(error)) throw error;
    throw new Refusal(`${what}: ${osError(error)}`, { cause: error });
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decoded(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    throw new FileProblem('stream did not contain valid UTF-8', { cause: error });
  }
}

interface Source {
  readonly text: string;
  readonly bytes: Buffer;
  readonly facts: FileFacts;
}
/** What will be overwritten; `text` is missing where it is no text or too much of it. */
interface Overwritten {
  readonly hash: string;
  readonly text?: string;
  readonly identity: string;
}

class Planner {
  readonly ops: PlannedOp[] = [];
  readonly #cwd: string;
  /** Real paths, paths as given and identities of files that an operation has taken. */
  readonly #taken = new Set<string>();
  readonly #written = new Set<string>();
  readonly #removed = new Set<string>();
  #bytes = 0;

  constructor(cwd: string) {
    this.#cwd = cwd;
  }

  async add(op: PatchOp): Promise<void> {
    const path = resolve(this.#cwd, op.path);
    switch (op.op) {
      case 'add':
        return this.#add(op, path);
      case 'delete':
        return this.#delete(op, path);
      case 'update':
        return this.#update(op, path);
    }
  }

  async #add(op: Extract<PatchOp, { op: 'add' }>, path: string) {
    const target = await this.#writable(path);
    const before = await this.#overwritten(path, target);
    this.#take(path, target, before?.identity);
    const bytes = this.#held(path, Buffer.from(op.content));
    this.#plan(op, [{ do: 'write', path, target, bytes }], [planned(target, before?.hash ?? null, bytes)], {
      path: op.path,
      kind: before ? 'update' : 'add',
      before: before?.text ?? '',
      after: op.content,
    });
  }

  async #delete(op: Extract<PatchOp, { op: 'delete' }>, path: string) {
    const { source, target } = await refusing(`Failed to read ${path}`, async () => ({
      source: await this.#read(path),
      target: await entryTarget(path),
    }));
    this.#take(path, target, source.facts.identity);
    this.#plan(op, [{ do: 'remove', path, target }], [planned(target, sha256(source.bytes), null)], {
      path: op.path,
      kind: 'delete',
      before: source.text,
      after: '',
    });
  }

  async #update(op: Extract<PatchOp, { op: 'update' }>, path: string) {
    // What is only renamed need not be text.
    const renamed = op.chunks.length === 0;
    const source = await refusing(`Failed to read file to update ${path}`, () => this.#read(path, !renamed));
    const text = applied(op, path, source.text);
    const bytes = renamed ? source.bytes : this.#held(path, Buffer.from(text));
    const change: Change = { path: op.path, kind: 'update', before: source.text, after: text };
    const hash = sha256(source.bytes);
    const destination = op.moveTo === undefined ? undefined : await this.#destination(op.moveTo, source.facts);
    if (!destination) {
      const target = await this.#writable(path);
      this.#take(path, target, source.facts.identity);
      const { moveTo: _, ...inPlace } = op;
      return this.#plan(inPlace, [{ do: 'write', path, target, bytes }], [planned(target, hash, bytes)], change);
    }
    const entry = await refusing(`Failed to read file to update ${path}`, () => entryTarget(path));
    this.#take(path, entry, source.facts.identity);
    this.#take(destination.path, destination.target, destination.before?.identity);
    const write = { path: destination.path, target: destination.target, bytes, mode: source.facts.mode };
    this.#plan(
      op,
      [
        { do: 'write', ...write },
        { do: 'remove', path, target: entry },
      ],
      [planned(entry, hash, null), planned(destination.target, destination.before?.hash ?? null, bytes)],
      { ...change, movedTo: op.moveTo! },
    );
  }

  /** Undefined when the file would be moved onto itself, by whatever name: then it is only changed. */
  async #destination(moveTo: string, { identity }: FileFacts) {
    const path = resolve(this.#cwd, moveTo);
    const target = await this.#writable(path);
    const before = await this.#overwritten(path, target);
    return before?.identity === identity ? undefined : { path, target, before };
  }

  async #read(path: string, asText = true): Promise<Source> {
    const { bytes, facts } = await readFileBytes(path, maxFileBytes);
    this.#held(path, bytes);
    return { text: asText ? decoded(bytes) : '', bytes, facts };
  }

  /** The real path to write to. A folder in its way is found now, not when half of the patch is done. */
  #writable(path: string): Promise<string> {
    return refusing(`Failed to write file ${path}`, async () => {
      const target = await writeTarget(path);
      for (let folder = dirname(target); ; folder = dirname(folder)) {
        if (this.#removed.has(folder)) return target;
        const kind = this.#written.has(folder) ? 'file' : await kindAt(folder);
        if (kind === 'directory') return target;
        if (kind) throw new FileProblem(`${folder} is not a directory`);
      }
    });
  }

  #overwritten(path: string, target: string): Promise<Overwritten | undefined> {
    return refusing(`Failed to write file ${path}`, async () => {
      const facts = await factsOf(target);
      if (!facts) return undefined;
      if (facts.size > maxFileBytes) return { hash: (await hashFile(target)) ?? '', identity: facts.identity };
      const { bytes } = await readFileBytes(target, maxFileBytes);
      const seen = { hash: sha256(bytes), identity: facts.identity };
      try {
        return { ...seen, text: decoded(this.#held(path, bytes)) };
      } catch (error) {
        if (error instanceof FileProblem) return seen;
        throw error;
      }
    });
  }

  #take(path: string, target: string, identity: string | undefined) {
    const names = new Set([path, target, ...(identity === undefined ? [] : [identity])]);
    for (const name of names)
      if (this.#taken.has(name)) throw new Refusal(`invalid patch: multiple operations target ${path}`);
    for (const name of names) this.#taken.add(name);
  }

  #held(path: string, bytes: Buffer): Buffer {
    this.#bytes += bytes.length;
    if (this.#bytes > maxPatchBytes)
      throw new Refusal(`${path}: the files of the patch are larger than ${maxPatchBytes / 1024 / 1024} MiB together`);
    return bytes;
  }

  #plan(op: PatchOp, deeds: readonly Deed[], files: readonly PlannedFile[], change: Change) {
    for (const deed of deeds) (deed.do === 'write' ? this.#written : this.#removed).add(deed.target);
    this.ops.push({ op, deeds, files, change: (limit) => fileChange(change, limit) });
  }
}

type Change = Pick<FileChange, 'path' | 'kind' | 'movedTo'> & { readonly before: string; readonly after: string };

function fileChange({ before, after, ...rest }: Change, limit: number): FileChange {
  const { diff, ...counts } = diffTexts(before, after);
  return { ...rest, ...counts, diff: shortenDiff(diff, limit) };
}

const planned = (path: string, before: string | null, after: Buffer | null): PlannedFile => ({
  path,
  before,
  after: after && sha256(after),
});

async function factsOf(path: string): Promise<FileFacts | undefined> {
  try {
    const { handle, facts } = await openFile(path);
    await handle.close();
    return facts;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

function applied({ chunks }: Extract<PatchOp, { op: 'update' }>, path: string, text: string): string {
  const result = applyChunks(text, chunks);
  if (result.ok) return result.text;
  throw new Refusal(
    result.missing === 'context'
      ? `Failed to find context '${result.expected}' in ${path}`
      : `Failed to find expected lines in ${path}:\n${result.expected}`,
  );
}
