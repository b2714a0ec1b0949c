/** From a session's rows to the cells of its transcript. Pure: the same rows give the same cells, whoever looks. */
import { callText } from '../core/call-text.ts';
import { isPlainRead } from '../core/decide.ts';
import type { CallStatus, Choice, FileChange, Row, RowOf, TurnEnd } from '../core/rows.ts';
import { parse, type ToolUse } from '../core/tools.ts';

type Base = { readonly id: string; readonly seq: number };
export type CallState = CallStatus | 'running' | 'asking' | 'background';

export type Cell = Base &
  (
    | { readonly kind: 'user'; readonly text: string; readonly by?: string; readonly key?: string }
    | { readonly kind: 'assistant'; readonly text: string }
    | { readonly kind: 'reasoning'; readonly text: string }
    | CommandCell
    | { readonly kind: 'explored'; readonly looks: readonly Look[] }
    | {
        readonly kind: 'edit';
        readonly call: number;
        readonly what: string;
        readonly changes: readonly FileChange[];
        readonly state: CallState;
        readonly why: string;
      }
    /** `moved`: the same steps as before, further on. */
    | { readonly kind: 'plan'; readonly items: PlanItems; readonly moved: boolean }
    | {
        readonly kind: 'answered';
        readonly call: number;
        readonly choice: Choice['id'];
        readonly what: string;
        readonly by?: string;
      }
    | {
        readonly kind: 'note';
        readonly level: 'info' | 'warning' | 'error' | 'waiting' | 'stop';
        readonly text: string;
      }
    | {
        readonly kind: 'turn';
        readonly status: TurnEnd;
        readonly tookMs: number;
        readonly at: number;
        readonly by?: string;
        readonly error?: string;
      }
    /** Said by this client to its own person; no row of the session. */
    | { readonly kind: 'local'; readonly title: string; readonly lines: readonly string[] }
    | { readonly kind: 'divider'; readonly text: string }
    /** A part of an answer that inline mode has printed; `open`: what comes next belongs to the same block. */
    | { readonly kind: 'said'; readonly text: string; readonly first: boolean; readonly open: boolean }
    /** A changed file in a pager, or a part of it that `follows` another. */
    | { readonly kind: 'change'; readonly change: FileChange; readonly follows: boolean }
    /** What the model had said when it was interrupted; it is no row, and the model does not see it again. */
    | { readonly kind: 'partial'; readonly text: string }
  );
type PlanItems = RowOf<'plan'>['body']['items'];
export type CellOf<Kind extends Cell['kind']> = Extract<Cell, { kind: Kind }>;

/** Cells that are this client's alone. */
export type OwnCell = CellOf<'local' | 'divider' | 'partial'>;
export const isOwn = (cell: Cell): cell is OwnCell => ['local', 'divider', 'partial'].includes(cell.kind);

export interface CommandCell {
  readonly kind: 'command';
  readonly call: number;
  readonly cmd: string;
  /** What was done: a command, words typed into one, or a tool without a cell of its own. */
  readonly did: 'ran' | 'typed' | 'called';
  readonly state: CallState;
  readonly output: string;
  readonly startedAt: number;
  readonly code?: number;
  readonly tookMs?: number;
}

/** One thing looked at: a file read, a folder listed, words searched. */
export interface Look {
  readonly call: number;
  readonly verb: 'Read' | 'List' | 'Search';
  readonly what: string;
  readonly done: boolean;
}

export interface Transcript {
  readonly cells: readonly Cell[];
  /** The cell of each call that is open, by the call's number. */
  readonly open: ReadonlyMap<number, number>;
  /** What each open question asks. */
  readonly asked: ReadonlyMap<number, string>;
  readonly commands: ReadonlyMap<number, string>;
}

export const emptyTranscript: Transcript = { cells: [], open: new Map(), asked: new Map(), commands: new Map() };

/** Commands whose words are kept, so that their later end can name them. */
const commandLimit = 200;

export function addRows(transcript: Transcript, rows: readonly Row[]): Transcript {
  if (rows.length === 0) return transcript;
  const folding = new Folding(transcript);
  for (const row of rows) folding.add(row);
  return folding.result();
}

/** Words of this client's own, after everything that is there. */
export function addLocal(transcript: Transcript, cell: OwnCell): Transcript {
  return { ...transcript, cells: [...transcript.cells, cell] };
}

/** Whether more rows could still change a cell. */
export function isSettled(cell: Cell, isLast: boolean): boolean {
  switch (cell.kind) {
    case 'command':
    case 'edit':
      return cell.state !== 'running' && cell.state !== 'asking';
    case 'plan':
      return !isLast;
    case 'explored':
      return !isLast && cell.looks.every(({ done }) => done);
    default:
      return true;
  }
}

