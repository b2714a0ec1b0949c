/** What is known of a session without its rows: folded from them one by one, kept in checkpoints and in the index. */
import { addUsage, noUsage, type Row, type RowOf, type TurnEnd, type Usage } from './rows.ts';
import type { Settings, Source } from './settings.ts';

export interface Meta {
  readonly cwd: string;
  readonly source: Source;
  readonly settings: Settings;
  readonly env?: string;
  readonly umask?: number;
  readonly fork?: { readonly session: string; readonly seq: number };
  /** The first words of the person, one line. */
  readonly title: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly turns: number;
  readonly calls: number;
  readonly usage: Usage;
  /** Input and output tokens of the newest request: what the context holds. */
  readonly contextTokens: number;
  /** The last line the model said. */
  readonly last: string;
  readonly ended: { readonly status: TurnEnd; readonly at: number } | null;
  readonly stopped: { readonly at: number; readonly by?: string } | null;
  /** Why the turn waits, while it is parked. */
  readonly parked: { readonly why: string; readonly fix?: string; readonly person?: true } | null;
  /** What the last turn failed of. */
  readonly error: string | null;
  readonly archived: boolean;
  /** When a turn began or ended, a question was put or answered, or calls began: what the state people see dates from. */
  readonly changedAt: number;
  /** Rows up to here are not needed to compute the conversation: the newest compaction stands for them. */
  readonly window: number;
}

const titleLength = 80;
const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim().slice(0, titleLength);

const noMeta: Meta = {
  cwd: '/',
  source: 'client',
  settings: { provider: '', model: '', approval: 'on-request', sandbox: 'read-only', tools: [] },
  title: '',
  createdAt: 0,
  updatedAt: 0,
  turns: 0,
  calls: 0,
  usage: noUsage,
  contextTokens: 0,
  last: '',
  ended: null,
  stopped: null,
  parked: null,
  error: null,
  archived: false,
  changedAt: 0,
  window: 0,
};

export const foldMeta = (meta: Meta | undefined, rows: readonly Row[]): Meta => rows.reduce(foldRow, meta ?? noMeta);

/** Kinds after which the state people see is another one. */
const changing: ReadonlySet<Row['kind']> = new Set([
  'created',
  'turn.started',
  'turn.ended',
  'turn.parked',
  'turn.resumed',
  'asked',
  'answered',
  'call',
  'stopped',
  'restored',
]);

function foldRow(meta: Meta, row: Row): Meta {
  const folded = { ...meta, ...change(meta, row), updatedAt: row.at };
  return changing.has(row.kind) ? { ...folded, changedAt: row.at } : folded;
}

function change(meta: Meta, row: Row): Partial<Meta> {
  switch (row.kind) {
    case 'created': {
      const { cwd, source, settings, env, umask, fork } = row.body;
      return {
        createdAt: row.at,
        cwd,
        source,
        settings,
        ...(env && { env }),
        ...(umask !== undefined && { umask }),
        ...(fork && { ...cleared, fork, archived: false, usage: noUsage }),
      };
    }
    case 'settings':
      return { settings: { ...meta.settings, ...row.body.settings } };
    case 'turn.started':
      return { ...cleared, turns: row.body.turn };
    case 'user':
      return meta.title ? {} : { title: oneLine(row.body.text) };
    case 'assistant':
      return row.body.text === '' ? {} : { last: oneLine(row.body.text) };
    case 'call':
      return { calls: row.body.call };
    case 'usage':
      return {
        usage: addUsage(meta.usage, row.body.usage),
        contextTokens: row.body.usage.input + row.body.usage.output,
      };
    case 'turn.parked':
      return { parked: parkedFor(row.body) };
    case 'turn.resumed':
      return { parked: null };
    case 'turn.ended':
      return { parked: null, ended: { status: row.body.status, at: row.at }, error: row.body.error?.message ?? null };
    case 'stopped':
      return { stopped: { at: row.at, ...(row.body.by && { by: row.body.by }) } };
    case 'archived':
      return { archived: row.body.archived };
    case 'compaction':
      return { window: row.body.to };
    case 'head':
      return row.body.to <= meta.window ? { window: 0 } : {};
    default:
      return {};
  }
}

const cleared = { ended: null, stopped: null, parked: null, error: null } as const;

const parkedFor = ({ why, fix, person }: RowOf<'turn.parked'>['body']): Meta['parked'] => ({
  why,
  ...(fix && { fix }),
  ...(person && { person }),
});
