/** Makes a tree of what the rows say: idle, or parked until a person says go on, with its open questions and its commands. */

import { sessionGrant } from '../core/decide.ts';
import { callActor, commandActor, effectKey, type SessionId, wakeActor } from '../core/ids.ts';
import { type Resting, resting } from '../core/rebuild.ts';
import { type Draft, draft, type Row } from '../core/rows.ts';
import type { CallContext } from './call-steps.ts';
import { type Deadline, emptyTree, type OpenEffect, type Snapshot, type Tree } from './drive.ts';
import { machines } from './machines.ts';
import type { SessionContext } from './session.ts';

/** Whether every snapshot is of the machines this build has. */
export const isCurrent = (tree: Tree) =>
  Object.values(tree.actors).every(({ machine, version }) => machines[machine]?.version === version);

/** The tree, and the rows that tell what became of the calls nobody can answer for. An event `restored` has to follow. */
export function restoredTree(session: SessionId, rows: readonly Row[]): { tree: Tree; rows: Draft[] } {
  const state = resting(rows);
  const questions = state.calls.filter(({ question }) => question?.kind === 'command');
  const lost = state.calls.filter((call) => !questions.includes(call));
  const commands = new Map(state.commands.map(({ n, read }) => [n, read]));
  const actors: Record<string, Snapshot> = {
    [session]: snapshot('session', sessionValue(state, questions.length), sessionContext(session, state, commands)),
  };
  const open: Record<string, OpenEffect> = {};
  const deadlines: Record<string, Deadline> = {};
  for (const call of questions)
    actors[callActor(session, call.n)] = snapshot('call', 'asking', askingCall(session, state, call));
  for (const n of commands.keys()) {
    const actor = commandActor(session, n);
    actors[actor] = snapshot('command', 'running', { session, n, cwd: state.cwd });
    open[effectKey(actor, 'run', 1)] = { actor, effect: 'command', input: { call: n, cwd: state.cwd }, attempts: 1 };
  }
  for (const { n, until, text } of state.wakes) {
    const actor = wakeActor(session, n);
    actors[actor] = snapshot('wake', 'waiting', { session, n, until, text });
    deadlines[`${actor}#time`] = { actor, at: until, event: { type: 'time' } };
  }
  const tree = { ...emptyTree(session), seq: state.seq, actors, open, deadlines };
  return { tree, rows: [...lost.map(({ n }) => lostOutput(n)), ...parked(state, questions.length)] };
}

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
        }),
      ];

const lostOutput = (call: number): Draft =>
  draft('output', {
    call,
    status: 'unknown',
    text: 'The outcome is unknown: the session was put together again from its log while this call was open. Look before repeating it.',
    tookMs: 0,
  });

const snapshot = (machine: Snapshot['machine'], value: unknown, context: unknown): Snapshot => ({
  machine,
  version: machines[machine].version,
  value,
  context,
});

function sessionContext(session: SessionId, state: Resting, commands: ReadonlyMap<number, number>): SessionContext {
  const { approval, sandbox, unattended } = state.settings;
  const live = [...commands].map(([n, read]) => [n, { read, writes: 0, used: n, left: true, over: false }] as const);
  return {
    session,
    cwd: state.cwd,
    rules: { approval, sandbox, ...(unattended !== undefined && { unattended }) },
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
    calls: state.calls
      .filter(({ question }) => question?.kind === 'command')
      .map(({ n, name }) => ({ n, name, form: 'function', args: '', parallel: true, running: true })),
    pending: state.pending,
    held: true,
    commands: Object.fromEntries(live),
    stopping: null,
  };
}

function askingCall(session: SessionId, state: Resting, { n, question }: Resting['calls'][number]): CallContext {
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