class Folding {
  readonly #cells: Cell[];
  readonly #open: Map<number, number>;
  readonly #asked: Map<number, string>;
  readonly #commands: Map<number, string>;

  constructor({ cells, open, asked, commands }: Transcript) {
    this.#cells = [...cells];
    this.#open = new Map(open);
    this.#asked = new Map(asked);
    this.#commands = new Map(commands);
  }

  result(): Transcript {
    return { cells: this.#cells, open: this.#open, asked: this.#asked, commands: this.#commands };
  }

  /** What counts no more is not shown as if it did. */
  #cut(to: number) {
    const end = this.#cells.findIndex(({ seq }) => seq > to);
    if (end < 0) return;
    this.#cells.length = end;
    for (const [call, at] of this.#open) if (at >= end) this.#open.delete(call);
  }

  add(row: Row) {
    const base = { id: `r${row.seq}`, seq: row.seq };
    switch (row.kind) {
      case 'user': {
        const { text, by, key } = row.body;
        return this.#push({ ...base, kind: 'user', text, ...(by && { by }), ...(key && { key }) });
      }
      case 'assistant':
        if (row.body.text.trim() !== '') this.#push({ ...base, kind: 'assistant', text: row.body.text });
        return;
      case 'reasoning':
        if (row.body.text.trim() !== '') this.#push({ ...base, kind: 'reasoning', text: row.body.text });
        return;
      case 'call':
        return this.#call(base, row);
      case 'patch':
        return this.#change(row.body.call, (cell) =>
          cell.kind === 'edit' ? { ...cell, changes: row.body.changes } : this.#asEdit(cell, row.body),
        );
      case 'asked':
        this.#asked.set(row.body.call, row.body.question.summary);
        return this.#change(row.body.call, (cell) =>
          cell.kind === 'command' || cell.kind === 'edit' ? { ...cell, state: 'asking' } : cell,
        );
      case 'answered':
        return this.#answered(base, row);
      case 'output':
        return this.#output(row);
      case 'plan':
        return this.#plan(base, row.body.items);
      case 'head':
        this.#cut(row.body.to);
        return this.#push({ ...base, kind: 'note', level: 'stop', text: wentBack(row) });
      case 'turn.ended': {
        const { status, tookMs, by, error } = row.body;
        const more = { ...(by && { by }), ...(error && { error: error.message }) };
        return this.#push({ ...base, kind: 'turn', status, tookMs, at: row.at, ...more });
      }
      default: {
        const note = noteOf(row, this.#commands);
        if (note) this.#push({ ...base, kind: 'note', ...note });
      }
    }
  }

  /** A plan that only moves on is the same plan. */
  #plan(base: Base, items: PlanItems) {
    const last = this.#cells.at(-1);
    if (last?.kind === 'plan') {
      this.#cells[this.#cells.length - 1] = { ...last, items, moved: last.moved && sameSteps(last.items, items) };
      return;
    }
    const before = this.#cells.findLast((cell) => cell.kind === 'plan');
    this.#push({ ...base, kind: 'plan', items, moved: before !== undefined && sameSteps(before.items, items) });
  }

  #push(cell: Cell) {
    this.#cells.push(cell);
  }

  #change(call: number, change: (cell: Cell) => Cell) {
    const at = this.#open.get(call);
    if (at !== undefined) this.#cells[at] = change(this.#cells[at]!);
  }

  #call(base: Base, { at, body: { call, name, form, args } }: RowOf<'call'>) {
    const parsed = parse(name, form, args);
    const use = parsed.ok ? parsed.use : undefined;
    if (use?.name === 'update_plan') return;
    const look = use && lookOf(use);
    if (look) return this.#look(base, { call, done: false, ...look });
    if (use?.name === 'apply_patch' || use?.name === 'write_file') {
      const cell = { call, what: callText(name, args), changes: [], state: 'running', why: '' } as const;
      this.#openCell(call, { ...base, kind: 'edit', ...cell });
      return;
    }
    const cmd = use?.name === 'exec_command' ? use.cmd : callText(name, args);
    const did = use?.name === 'exec_command' ? 'ran' : use?.name === 'write_stdin' ? 'typed' : 'called';
    if (did === 'ran') this.#remember(call, cmd);
    this.#openCell(call, { ...base, kind: 'command', call, cmd, did, state: 'running', output: '', startedAt: at });
  }

  #remember(call: number, cmd: string) {
    this.#commands.set(call, cmd);
    const [oldest] = this.#commands.keys();
    if (this.#commands.size > commandLimit && oldest !== undefined) this.#commands.delete(oldest);
  }

  #openCell(call: number, cell: Cell) {
    this.#open.set(call, this.#cells.length);
    this.#push(cell);
  }

  /** Looks that follow one another share a cell. */
  #look(base: Base, look: Look) {
    const last = this.#cells.at(-1);
    if (last?.kind === 'explored') {
      this.#open.set(look.call, this.#cells.length - 1);
      this.#cells[this.#cells.length - 1] = { ...last, looks: [...last.looks, look] };
    } else this.#openCell(look.call, { ...base, kind: 'explored', looks: [look] });
  }

  /** A patch that came as a shell command. */
  #asEdit(cell: Cell, { call, changes }: RowOf<'patch'>['body']): Cell {
    return { id: cell.id, seq: cell.seq, kind: 'edit', call, what: 'edit', changes, state: 'running', why: '' };
  }

  #answered(base: Base, { body: { call, choice, by } }: RowOf<'answered'>) {
    const what = this.#asked.get(call) ?? `call ${call}`;
    this.#asked.delete(call);
    this.#change(call, (cell) =>
      cell.kind === 'command' || cell.kind === 'edit' ? { ...cell, state: 'running' } : cell,
    );
    this.#push({ ...base, kind: 'answered', call, choice, what, ...(by && { by }) });
  }

  #output({ body: { call, status, text, tookMs, exec } }: RowOf<'output'>) {
    this.#change(call, (cell) => {
      if (cell.kind === 'edit') return { ...cell, state: status, why: text };
      if (cell.kind === 'command') {
        const background = exec !== undefined && exec.code === undefined && status === 'done';
        const state = background ? ('background' as const) : status;
        return { ...cell, state, output: text, tookMs, ...(exec?.code !== undefined && { code: exec.code }) };
      }
      if (cell.kind !== 'explored') return cell;
      return { ...cell, looks: cell.looks.map((look) => (look.call === call ? { ...look, done: true } : look)) };
    });
    this.#open.delete(call);
    this.#asked.delete(call);
  }
}

