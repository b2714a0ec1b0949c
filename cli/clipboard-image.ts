/** The picture of the clipboard, by whichever of the usual tools is there. */
import { execFile } from 'node:child_process';
import type { ClipboardImage } from '../tui/options.ts';
import type { Context } from './context.ts';

const limitBytes = 64 * 1024 * 1024;
const patienceMs = 3000;

/** Each writes a PNG to its standard output. */
const tools: readonly (readonly [file: string, ...args: string[]])[] = [
  ['wl-paste', '--no-newline', '--type', 'image/png'],
  ['xclip', '-selection', 'clipboard', '-target', 'image/png', '-out'],
  ['pngpaste', '-'],
];

export async function clipboardImage({ env }: Pick<Context, 'env'>): Promise<ClipboardImage> {
  let there = false;
  for (const [file, ...args] of tools) {
    const ran = await run(file, args, env);
    if (ran === 'absent') continue;
    there = true;
    if (ran.length > 0) return { kind: 'image', bytes: new Uint8Array(ran) };
  }
  const why = there
    ? 'there is no picture in the clipboard'
    : 'no tool to read the clipboard is here: install wl-clipboard, xclip or pngpaste';
  return { kind: 'none', why };
}

const run = (file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Buffer | 'absent'> =>
  new Promise((resolve) => {
    execFile(file, args, { env, encoding: 'buffer', maxBuffer: limitBytes, timeout: patienceMs }, (error, stdout) =>
      resolve((error as NodeJS.ErrnoException | null)?.code === 'ENOENT' ? 'absent' : error ? Buffer.alloc(0) : stdout),
    );
  });
