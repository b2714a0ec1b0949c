/** Words to the clipboard: by a program of this machine, by tmux, or by the terminal itself (OSC 52), which works over ssh too. */

export interface ClipboardDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Runs a program with the text as its input; false when there is no such program, or it failed. */
  readonly pipe: (program: string, args: readonly string[], text: string) => Promise<boolean>;
  readonly write: (text: string) => void;
}

/** Terminals drop longer sequences without a word. */
const oscLimit = 74_000;

type Copied = { readonly ok: true; readonly how: string } | { readonly ok: false; readonly why: string };

export async function copyText(text: string, deps: ClipboardDeps): Promise<Copied> {
  const { env, pipe } = deps;
  if (env.TMUX && (await pipe('tmux', ['load-buffer', '-w', '-'], text))) return { ok: true, how: 'tmux' };
  for (const [program, ...args] of env.SSH_CONNECTION ? [] : programs(env))
    if (await pipe(program!, args, text)) return { ok: true, how: program! };
  const encoded = Buffer.from(text).toString('base64');
  if (encoded.length > oscLimit) return { ok: false, why: 'too long for the terminal’s clipboard' };
  deps.write(osc52(encoded, env.TMUX !== undefined));
  return { ok: true, how: 'the terminal' };
}

function programs(env: ClipboardDeps['env']): readonly (readonly string[])[] {
  if (env.WAYLAND_DISPLAY) return [['wl-copy']];
  if (env.DISPLAY)
    return [
      ['xclip', '-selection', 'clipboard'],
      ['xsel', '--clipboard', '--input'],
    ];
  return env.__CFBundleIdentifier || env.TERM_PROGRAM === 'Apple_Terminal' ? [['pbcopy']] : [];
}

/** tmux hands on what is wrapped for it. */
export function osc52(encoded: string, inTmux: boolean): string {
  const sequence = `\u001b]52;c;${encoded}\u0007`;
  return inTmux ? `\u001bPtmux;${sequence.replaceAll('\u001b', '\u001b\u001b')}\u001b\\` : sequence;
}
