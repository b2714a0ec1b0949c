/** What a call makes of its arguments and of its effects' outcomes: pure, in the order things happen. */
import { type Decision, decide, type Grant, type Rules } from '../core/decide.ts';
import { interruptedExec, interruptedTool } from '../core/exec-text.ts';
import { callActor, commandActor, effectKey, type SessionId, sessionActor } from '../core/ids.ts';
import { interceptPatch } from '../core/patch-intercept.ts';
import { type CallStatus, draft, type ExecHead } from '../core/rows.ts';
import { isOffered, type PlanStep, parse, type ToolUse, unsupported } from '../core/tools.ts';
import { arm, cancel, type Done, mail, record, spawn, start } from './asks.ts';
import type { CallEvent } from './call.ts';
import type { Outcome, PlannedFile, PreparedPatch, Watched } from './effects.ts';

export interface CallInput {
  readonly session: SessionId;
  readonly n: number;
  readonly name: string;
  readonly form: 'function' | 'custom';
  readonly args: string;
  readonly cwd: string;
  readonly at: number;
  readonly rules: Rules;
  /** The session's optional tools. */
  readonly tools: readonly string[];
  /** For write_stdin: the live command it means, bytes of it already read, and the number of this write. */
  readonly command?: { readonly n: number; readonly read: number; readonly write?: number };
}

/** What to do next; kept small, because every snapshot carries it. The arguments stay in the call's row. */
type Next =
  | { readonly do: 'end'; readonly status: CallStatus; readonly text: string; readonly plan?: readonly PlanStep[] }
  | { readonly do: Work }
  | { readonly do: 'prepare'; readonly rules: Rules }
  | {
      readonly do: 'ask';
      readonly decision: Extract<Decision, { decision: 'ask' }>;
      readonly onYes: 'command' | 'apply';
    };
type Work = 'read' | 'command' | 'watch' | 'apply';

export interface CallContext {
  readonly session: SessionId;
  readonly n: number;
  readonly cwd: string;
  readonly startedAt: number;
  readonly next: Next;
  /** A prepared patch's files, until it is applied. */
  readonly files?: readonly PlannedFile[];
  readonly command?: NonNullable<CallInput['command']>;
  /** An exec call is interrupted in words of its own, and leaves its command running. */
  readonly exec: boolean;
}

/** What the session hears when a call is over. */
export interface CallEnd {
  readonly n: number;
  /** The command it started or wrote to, how far its output was told, and whether its end was. */
  readonly exec?: { readonly command: number; readonly to: number; readonly exited: boolean };
  /** The person declined and wants to say what to do instead. */
  readonly abort?: boolean;
}

type Stepped = Done<CallContext>;
type Of<Type extends CallEvent['type']> = Extract<CallEvent, { readonly type: Type }>;

/** How long a stopping call waits for its effect to end by itself. */
const stopMs = 2000;

export const workKey = ({ session, n }: CallContext) => effectKey(callActor(session, n), 'work', 1);
export const prepareKey = ({ session, n }: CallContext) => effectKey(callActor(session, n), 'prepare', 1);

export function assess(input: CallInput): CallContext {
  const { session, n, name, form, args, cwd, at } = input;
  const parsed = isOffered(name, input.tools)
    ? parse(name, form, args)
    : { ok: false as const, why: unsupported(name, form) };
  const next: Next = parsed.ok ? judge(parsed.use, input) : { do: 'end', status: 'failed', text: parsed.why };
  const shell = parsed.ok && (parsed.use.name === 'exec_command' || parsed.use.name === 'write_stdin');
  const exec = shell && next.do !== 'prepare';
  return { session, n, cwd, startedAt: at, next, exec, ...(input.command && { command: input.command }) };
}

function judge(use: ToolUse, input: CallInput): Next {
  switch (use.name) {
    case 'update_plan':
      return { do: 'end', status: 'done', text: 'Plan updated', plan: use.plan };
    case 'read_file':
    case 'list_dir':
    case 'grep_files':
      return { do: 'read' };
    case 'apply_patch':
    case 'write_file':
      return { do: 'prepare', rules: input.rules };
    case 'write_stdin':
      if (input.command) return { do: 'watch' };
      return { do: 'end', status: 'failed', text: `write_stdin failed: Unknown process id ${use.session}` };
    case 'exec_command': {
      const { cmd, workdir, shell, justification } = use;
      const patch = interceptPatch(cmd);
      if (patch?.kind === 'refused') return { do: 'end', status: 'failed', text: patch.why };
      if (patch) return { do: 'prepare', rules: input.rules };
      const cwd = workdir ?? input.cwd;
      return afterDecision(
        decide(
          { kind: 'command', cmd, cwd, ...(shell && { shell }), ...(justification && { justification }) },
          input.rules,
        ),
        'command',
      );
    }
  }
}

