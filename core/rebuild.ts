/** Reads off the rows what a session is when nothing in it runs: the one way back when its snapshots cannot be used. */
import { type Grant, sessionGrant } from './decide.ts';
import { commandOfSession } from './ids.ts';
import { interceptPatch } from './patch-intercept.ts';
import type { Image, Question, Row, RowOf } from './rows.ts';
import type { Settings } from './settings.ts';
import { parse } from './tools.ts';

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
    readonly images?: readonly Image[];
    readonly by?: string;
    readonly key?: string;
  }[];
  readonly stopped: boolean;
  /** Calls without an output: those that wait for a person keep their question. */
  readonly calls: readonly OpenCall[];
  /** Background commands by the number of their call, and the bytes of output the model has seen. */
  readonly commands: readonly { readonly n: number; readonly read: number }[];
  readonly lastWake: number;
  readonly wakes: readonly { readonly n: number; readonly until: number; readonly text: string }[];
}

export interface OpenCall {
  readonly n: number;
  readonly name: string;
  /** The command it is about: its own, or the one a write_stdin names. */
  readonly command: number;
  /** It is a command of its own, which may be running. */
  readonly runs: boolean;
  readonly question?: Question;
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
      return { lastCall: row.body.call, calls: [...state.calls, openCall(row.body)] };
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

function openCall({ call: n, name, form, args }: RowOf<'call'>['body']): OpenCall {
  const parsed = parse(name, form, args);
  const use = parsed.ok ? parsed.use : undefined;
  return {
    n,
    name,
    command: use?.name === 'write_stdin' ? commandOfSession(use.session) : n,
    runs: use?.name === 'exec_command' && interceptPatch(use.cmd) === undefined,
  };
}

function answered(state: Resting, n: number, choice: string): Partial<Resting> {
  const question = state.calls.find((call) => call.n === n)?.question;
  const grant = question && (choice === 'session' || choice === 'folder') ? sessionGrant(question) : undefined;
  const calls = state.calls.map(({ question: asked, ...call }) =>
    call.n === n || !asked ? call : { ...call, question: asked },
  );
  return { calls, ...(grant && { grants: [...state.grants, grant] }) };
}

/** A result with an exit was its command's last; any other, and a call that was aborted, left its command running. */
function outputOf(state: Resting, { body: { call, exec, left } }: RowOf<'output'>): Partial<Resting> {
  const calls = state.calls.filter(({ n }) => n !== call);
  if (!exec && !left) return { calls };
  const command = left?.command ?? state.calls.find(({ n }) => n === call)?.command ?? call;
  const others = state.commands.filter(({ n }) => n !== command);
  const read = left?.read ?? exec?.read ?? 0;
  return { calls, commands: exec?.code === undefined ? [...others, { n: command, read }] : others };
}
