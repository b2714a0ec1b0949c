/** The effects `command`, `watch` and `kill`: a process in the holder from start to exit, and looks at what it says. */
import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import type { Outcome, ValueOf } from '../../actors/effects.ts';
import { commandActor, commandSession, type EffectKey, effectKey, type SessionId } from '../../core/ids.ts';
import type { ExecHead } from '../../core/rows.ts';
import type { ToolUse } from '../../core/tools.ts';
import { byteLength, type CutPolicy, callBudget, cutForHistory, cutOutput, tokensOf } from '../../core/truncate.ts';
import type { Effect, EffectIo } from '../effect.ts';
import { HeadTail } from '../head-tail.ts';
import type { Holder } from '../holder/client.ts';
import type { CommandEnd } from '../holder/dead.ts';
import { isRefused, type RunSpec } from '../holder/protocol.ts';

/** What an effect is told of the call it works for. */
export interface CallFacts {
  readonly use: ToolUse;
  readonly env: Readonly<Record<string, string>>;
  readonly shell: string;
  readonly umask: number;
  readonly policy: CutPolicy;
  readonly spoolBytes: number;
  readonly allowLogin: boolean;
}

export interface CommandDeps {
  readonly holder: () => Holder;
  readonly facts: (session: SessionId, call: number) => Promise<CallFacts>;
  /** What adopting said of a command that was open when the daemon started; each is told once. */
  readonly adopted: (
    key: EffectKey,
  ) => { readonly do: 'adopt' | 'start' } | { readonly do: 'settle'; readonly end: CommandEnd } | undefined;
  readonly chunkId: () => string;
  readonly uptime: () => number;
  /** A command with a terminal is there. */
  readonly terminal: (command: string, session: SessionId, pid: number) => void;
}

/** tools.md §3.4: bytes of one result before it is cut for the model, and what viewers are shown of it live. */
const captureBytes = 1024 * 1024;
const liveChunkBytes = 8 * 1024;
const liveChunks = 10_000;
const ptySize = { cols: 80, rows: 24 };
const termMs = 2000;
/** After something was typed, what it causes is waited for this long at least. */
const afterWriteMs = 100;
const interruptChar = '\u0003';

const runKey = (session: SessionId, command: number) => effectKey(commandActor(session, command), 'run', 1);

export function createCommandEffects(deps: CommandDeps) {
  /** Commands that are about to be given to the holder: whoever watches one waits until it is there. */
  const starting = new Map<EffectKey, Promise<unknown>>();

  const command: Effect<'command'> = async ({ call, cwd }, io) => {
    const before = io.attempt > 1 ? deps.adopted(io.key) : undefined;
    if (before?.do === 'settle') return ended(before.end);
    const running = begin(call, cwd, io);
    starting.set(
      io.key,
      running.catch(() => {}),
    );
    try {
      const refused = await running;
      if (refused) return refused;
    } finally {
      starting.delete(io.key);
    }
    return ended(await endOf(deps.holder(), io.key, io.signal));
  };

  async function begin(call: number, cwd: string, { key, session }: EffectIo): Promise<Outcome<never> | undefined> {
    const facts = await deps.facts(session, call);
    if (facts.use.name !== 'exec_command') return { kind: 'failed', why: `call ${call} is no command` };
    const ran = await deps.holder().run(specOf(key, facts.use, facts, cwd));
    if (isRefused(ran)) return { kind: 'failed', why: ran.why };
    if (facts.use.tty && !ran.end) deps.terminal(commandActor(session, call), session, ran.pid);
    return undefined;
  }

  const watch: Effect<'watch'> = async ({ call, command: n, from, write }, io) => {
    const { use, policy } = await deps.facts(io.session, call);
    if (use.name !== 'exec_command' && use.name !== 'write_stdin')
      return { kind: 'failed', why: `call ${call} watches nothing` };
    const key = runKey(io.session, n);
    await starting.get(key);
    const started = deps.uptime();
    if (write !== undefined && use.name === 'write_stdin') {
      const refused = await type(deps, key, write, use.chars, (await deps.facts(io.session, n)).use);
      if (refused) return { kind: 'failed', why: refused };
    }
    const least = write === undefined ? 0 : afterWriteMs;
    const seen = await look(deps.holder(), key, from, {
      yieldMs: Math.max(use.yieldMs, least),
      io,
      uptime: deps.uptime,
    });
    if (seen.end && seen.end.kind !== 'exited') return ended(seen.end) as Outcome<never>;
    const value = watched(seen, {
      policy,
      maxTokens: use.maxTokens,
      command: n,
      chunk: deps.chunkId(),
      wallMs: deps.uptime() - started,
    });
    return io.signal.aborted && !seen.end ? { kind: 'interrupted', value } : { kind: 'done', value };
  };

  const kill: Effect<'kill'> = async ({ command: n }, io) => {
    const key = runKey(io.session, n);
    const holder = deps.holder();
    await starting.get(key);
    await holder.signal(key, 'SIGTERM');
    const timer = setTimeout(() => void holder.signal(key, 'SIGKILL'), termMs);
    await endOf(holder, key, io.signal);
    clearTimeout(timer);
    return { kind: 'done', value: null };
  };

  return { command, watch, kill };
}

