/** apply_patch and write_file: what they would do, doing it, and, after a restart, finding out whether it was done. */
import { lstat, rm, unlink } from 'node:fs/promises';
import type { Outcome, PlannedFile, PreparedPatch } from '../../actors/effects.ts';
import type { PatchOp } from '../../core/patch.ts';
import { patchBroken, patchDone } from '../../core/patch-text.ts';
import type { FileChange } from '../../core/rows.ts';
import { hashFile } from './file-bytes.ts';
import { isOfFile, osError, unlessMissing } from './os-error.ts';
import { type Deed, type PatchCall, type PlannedOp, planPatch, wantedOps } from './patch-plan.ts';
import { replaceFile, waitingPath } from './replace-file.ts';

export interface PatchPlace {
  readonly cwd: string;
  /** The person's, not the daemon's: what new files and folders may be for others. */
  readonly umask: number;
  readonly signal: AbortSignal;
  /** Now, in ms. */
  readonly clock: () => number;
}

/** Of all diffs of a patch together: they are kept in the log and sent to every viewer. */
const maxDiffCharacters = 512 * 1024;

interface Told {
  readonly text: string;
  readonly ok: boolean;
}

/** Verifies the whole patch against the files; a failure is what the model is told, and nothing is written. */
export async function preparePatch(
  call: PatchCall,
  { cwd, signal }: Pick<PatchPlace, 'cwd' | 'signal'>,
): Promise<Outcome<PreparedPatch>> {
  const plan = await planPatch(call, cwd, signal);
  if (plan.kind === 'interrupted') return plan;
  if (plan.kind === 'refused') return { kind: 'failed', why: plan.why };
  return {
    kind: 'done',
    value: {
      files: plan.ops.flatMap(({ files }) => files),
      changes: changesOf(plan.ops),
      writes: plan.ops.flatMap(({ deeds }) => deeds.map(({ target }) => target)),
    },
  };
}

function changesOf(ops: readonly PlannedOp[]): FileChange[] {
  let left = maxDiffCharacters;
  return ops.map((op) => {
    const change = op.change(left);
    left = Math.max(0, left - change.diff.length);
    return change;
  });
}

/** Does what was prepared as `files`, if that is still what the patch means. Once begun it is carried through. */
export async function applyPatch(
  call: PatchCall,
  files: readonly PlannedFile[],
  place: PatchPlace,
): Promise<Outcome<Told>> {
  const startedAt = place.clock();
  const plan = await planPatch(call, place.cwd, place.signal);
  if (plan.kind === 'refused') return { kind: 'failed', why: plan.why };
  if (plan.kind === 'interrupted' || place.signal.aborted) return { kind: 'interrupted' };
  const moved = firstDifference(
    files,
    plan.ops.flatMap((op) => op.files),
  );
  if (moved !== undefined) return { kind: 'failed', why: changedMeanwhile(moved) };
  const broken = await carryOut(plan.ops, place.umask);
  const wallMs = place.clock() - startedAt;
  if (broken) {
    const done = plan.ops.slice(0, broken.at).map(({ op }) => op);
    return { kind: 'done', value: { text: patchBroken(broken.failed, broken.why, done, wallMs), ok: false } };
  }
  return { kind: 'done', value: { text: doneText(plan.ops, wallMs), ok: true } };
}

const doneText = (ops: readonly { readonly op: PatchOp }[], wallMs: number) =>
  patchDone(
    ops.map(({ op }) => op),
    wallMs,
  );

const changedMeanwhile = (path: string) =>
  `patch rejected: ${path} is no longer as it was when the patch was checked. Nothing was written: read it again and make a new patch`;

function firstDifference(prepared: readonly PlannedFile[], now: readonly PlannedFile[]): string | undefined {
  const same = (a: PlannedFile | undefined, b: PlannedFile | undefined) =>
    a?.path === b?.path && a?.before === b?.before && a?.after === b?.after;
  const length = Math.max(prepared.length, now.length);
  const at = Array.from({ length }).findIndex((_, index) => !same(prepared[index], now[index]));
  return (prepared[at] ?? now[at])?.path;
}

