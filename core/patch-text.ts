/** What a model hears of a patch that was carried out, in whole or in part (tools.md §4.4). */
import type { PatchOp } from './patch.ts';

const letters = { add: 'A', update: 'M', delete: 'D' } as const;
const order = ['A', 'M', 'D'] as const;

/** Added, then changed, then deleted files, as the patch names them; a moved file by its new name. */
export const patchDone = (ops: readonly PatchOp[], wallMs: number) =>
  framed(0, wallMs, `Success. Updated the following files:\n${changedFiles(ops).join('\n')}\n`);

/** `done` are the operations that were carried out before the one that failed; their files stay as they are now. */
export function patchBroken(failed: string, why: string, done: readonly PatchOp[], wallMs: number): string {
  const kept = done.length > 0 ? `\nAlready done and left so:\n${changedFiles(done).join('\n')}` : '';
  return framed(1, wallMs, `${failed}\n${why}${kept}\n`);
}

const framed = (code: number, wallMs: number, output: string) =>
  `Exit code: ${code}\nWall time: ${Math.round(wallMs / 100) / 10} seconds\nOutput:\n${output}`;

function changedFiles(ops: readonly PatchOp[]): string[] {
  const lines = ops.map((op) => ({
    letter: letters[op.op],
    path: op.op === 'update' ? (op.moveTo ?? op.path) : op.path,
  }));
  return order.flatMap((wanted) =>
    lines.filter(({ letter }) => letter === wanted).map(({ letter, path }) => `${letter} ${path}`),
  );
}

/** A patch that a command carried reads as that command's answer; nothing was run, so it took no time. */
export const patchByShell = (text: string) => `Wall time: 0.0000 seconds\nOutput:\n${text}`;
