/**
 * The conversation as a model is shown it, computed from the rows and never stored: rewinds and compactions applied,
 * every call paired with one output, what belongs together kept together. The same rows always give the same items.
 */
import { execText } from './exec-text.ts';
import type { Item } from './items.ts';
import type { Row, RowOf } from './rows.ts';

/** Said of a call that nobody recorded an output for. */
const aborted = 'aborted';

export function conversation(rows: readonly Row[]): Item[] {
  const current = compacted(rewound(rows));
  const outputs = new Map<number, RowOf<'output'>>();
  for (const row of current.rows)
    if (row.kind === 'output' && !outputs.has(row.body.call)) outputs.set(row.body.call, row);
  const ids = new CallIds();
  const items: Item[] = current.summary === undefined ? [] : [{ kind: 'user', text: current.summary }];
  let answer: { step: string; calls: RowOf<'call'>[] } | undefined;
  const close = () => {
    for (const call of answer?.calls ?? []) items.push(outputItem(call, outputs.get(call.body.call), ids));
    answer = undefined;
  };
  for (const row of current.rows) {
    switch (row.kind) {
      case 'reasoning':
      case 'assistant':
      case 'call': {
        if (row.kind === 'call' && ids.knows(row)) break;
        const step = `${row.body.turn}.${row.body.step}`;
        if (answer?.step !== step) close();
        answer ??= { step, calls: [] };
        if (row.kind === 'call') answer.calls.push(row);
        items.push(answerItem(row, ids));
        break;
      }
      case 'context':
        close();
        items.push({ kind: row.body.role, text: row.body.text });
        break;
      case 'user':
        close();
        items.push({ kind: 'user', text: row.body.text, ...(row.body.images && { images: row.body.images }) });
    }
  }
  close();
  return items;
}

/** The rows that count: a rewind takes away everything after the row it goes back to. */
function rewound(rows: readonly Row[]): readonly Row[] {
  if (!rows.some(({ kind }) => kind === 'head')) return rows;
  let kept: Row[] = [];
  for (const row of rows) {
    if (row.kind === 'head') kept = kept.filter(({ seq }) => seq <= row.body.to);
    else kept.push(row);
  }
  return kept;
}

/** What the newest compaction leaves: its summary, and the rows after those it stands for. */
function compacted(rows: readonly Row[]): { rows: readonly Row[]; summary?: string } {
  const compaction = rows.findLast((row) => row.kind === 'compaction');
  if (!compaction) return { rows };
  const { to, summary } = compaction.body;
  return { rows: rows.filter(({ seq }) => seq > to), summary };
}

function answerItem(row: RowOf<'reasoning' | 'assistant' | 'call'>, ids: CallIds): Item {
  if (row.kind === 'call') {
    const { name, form, args } = row.body;
    return { kind: 'call', id: ids.of(row), name, form, args };
  }
  const { text, raw } = row.body;
  if (row.kind === 'reasoning') return { kind: 'reasoning', text, ...(raw && { raw }) };
  return { kind: 'assistant', text, ...(row.body.phase && { phase: row.body.phase }), ...(raw && { raw }) };
}

function outputItem(call: RowOf<'call'>, output: RowOf<'output'> | undefined, ids: CallIds): Item {
  const text = output ? (output.body.exec ? execText(output.body.exec, output.body.text) : output.body.text) : aborted;
  return { kind: 'output', id: ids.of(call), form: call.body.form, text };
}

/** The provider's call id where it is the first of its name, else one of ours: some servers repeat `call_0`. */
class CallIds {
  readonly #ids = new Map<number, string>();
  readonly #taken = new Set<string>();

  knows = ({ body: { call } }: RowOf<'call'>) => this.#ids.has(call);

  of({ body: { call, ref } }: RowOf<'call'>): string {
    const known = this.#ids.get(call);
    if (known !== undefined) return known;
    let id = ref === '' || this.#taken.has(ref) ? `call_c${call}` : ref;
    while (this.#taken.has(id)) id += '_';
    this.#ids.set(call, id);
    this.#taken.add(id);
    return id;
  }
}