interface Broken {
  /** The index of the operation that failed. */
  readonly at: number;
  readonly failed: string;
  readonly why: string;
}

async function carryOut(ops: readonly PlannedOp[], umask: number): Promise<Broken | undefined> {
  for (const [at, { op, deeds }] of ops.entries()) {
    for (const deed of deeds) {
      try {
        await carryOutDeed(deed, umask);
      } catch (error) {
        return { at, failed: failedDeed(deed, op), why: osError(error) };
      }
    }
  }
  return undefined;
}

const carryOutDeed = (deed: Deed, umask: number) =>
  deed.do === 'remove' ? unlink(deed.target) : replaceFile({ ...deed, umask });

function failedDeed(deed: Deed, { op }: PatchOp): string {
  if (deed.do === 'write') return `Failed to write file ${deed.path}`;
  return op === 'delete' ? `Failed to delete file ${deed.path}` : `Failed to remove moved file ${deed.path}`;
}

export type PatchState =
  | { readonly state: 'done' | 'not done' }
  /** Neither all of it nor nothing; `written` are the files that are as the patch would leave them. */
  | { readonly state: 'unknown'; readonly why: string; readonly written: readonly string[] };

/** What became of a patch that was begun and never answered for, read off the files. */
export async function checkPatch(files: readonly PlannedFile[]): Promise<PatchState> {
  const seen: { path: string; state: FileState }[] = [];
  for (const file of files) {
    await removeWaiting(file);
    seen.push({ path: file.path, state: await fileState(file) });
  }
  const pathsOf = (...states: readonly FileState[]) =>
    seen.filter(({ state }) => states.includes(state)).map(({ path }) => path);
  if (pathsOf('before', 'other').length === 0) return { state: 'done' };
  if (pathsOf('after', 'other').length === 0) return { state: 'not done' };
  const written = pathsOf('after');
  const words = [
    ['written', written],
    ['not written', pathsOf('before')],
    ['neither as before the patch nor as it would leave them', pathsOf('other')],
  ] as const;
  const why = words
    .filter(([, paths]) => paths.length > 0)
    .map(([what, paths]) => `${what}: ${paths.join(', ')}`)
    .join('; ');
  return { state: 'unknown', why: `tcxd stopped while it wrote the files (${why})`, written };
}

/** How a call ends whose patch was begun before a restart. */
export async function settlePatch(call: PatchCall, files: readonly PlannedFile[]): Promise<Outcome<Told>> {
  const found = await checkPatch(files);
  if (found.state === 'unknown') return { kind: 'unknown', why: found.why };
  if (found.state === 'not done')
    return { kind: 'failed', why: 'patch rejected: tcxd stopped before any of it was written. Nothing has changed' };
  const wanted = wantedOps(call);
  if (!wanted.ok) throw new Error(`a patch that does not parse was applied: ${wanted.why}`);
  return {
    kind: 'done',
    value: {
      text: doneText(
        wanted.ops.map((op) => ({ op })),
        0,
      ),
      ok: true,
    },
  };
}

type FileState = 'before' | 'after' | 'same' | 'other';

async function fileState({ path, before, after }: PlannedFile): Promise<FileState> {
  try {
    const hash = await hashNow(path);
    if (before === after) return hash === after ? 'same' : 'other';
    return hash === before ? 'before' : hash === after ? 'after' : 'other';
  } catch (error) {
    if (!isOfFile(error)) throw error;
    return 'other';
  }
}

/** Null where there is no file: nothing, or a folder that was made in its place. */
async function hashNow(path: string): Promise<string | null> {
  const found = await unlessMissing(lstat(path));
  return found && !found.isDirectory() ? hashFile(path) : null;
}

async function removeWaiting({ path, after }: PlannedFile): Promise<void> {
  if (after !== null) await rm(waitingPath(path, after), { force: true }).catch(() => {});
}