const sameSteps = (a: PlanItems, b: PlanItems) =>
  a.length === b.length && a.every(({ step }, at) => step === b[at]!.step);

function lookOf(use: ToolUse): Pick<Look, 'verb' | 'what'> | undefined {
  switch (use.name) {
    case 'read_file':
      return { verb: 'Read', what: use.path };
    case 'list_dir':
      return { verb: 'List', what: use.path };
    case 'grep_files':
      return { verb: 'Search', what: use.path ? `${use.pattern} in ${use.path}` : use.pattern };
    case 'exec_command': {
      const words = use.cmd.trim().split(/\s+/);
      return isPlainRead(use.cmd) && words[0] === 'cat' ? { verb: 'Read', what: words.slice(1).join(', ') } : undefined;
    }
    default:
      return undefined;
  }
}

type Note = Omit<CellOf<'note'>, 'id' | 'seq' | 'kind'>;

/** Rows that are a line of their own; undefined for those a person need not see. */
const wentBack = ({ body: { by } }: RowOf<'head'>) =>
  `went back${by ? ` by ${by}` : ''}: what came after counts no more; files stay as they are`;

function noteOf(row: Row, commands: ReadonlyMap<number, string>): Note | undefined {
  const by = 'by' in row.body && row.body.by ? ` by ${row.body.by}` : '';
  const info = (text: string): Note => ({ level: 'info', text });
  switch (row.kind) {
    case 'note':
      return { level: row.body.level, text: row.body.text };
    case 'settings': {
      const { provider, model, effort, approval, sandbox } = row.body.settings;
      const parts = [
        model && `model ${model}`,
        effort,
        provider && `at ${provider}`,
        approval && `approval ${approval}`,
      ];
      const text = [...parts, sandbox && `sandbox ${sandbox}`].filter((part) => part).join(' · ');
      return text === '' ? undefined : info(`${text}${by}`);
    }
    case 'renamed':
      return info(`named ${row.body.name}${by}`);
    case 'turn.parked':
      return { level: 'waiting', text: row.body.fix ? `${row.body.why} · ${row.body.fix}` : row.body.why };
    case 'command.ended': {
      const how = row.body.code === undefined ? (row.body.why ?? 'ended') : `exit ${row.body.code}`;
      return info(`${commands.get(row.body.command) ?? `command ${row.body.command}`}: ${how}`);
    }
    case 'stopped':
      return { level: 'stop', text: `stopped${by}` };
    case 'archived':
      return info(`${row.body.archived ? 'archived' : 'unarchived'}${by}`);
    case 'compaction':
      return info('Summarised the conversation so far');
    case 'wake':
      return info(`wakes ${new Date(row.body.until).toISOString()}: ${row.body.text}`);
    default:
      return undefined;
  }
}