function afterDecision(decision: Decision, onYes: 'command' | 'apply'): Next {
  if (decision.decision === 'run') return { do: onYes };
  if (decision.decision === 'ask') return { do: 'ask', decision, onYes };
  return {
    do: 'end',
    status: 'declined',
    text: `${onYes === 'command' ? 'exec_command failed' : 'patch rejected'}: ${decision.why}`,
  };
}

/** Only a patch needs the world before it can be judged: real paths, hashes and the diff. */
export const prepare = (context: CallContext): Stepped => ({
  asks: [start(prepareKey(context), 'prepare', { call: context.n, cwd: context.cwd })],
});

export function prepared(context: CallContext, { outcome }: Of<'settled'>): Stepped {
  if (outcome.kind !== 'done') return { context: { next: { do: 'end', ...unfinished(outcome) } } };
  const { writes, changes, files } = outcome.value as PreparedPatch;
  const rules = context.next.do === 'prepare' ? context.next.rules : never(context);
  const decision = decide({ kind: 'patch', writes, changes, cwd: context.cwd }, rules);
  return {
    asks: [record(draft('patch', { call: context.n, changes }))],
    context: { files, next: afterDecision(decision, 'apply') },
  };
}

const never = (context: CallContext): never => {
  throw new Error(`call ${context.n} cannot do that while it means to ${context.next.do}`);
};

export function ask(context: CallContext): Stepped {
  const { next } = context;
  return next.do === 'ask'
    ? { asks: [record(draft('asked', { call: context.n, question: next.decision.question }))] }
    : {};
}

export function allowed(context: CallContext, event: Of<'decided'>): Stepped {
  const { next } = context;
  if (next.do !== 'ask') return never(context);
  const grant: Grant | undefined = event.choice === 'once' ? undefined : next.decision.grant;
  return {
    asks: [
      answered(context, event),
      ...(grant ? [mail(sessionActor(context.session), { type: 'granted', grant })] : []),
    ],
    context: { next: { do: next.onYes } },
  };
}

export function refused(context: CallContext, event: Of<'decided'>): Stepped {
  const words = context.exec ? 'exec_command failed: rejected by user' : 'patch rejected by user';
  const text = event.text ? `${words}: ${event.text}` : words;
  const end = finish(context, event.at, { status: 'declined', text, ...(event.choice === 'abort' && { abort: true }) });
  return { asks: [answered(context, event), ...end] };
}

function answered({ n }: CallContext, { choice, text, by, key }: Of<'decided'>) {
  return record(draft('answered', { call: n, choice, ...(text && { text }), ...(by && { by }), ...(key && { key }) }));
}

/** Starts what was decided. A command is an actor of its own, because it may outlive its call. */
export function work(context: CallContext): Stepped {
  const { n: call, cwd, session } = context;
  const key = workKey(context);
  switch (context.next.do) {
    case 'read':
      return { asks: [start(key, 'read', { call, cwd })] };
    case 'apply':
      return { asks: [start(key, 'apply', { call, cwd, files: context.files ?? [] })] };
    case 'command':
      return {
        asks: [
          spawn(commandActor(session, call), 'command', { session, n: call, cwd }),
          start(key, 'watch', { call, command: call, from: 0 }),
        ],
      };
    case 'watch': {
      const { n, read, write } = context.command ?? never(context);
      return { asks: [start(key, 'watch', { call, command: n, from: read, ...(write && { write }) })] };
    }
    default:
      return never(context);
  }
}

export const worked = (context: CallContext, { at, outcome }: Of<'settled'>): Stepped => ({
  asks: finish(context, at, ending(context, outcome)),
});

/** The effect is asked to end; what it says then is still its true ending. */
export const stop = (context: CallContext): Stepped => ({
  asks: [
    cancel(context.next.do === 'prepare' ? prepareKey(context) : workKey(context)),
    arm('stop', { after: stopMs }, { type: 'overdue' }),
  ],
});

