/** Tokens from a provider's own `auth` command: run when one is wanted, kept for its interval, run anew after a 401. */
import type { ChildProcess, spawn } from 'node:child_process';
import type { AuthCommand } from '../../core/providers.ts';

export type Token = { readonly ok: true; readonly token: string } | { readonly ok: false; readonly why: string };

export interface TokenAsk {
  /** The provider's id. */
  readonly id: string;
  readonly auth: AuthCommand;
  readonly environment: Readonly<Record<string, string>>;
  /** A token that the server did not take. */
  readonly rejected?: string;
}

export interface TokenDeps {
  readonly spawn: typeof spawn;
  /** ms since 1970. */
  readonly now: () => number;
  readonly userHome: string;
}

interface Entry {
  readonly at: number;
  readonly token: Promise<Token>;
}

/** Commands remembered at once; each provider of each environment is one. */
const maxEntries = 64;
const maxOutputBytes = 65_536;
const maxComplaint = 200;

/** Askers of the same token share one run. A failed run is not remembered. */
export function createTokens(deps: TokenDeps): (ask: TokenAsk) => Promise<Token> {
  const entries = new Map<string, Entry>();

  const holds = async ({ at, token }: Entry, { auth, rejected }: TokenAsk): Promise<boolean> => {
    const age = deps.now() - at;
    const fresh = auth.refresh_interval_ms === 0 || (age >= 0 && age < auth.refresh_interval_ms);
    const known = await token;
    return fresh && known.ok && known.token !== rejected;
  };

  return async (ask) => {
    const key = JSON.stringify([ask.id, ask.auth, ask.environment]);
    const known = entries.get(key);
    if (known && (await holds(known, ask))) return known.token;
    // While this one waited, another may have begun the run that both want.
    const newer = entries.get(key);
    if (newer && newer !== known) return newer.token;
    const entry = { at: deps.now(), token: run(ask, deps) };
    entries.delete(key);
    entries.set(key, entry);
    if (entries.size > maxEntries) entries.delete(entries.keys().next().value!);
    return entry.token;
  };
}

async function run({ id, auth, environment }: TokenAsk, { spawn, userHome }: TokenDeps): Promise<Token> {
  const refuse = (what: string): Token => ({ ok: false, why: `the auth command of provider "${id}" ${what}` });
  const child = spawn(auth.command, auth.args, {
    cwd: auth.cwd ?? userHome,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const end = await ended(child, auth.timeout_ms);
  switch (end.kind) {
    case 'failed':
      return refuse(`cannot be started: ${end.why}`);
    case 'timed out':
      return refuse(`did not end within ${auth.timeout_ms} ms`);
    case 'too much':
      return refuse(`printed more than ${maxOutputBytes} bytes`);
    case 'exited':
      return end.code === 0 ? readToken(end.stdout, refuse) : refuse(`${exitOf(end)}${complaint(end.stderr)}`);
  }
}

type Exit = {
  readonly kind: 'exited';
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
};
type End = Exit | { readonly kind: 'failed'; readonly why: string } | { readonly kind: 'timed out' | 'too much' };

/** The whole process group goes when its time is over or it says too much. */
function ended(child: ChildProcess, timeoutMs: number): Promise<End> {
  return new Promise((settle) => {
    const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    let bytes = 0;
    const finish = (end: End) => {
      clearTimeout(timer);
      if (end.kind === 'timed out' || end.kind === 'too much') killGroup(child);
      settle(end);
    };
    const timer = setTimeout(() => finish({ kind: 'timed out' }), timeoutMs);
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxOutputBytes) finish({ kind: 'too much' });
        else output[name].push(chunk);
      });
    }
    child.on('error', (error) => finish({ kind: 'failed', why: error.message }));
    child.on('close', (code, signal) =>
      finish({
        kind: 'exited',
        code,
        signal,
        stdout: Buffer.concat(output.stdout),
        stderr: Buffer.concat(output.stderr),
      }),
    );
  });
}

function killGroup(child: ChildProcess): void {
  child.stdout?.destroy();
  child.stderr?.destroy();
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It was gone already.
  }
}

function readToken(stdout: Buffer, refuse: (what: string) => Token): Token {
  let token: string;
  try {
    token = new TextDecoder('utf-8', { fatal: true }).decode(stdout).trim();
  } catch {
    return refuse('printed something that is not UTF-8');
  }
  return token ? { ok: true, token } : refuse('printed nothing');
}

const exitOf = ({ code, signal }: Exit) => (signal ? `was ended by ${signal}` : `ended with code ${code}`);

/** The last line it complained with. */
function complaint(stderr: Buffer): string {
  const line = stderr.toString('utf8').trim().split('\n').at(-1) ?? '';
  return line && `: ${line.slice(0, maxComplaint)}`;
}
