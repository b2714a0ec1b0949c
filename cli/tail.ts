/** `tcx tail`: the last lines of a conversation as plain text, and with `-f` what is said and printed from now on. */
import type { Row } from '../core/rows.ts';
import type { Client } from '../ipc/client.ts';
import { exit, type Run } from './context.ts';
import { LiveText } from './live-text.ts';
import { count } from './numbers.ts';
import { PlainText } from './plain-text.ts';
import { follow, goodbye, rowsBefore } from './rows.ts';

const defaultLines = 10;
/** What `tcx logs` begins with. */
const logsLines = 50;

export const run: Run = async (context, parsed) => {
  const follows = parsed.flags.follow === true;
  const lines = count(parsed, 'lines') ?? (parsed.called === 'logs' ? logsLines : defaultLines);
  using client = await context.connect({ kind: 'cli', reconnect: follows, heartbeatMs: follows ? 1000 : 0 });
  const { session } = await client.request('resolve', { session: parsed.args[0]! });
  const { text, seq } = await lastText(client, session, lines);
  context.out(text);
  if (!follows) return exit.done;
  const live = new LiveText(session, context.out);
  const listener = { rows: (rows: readonly Row[]) => live.rows(rows), live: live.deltas, snapshot: live.snapshot };
  return goodbye(context, await follow(client, { session, after: seq, listener }));
};

/** Pages are read from the end until there are lines enough; the text of a row depends on rows before it. */
async function lastText(client: Client, session: string, wanted: number): Promise<{ text: string; seq: number }> {
  let rows: readonly Row[] = [];
  let lines: string[] = [];
  for await (const page of rowsBefore(client, session)) {
    rows = [...page, ...rows];
    const plain = new PlainText();
    lines = rows
      .map((row) => plain.row(row))
      .join('')
      .trimStart()
      .split('\n')
      .slice(0, -1);
    if (lines.length >= wanted) break;
  }
  const text =
    wanted === 0
      ? ''
      : lines
          .slice(-wanted)
          .map((line) => `${line}\n`)
          .join('');
  return { text, seq: rows.at(-1)?.seq ?? 0 };
}