/** A patch that was applied all the same says so; everything else was aborted. */
export function stopped(context: CallContext, event: Of<'settled' | 'stop'>): Stepped {
  const outcome = event.type === 'settled' ? event.outcome : undefined;
  const happened = outcome?.kind === 'unknown' || (outcome?.kind === 'done' && context.next.do === 'apply');
  const end = outcome && happened ? ending(context, outcome) : aborted(context, event.at);
  return { asks: finish(context, event.at, end) };
}

export function overdue(context: CallContext, { at }: Of<'overdue'>): Stepped {
  if (context.next.do !== 'apply') return { asks: finish(context, at, aborted(context, at)) };
  return {
    asks: finish(context, at, unfinished({ kind: 'unknown', why: `it did not stop within ${stopMs / 1000} s` })),
  };
}

/** A call that needs no effect: refused, unknown, badly called, or a plan. */
export function end(context: CallContext): Stepped {
  const { next, n, startedAt } = context;
  if (next.do !== 'end') return never(context);
  const { status, text, plan } = next;
  return {
    asks: [
      ...(plan ? [record(draft('plan', { call: n, items: plan }))] : []),
      ...finish(context, startedAt, { status, text }),
    ],
  };
}

interface Ending {
  readonly status: CallStatus;
  readonly text: string;
  readonly exec?: ExecHead;
  /** How far the model has seen the command's output, and whether there is nothing more to see; absent without a command. */
  readonly seen?: { readonly to: number; readonly exited: boolean };
  readonly abort?: boolean;
}

/** The output row and the word to the session: how every call ends. */
function finish(context: CallContext, at: number, { status, text, exec, seen, abort }: Ending) {
  const { n: call, startedAt } = context;
  const command = context.command?.n ?? call;
  const ended: CallEnd = { n: call, ...(seen && { exec: { command, ...seen } }), ...(abort && { abort }) };
  const left = seen && !seen.exited && !exec ? { command, read: seen.to } : undefined;
  const output = { call, status, text, tookMs: at - startedAt, ...(exec && { exec }), ...(left && { left }) };
  return [record(draft('output', output)), mail(sessionActor(context.session), { type: 'call.ended', ...ended })];
}

function ending(context: CallContext, outcome: Outcome): Ending {
  if (outcome.kind !== 'done') return context.exec ? unwatched(context, outcome) : unfinished(outcome);
  if (context.exec) {
    const { text, head } = outcome.value as Watched;
    const seen = { to: head.read, exited: head.code !== undefined };
    return { status: head.code ? 'failed' : 'done', text, exec: head, seen };
  }
  const { text, ok } = outcome.value as { text: string; ok: boolean };
  return { status: ok ? 'done' : 'failed', text };
}

/** A command that could not be begun, or whose end nobody knows, is over; one that was not written to goes on. */
function unwatched(context: CallContext, outcome: Exclude<Outcome, { kind: 'done' }>): Ending {
  const { status, text } = unfinished(outcome);
  const began = context.command === undefined;
  const tool = began ? 'exec_command failed: ' : 'write_stdin failed: ';
  return {
    status,
    text: status === 'failed' && !text.startsWith(tool) ? tool + text : text,
    seen: { to: context.command?.read ?? 0, exited: status === 'unknown' || (began && status === 'failed') },
  };
}

/** What the model and the person read of an effect that did not come to its own end. */
function unfinished(outcome: Exclude<Outcome, { kind: 'done' }>): { status: CallStatus; text: string } {
  switch (outcome.kind) {
    case 'failed':
    case 'parked':
      return { status: 'failed', text: outcome.why };
    case 'unknown':
      return {
        status: 'unknown',
        text: `The outcome is unknown: ${outcome.why}. It may have happened in part or in whole: look before repeating it.`,
      };
    default:
      return { status: 'interrupted', text: 'aborted' };
  }
}

/** What was read of a command until then is not told, so that the next look at it begins where the last one ended. */
function aborted(context: CallContext, at: number): Ending {
  const wallMs = at - context.startedAt;
  if (!context.exec) return { status: 'interrupted', text: interruptedTool(wallMs) };
  const began = context.next.do === 'command' || context.next.do === 'watch';
  const seen = { to: context.command?.read ?? 0, exited: false };
  return { status: 'interrupted', text: interruptedExec(wallMs), ...(began && { seen }) };
}