function ended(end: CommandEnd): Outcome<ValueOf<'command'>> {
  switch (end.kind) {
    case 'exited':
      return { kind: 'done', value: { code: end.code } };
    case 'failed':
      return { kind: 'failed', why: end.why };
    case 'unknown':
      return { kind: 'unknown', why: end.why };
  }
}

/** Until the command ends; a daemon that stops only looks away. */
function endOf(holder: Holder, key: EffectKey, signal: AbortSignal): Promise<CommandEnd> {
  return new Promise((resolve) => {
    const follow = holder.follow(key, undefined, { output: () => {}, end: resolve });
    signal.addEventListener('abort', () => {
      follow[Symbol.dispose]();
      resolve({ kind: 'unknown', why: 'the daemon looked away' });
    });
  });
}

function specOf(
  key: EffectKey,
  use: Extract<ToolUse, { name: 'exec_command' }>,
  facts: CallFacts,
  cwd: string,
): RunSpec {
  const shell = use.shell && isShell(use.shell) ? use.shell : facts.shell;
  const login = use.login && facts.allowLogin;
  return {
    key,
    file: shell,
    args: [login ? '-lc' : '-c', use.cmd],
    cwd: use.workdir ? resolve(cwd, use.workdir) : cwd,
    env: facts.env,
    umask: facts.umask,
    mode: use.tty ? 'pty' : 'pipes',
    ...(use.tty ? { size: ptySize } : { stdin: 'null' as const }),
    spoolLimit: facts.spoolBytes,
  };
}

/** Only a known shell that is there is taken; anything else falls back to the person's own. */
const isShell = (path: string) => isAbsolute(path) && /\/(?:ba|z|da|k|fi)?sh$/.test(path) && existsSync(path);

/** Undefined when it was typed; else what the model is told. */
async function type(
  { holder }: CommandDeps,
  key: EffectKey,
  n: number,
  chars: string,
  command: ToolUse,
): Promise<string | undefined> {
  const tty = command.name === 'exec_command' && command.tty;
  if (!tty && chars === interruptChar) {
    await holder().signal(key, 'SIGINT');
    return undefined;
  }
  if (!tty) return 'write_stdin failed: stdin is closed for this session; run the command again with tty=true';
  const answer = await holder().write(key, n, Buffer.from(chars));
  // A command that ended meanwhile shows its end; that is answer enough.
  return isRefused(answer) && answer.refused !== 'ended' ? `write_stdin failed: ${answer.why}` : undefined;
}

interface Seen {
  readonly output: HeadTail;
  readonly to: number;
  readonly end: CommandEnd | undefined;
}

/** Follows the output until the command ends, the time is over, or it is interrupted. */
function look(
  holder: Holder,
  key: EffectKey,
  from: number,
  { yieldMs, io }: { yieldMs: number; io: EffectIo; uptime: () => number },
): Promise<Seen> {
  const output = new HeadTail(captureBytes);
  const show = liveOutput(io);
  let to = from;
  return new Promise((resolve) => {
    const finish = (end: CommandEnd | undefined) => {
      clearTimeout(timer);
      io.signal.removeEventListener('abort', stop);
      follow[Symbol.dispose]();
      resolve({ output, to, end });
    };
    const stop = () => finish(undefined);
    const timer = setTimeout(stop, yieldMs);
    const follow = holder.follow(key, from, {
      output: ({ bytes, next, gap }) => {
        if (gap > 0) output.skip(gap);
        output.push(bytes);
        show(bytes);
        to = next;
      },
      end: finish,
    });
    if (io.signal.aborted) stop();
    else io.signal.addEventListener('abort', stop);
  });
}

/** Chunks of at most 8 KiB, decoded across their borders, and no more of them than anybody could read. */
function liveOutput(io: EffectIo): (bytes: Uint8Array) => void {
  const decoder = new TextDecoder();
  let chunks = 0;
  return (bytes) => {
    for (let at = 0; at < bytes.length && chunks < liveChunks; at += liveChunkBytes, chunks++) {
      io.live({ kind: 'output', text: decoder.decode(bytes.subarray(at, at + liveChunkBytes), { stream: true }) });
    }
  };
}

interface WatchedBy {
  readonly policy: CutPolicy;
  readonly maxTokens: number;
  readonly command: number;
  readonly chunk: string;
  readonly wallMs: number;
}

function watched(
  { output, to, end }: Seen,
  { policy, maxTokens, command, chunk, wallMs }: WatchedBy,
): ValueOf<'watch'> {
  const text = output.bytes().toString('utf8');
  const head: ExecHead = {
    chunk,
    wallMs,
    ...(end?.kind === 'exited' ? { code: end.code } : { session: commandSession(command) }),
    read: to,
    tokens: tokensOf(byteLength(text) + output.omitted),
  };
  return { text: cutForHistory(cutOutput(text, callBudget(maxTokens, policy), output.omitted), policy), head };
}
