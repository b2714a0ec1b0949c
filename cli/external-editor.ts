/** A text written in the person's own editor, on the terminal that the screen has given up meanwhile. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Edited } from '../tui/options.ts';
import type { Context } from './context.ts';

/** The variable may hold arguments and quotes, as git and all shells have it. */
export async function editText({ env, cwd }: Pick<Context, 'env' | 'cwd'>, text: string): Promise<Edited> {
  const editor = env.VISUAL || env.EDITOR;
  if (!editor)
    return { kind: 'failed', why: 'Cannot open external editor: set $VISUAL or $EDITOR before starting tcx.' };
  const folder = await mkdtemp(join(tmpdir(), 'tcx-'));
  try {
    const file = join(folder, 'prompt.md');
    await writeFile(file, text, { mode: 0o600 });
    const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit', cwd, env });
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    if (code !== 0) return { kind: 'failed', why: `the editor ended with ${code ?? signal}: the draft is as it was` };
    return { kind: 'saved', text: (await readFile(file, 'utf8')).replace(/\r?\n$/, '') };
  } catch (error) {
    return { kind: 'failed', why: `the editor did not run: ${(error as Error).message}` };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
