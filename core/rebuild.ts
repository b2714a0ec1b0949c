/** Reads off the rows what a session is when nothing in it runs: the one way back when its snapshots cannot be used. */
import { type Grant, sessionGrant } from './decide.ts';
import type { Question, Row } from './rows.ts';
import type { Settings } from './settings.ts';

export interface Resting {
  readonly seq: number;
  readonly cwd: string;
  readonly settings: Settings;
  readonly grants: readonly Grant[];
  readonly turn: number;
  /** When the turn began that has no end; null between turns. */
  readonly openSince: number | null;
  readonly step: number;
  readonly lastCall: number;
  readonly lastQueued: number;
  readonly pending: readonly {
    readonly n: number;
    readonly mode: 'steer' | 'queue';
    readonly text: string;
    readonly by?: string;
    readonly key?: string;
  }[];
  readonly stopped: boolean;
  /** Calls without an output: those that wait for a person keep their question. */
  readonly calls: readonly { readonly n: number; readonly name: string; readonly question?: Question }[];
  /** Background commands by the number of their call, and the bytes of output the model has seen. */
  readonly commands: readonly { readonly n: number; readonly read: number }[];
  readonly lastWake: number;
  readonly wakes: readonly { readonly n: number; readonly until: number; readonly text: string }[];
}

const nothing: Resting = {
  seq: 0,
  cwd: '/',
  settings: { provider: '', model: '', approval: 'on-request', sandbox: 'read-only', tools: [] },
  grants: [],
  turn: 0,
  openSince: null,
  step: 0,
  lastCall: 0,
  lastQueued: 0,
  pending: [],
  stopped: false,
  calls: [],
  commands: [],
  lastWake: 0,
  wakes: [],
};

export function resting(rows: readonly Row[]): Resting {
  let state = nothing;
  for (const row of rows) state = { ...state, ...change(state, row), seq: row.seq };
  return state;
}

function change(state: Resting, row: Row): Partial<Resting> {
  switch (row.kind) {
    case 'created':
      return { cwd: row.body.cwd, settings: row.body.settings };
    case 'settings':
      return { settings: { ...state.settings, ...row.body.settings } };
    case 'turn.started':
      return { turn: row.body.turn, step: 0, openSince: row.at, stopped: false };
    case 'turn.ended':
      return { openSince: null, calls: [] };
    case 'usage':
      return { step: row.body.step };
    case 'queued':
      return { lastQueued: row.body.n, pending: [...state.pending, row.body] };
    case 'unqueued':
      return { pending: state.pending.filter(({ n }) => n !== row.body.n) };
    case 'user':
      return { pending: state.pending.filter(({ n }) => n !== row.body.queued) };
    case 'call':
      return { lastCall: row.body.call, calls: [...state.calls, { n: row.body.call, name: row.body.name }] };
    case 'asked':
      return {
        calls: state.calls.map((call) => (call.n === row.body.call ? { ...call, question: row.body.question } : call)),
      };
    case 'answered':
      return answered(state, row.body.call, row.body.choice);
    case 'output':
      return outputOf(state, row);
    case 'command.ended':
      return { commands: state.commands.filter(({ n }) => n !== row.body.command) };
    case 'stopped':
      return { stopped: true, commands: [] };
    case 'wake':
      return { lastWake: row.body.n, wakes: [...state.wakes, row.body] };
    case 'woke':
      return { wakes: state.wakes.filter(({ n }) => n !== row.body.n) };
    default:
      return {};
  }
}

function answered(state: Resting, n: number, choice: string): Partial<Resting> {
  const question = state.calls.find((call) => call.n === n)?.question;
  const grant = question && (choice === 'session' || choice === 'folder') ? sessionGrant(question) : undefined;
  const calls = state.calls.map((call) => (call.n === n ? { n, name: call.name } : call));
  return { calls, ...(grant && { grants: [...state.grants, grant] }) };
}

/** A result that names a session left its command running; one that names an exit was its last. */
function outputOf(state: Resting, row: Extract<Row, { kind: 'output' }>): Partial<Resting> {
  const { call, exec } = row.body;
  const calls = state.calls.filter(({ n }) => n !== call);
  if (!exec) return { calls };
  const command = exec.session === undefined ? call : exec.session - 1000;
  const others = state.commands.filter(({ n }) => n !== command);
  return { calls, commands: exec.code === undefined ? [...others, { n: command, read: exec.read }] : others };
}
