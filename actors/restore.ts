/** Makes a tree of what the rows say: idle, or parked until a person says go on, with its open questions and its commands. */
import { sessionGrant } from '../core/decide.ts';
import {
  type ActorId,
  callActor,
  commandActor,
  commandSession,
  type EffectKey,
  effectKey,
  type SessionId,
  sessionActor,
  wakeActor,
} from '../core/ids.ts';
import { type OpenCall, type Resting, resting } from '../core/rebuild.ts';
import { type Draft, draft, type Row } from '../core/rows.ts';
import type { CallContext } from './call-steps.ts';
import type { CommandContext } from './command.ts';
import type { Machines } from './drive.ts';
import { machines } from './machines.ts';
import type { SessionContext } from './session.ts';
import { type Deadline, emptyTree, type OpenEffect, type Snapshot, type Tree } from './tree.ts';

/** A tree, and the rows that tell what became of what nobody can answer for. An event `restored` has to follow. */
export interface Restored {
  readonly tree: Tree;
  readonly rows: readonly Draft[];
}

/** Whether every snapshot is of these machines. */
export const isCurrent = (tree: Tree, current: Machines = machines) =>
  Object.values(tree.actors).every(({ machine, version }) => current[machine]?.version === version);

/**
 * Where a command was begun is not in the rows. With a mark that no holder has, it is adopted if it is held anywhere and
 * settled `unknown` otherwise: it is never begun again.
 */
const lostMark = 'rebuilt';

/** The session as it can go on: what nobody holds any more is answered, what may still run is looked for. */
export function restoredTree(session: SessionId, rows: readonly Row[]): Restored {
  const state = resting(rows);
  const questions = state.calls.filter(({ question }) => question?.kind === 'command');
  const lost = state.calls.filter((call) => !questions.includes(call));
  const commands = new Map(state.commands.map(({ n, read }) => [n, read]));
  for (const { n, runs } of lost) if (runs) commands.set(n, 0);
  const actors: Record<ActorId, Snapshot> = {
    [sessionActor(session)]: snapshot(
      'session',
      sessionValue(state, questions.length),
      sessionContext(session, state, questions, commands),
    ),
  };
  const open: Record<EffectKey, OpenEffect> = {};
  const deadlines: Record<string, Deadline> = {};
  for (const call of questions)
    actors[callActor(session, call.n)] = snapshot('call', 'asking', askingCall(session, state, call));
  for (const n of commands.keys()) {
    const actor = commandActor(session, n);
    const context: CommandContext = { session, n, cwd: state.cwd, kills: state.seq };
    actors[actor] = snapshot('command', 'running', context);
    const input = { call: n, cwd: state.cwd };
    open[effectKey(actor, 'run', 1)] = { actor, effect: 'command', input, attempts: 1, mark: lostMark };
  }
  for (const { n, until, text } of state.wakes) {
    const actor = wakeActor(session, n);
    actors[actor] = snapshot('wake', 'waiting', { session, n, until, text });
    deadlines[`${actor}#time`] = { actor, at: until, event: { type: 'time' } };
  }
  const tree = { ...emptyTree(session), seq: state.seq, actors, open, deadlines };
  return { tree, rows: [...lost.map(lostOutput), ...parked(state, questions.length)] };
}

/** A fork takes the conversation and nothing that runs, waits or rings: all that belongs to its source. */
export function forkedTree(session: SessionId, rows: readonly Row[], at: number): Restored {
  const state = resting(rows);
  const why = 'it belongs to the session this one was forked from';
  const closing: Draft[] = [
    ...state.calls.map(({ n }) =>
      draft('output', { call: n, status: 'interrupted', text: `aborted: ${why}`, tookMs: 0 }),
    ),
    ...state.commands.map(({ n }) => draft('command.ended', { command: n, why })),
    ...state.wakes.map(({ n }) => draft('woke', { n, cancelled: true })),
    ...state.pending.map(({ n, text }) => draft('unqueued', { n, why: 'deleted', text })),
    ...(state.openSince === null ? [] : [turnEnded(state, at)]),
  ];
  const closed = closing.map((row, index) => ({ seq: state.seq + index + 1, at, ...row }) as Row);
  const after = { ...resting([...rows, ...closed]), stopped: false };
  const context = sessionContext(session, after, [], new Map());
  const actors = { [sessionActor(session)]: snapshot('session', 'idle', { ...context, held: false }) };
  return { tree: { ...emptyTree(session), seq: state.seq, actors }, rows: closing };
}

const turnEnded = ({ turn, openSince }: Resting, at: number): Draft =>
  draft('turn.ended', { turn, status: 'interrupted', tookMs: Math.max(0, at - (openSince ?? at)), by: 'fork' });

function sessionValue(state: Resting, questions: number): unknown {
  if (state.stopped) return 'stopped';
  if (state.openSince === null) return 'idle';
  return { turn: questions > 0 ? 'acting' : 'parked' };
}

const parked = (state: Resting, questions: number): Draft[] =>
  state.openSince === null || state.stopped || questions > 0
    ? []
    : [
        draft('turn.parked', {
          turn: state.turn,
          why: 'interrupted: continue?',
          fix: 'say something, or: tcx say . "go on"',
          person: true,
        }),
      ];

function lostOutput({ n, runs }: OpenCall): Draft {
  const what = 'The outcome is unknown: the session was put together again from its log while this call was open.';
  const look = runs
    ? ` If its command still runs, it has session ID ${commandSession(n)}: look at it with write_stdin before repeating it.`
    : ' Look before repeating it.';
  const left = runs ? { left: { command: n, read: 0 } } : {};
  return draft('output', { call: n, status: 'unknown', text: what + look, tookMs: 0, ...left });
}

const snapshot = (machine: Snapshot['machine'], value: unknown, context: unknown): Snapshot => ({
  machine,
  version: machines[machine].version,
  value,
  context,
});

function sessionContext(
  session: SessionId,
  state: Resting,
  questions: readonly OpenCall[],
  commands: ReadonlyMap<number, number>,
): SessionContext {
  const { approval, sandbox, unattended, tools } = state.settings;
  const live = [...commands].map(([n, read]) => [n, { read, writes: 0, used: n, left: true, over: false }] as const);
  return {
    session,
    cwd: state.cwd,
    rules: { approval, sandbox, ...(unattended !== undefined && { unattended }) },
    tools,
    grants: state.grants,
    parts: {},
    turn: state.turn,
    startedAt: state.openSince ?? 0,
    step: state.step,
    // Every request so far came with a row, so the newest seq is a number no request has had.
    model: state.seq,
    lastCall: state.lastCall,
    lastQueued: state.lastQueued,
    lastWake: state.lastWake,
    wakes: state.wakes.map(({ n }) => n),
    calls: questions.map(({ n, name }) => ({ n, name, form: 'function', args: '', parallel: true, running: true })),
    pending: state.pending,
    held: true,
    commands: Object.fromEntries(live),
    stopping: null,
  };
}

function askingCall(session: SessionId, state: Resting, { n, question }: OpenCall): CallContext {
  const grant = sessionGrant(question!);
  return {
    session,
    n,
    cwd: state.cwd,
    startedAt: state.openSince ?? 0,
    exec: true,
    next: { do: 'ask', decision: { decision: 'ask', question: question!, ...(grant && { grant }) }, onYes: 'command' },
  };
}
