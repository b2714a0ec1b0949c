/** The calls of one answer: which may run together, and what each leaves behind. Pure helpers of the session's machine. */
import { commandOfSession } from '../core/ids.ts';
import { type Draft, draft } from '../core/rows.ts';
import { isParallel, parse } from '../core/tools.ts';
import type { CallEnd, CallInput } from './call-steps.ts';
import type { ModelAnswer } from './effects.ts';
import type { SessionContext } from './session.ts';

/** A call that is not over. `args` is kept only until it runs; `target` is the command a running write_stdin uses. */
export interface TurnCall {
  readonly n: number;
  readonly name: string;
  readonly form: 'function' | 'custom';
  readonly args: string;
  readonly parallel: boolean;
  readonly running: boolean;
  readonly target?: number;
}

/** A live command by the number of the call that began it. */
export interface LiveCommand {
  /** Bytes of its output that the model has seen, and how many writes it was sent. */
  readonly read: number;
  readonly writes: number;
  /** The newest use, counted over the session; the least recently used makes room. */
  readonly used: number;
  /** Its call ended while it ran: it is a background command, and its end is a row. */
  readonly left: boolean;
  /** The process is gone, its last output is not yet told. */
  readonly over: boolean;
  /** How it ended, when it is over: an exit code, or why nobody knows one. */
  readonly end?: CommandEnding;
}
export interface CommandEnding {
  readonly code?: number;
  readonly why?: string;
}
export type Commands = Readonly<Record<number, LiveCommand>>;

/**
 * Calls of one answer that are run. Each may cause half a dozen mails in one step, which has to come to rest (`drive.ts`);
 * a model that makes more is told which were left out, and can make them again.
 */
export const callLimit = 128;

/** tools.md §3.4: live commands a session, and how many of the newest are never evicted. */
const commandLimit = 64;
const keptNewest = 8;

/** The answer's rows, the calls of it to run, and the number of its last one. */
export function answerRows(
  context: SessionContext,
  answer: ModelAnswer,
): { rows: Draft[]; calls: TurnCall[]; lastCall: number } {
  const { turn, step } = context;
  const calls: TurnCall[] = [];
  const over: Draft[] = [];
  let n = context.lastCall;
  const rows = answer.items.map((item): Draft => {
    if (item.kind === 'reasoning') {
      return draft('reasoning', { turn, step, text: item.text, ...(item.raw && { raw: item.raw }) });
    }
    if (item.kind === 'assistant') {
      const { text, phase, raw } = item;
      return draft('assistant', { turn, step, text, ...(phase && { phase }), ...(raw && { raw }) });
    }
    const { name, form, args, ref } = item;
    n++;
    if (calls.length === callLimit) over.push(notRun(n));
    else calls.push({ n, name, form, args, parallel: isParallel(name), running: false });
    return draft('call', { turn, step, call: n, name, form, args, ref });
  });
  const notes = (answer.notes ?? []).map((text) => draft('note', { level: 'warning', text }));
  const usage = draft('usage', { turn, step, model: answer.model, usage: answer.usage });
  return { rows: [...rows, usage, ...notes, ...over], calls, lastCall: n };
}

const notRun = (call: number): Draft =>
  draft('output', {
    call,
    status: 'failed',
    text: `not run: one answer may make ${callLimit} calls, and this one came after them; make it again if it is still needed`,
    tookMs: 0,
  });

/**
 * A lock per turn, fair in the order of the calls: parallel ones share it, an exclusive one waits for all before it and
 * holds back all after it (tools.md §1.5). Two calls on one command wait for each other too.
 */
export function startable(
  context: SessionContext,
  at: number,
): { inputs: CallInput[]; calls: TurnCall[]; commands: Commands } {
  const inputs: CallInput[] = [];
  let commands = context.commands;
  let blocked = false;
  let earlier = 0;
  const busy = new Set(
    context.calls.flatMap(({ running, target }) => (running && target !== undefined ? [target] : [])),
  );
  const calls = context.calls.map((call): TurnCall => {
    const first = earlier++ === 0;
    if (call.running) {
      blocked ||= !call.parallel;
      return call;
    }
    if (blocked || (!call.parallel && !first)) {
      blocked = true;
      return call;
    }
    const write = call.name === 'write_stdin' ? target(call, commands) : undefined;
    if (write && busy.has(write.n)) {
      blocked = true;
      return call;
    }
    if (write) {
      busy.add(write.n);
      commands = { ...commands, [write.n]: { ...commands[write.n]!, writes: write.writes, used: context.lastCall } };
    }
    blocked ||= !call.parallel;
    inputs.push(input(context, call, at, write));
    return { ...call, args: '', running: true, ...(write && { target: write.n }) };
  });
  return { inputs, calls, commands };
}

interface Write {
  readonly n: number;
  readonly read: number;
  readonly writes: number;
  readonly writing: boolean;
}

function target(call: TurnCall, commands: Commands): Write | undefined {
  const parsed = parse(call.name, call.form, call.args);
  if (!parsed.ok || parsed.use.name !== 'write_stdin') return undefined;
  const n = commandOfSession(parsed.use.session);
  const command = commands[n];
  if (!command) return undefined;
  const writing = parsed.use.chars !== '';
  return { n, read: command.read, writes: command.writes + (writing ? 1 : 0), writing };
}

function input(context: SessionContext, call: TurnCall, at: number, write: Write | undefined): CallInput {
  const { session, cwd, rules, grants, tools } = context;
  const { n, name, form, args } = call;
  return {
    session,
    n,
    name,
    form,
    args,
    cwd,
    at,
    rules: { ...rules, grants },
    tools,
    ...(write && { command: { n: write.n, read: write.read, ...(write.writing && { write: write.writes }) } }),
  };
}

/** A command began: it is counted, and the least useful of those before it makes room when there are too many. */
export function numbered(commands: Commands, n: number, used: number): { commands: Commands; evict?: number } {
  const next = { ...commands, [n]: { read: 0, writes: 0, used, left: false, over: false } };
  const before = Object.entries(commands).map(([key, command]) => ({ n: Number(key), ...command }));
  if (before.length < commandLimit) return { commands: next };
  const oldest = before.sort((a, b) => a.used - b.used || a.n - b.n).slice(0, -keptNewest);
  const evict = (oldest.find(({ over }) => over) ?? oldest[0]!).n;
  const { [evict]: _, ...kept } = next;
  return { commands: kept, evict };
}

/** What a call's end means for the session: what is left, and the command that nobody needs any more. */
export function afterCall(
  context: SessionContext,
  end: CallEnd,
): { rows: Draft[]; calls: TurnCall[]; commands: Commands; release: number[] } {
  const calls = context.calls.filter(({ n }) => n !== end.n);
  const { exec } = end;
  const command = exec && context.commands[exec.command];
  if (!exec || !command) return { rows: [], calls, commands: context.commands, release: [] };
  if (exec.exited) {
    const { [exec.command]: _, ...commands } = context.commands;
    return { rows: [], calls, commands, release: [exec.command] };
  }
  const over = command.over && !command.left;
  return {
    rows: over ? [commandEnded(exec.command, command.end)] : [],
    calls,
    commands: { ...context.commands, [exec.command]: { ...command, read: exec.to, left: true } },
    release: [],
  };
}

export const commandEnded = (command: number, end: CommandEnding = {}): Draft =>
  draft('command.ended', { command, ...end });
