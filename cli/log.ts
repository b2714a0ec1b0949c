/** `tcx log`: a session's rows themselves, as lines for people or as JSON. */
import type { Row } from '../core/rows.ts';
import type { Parsed } from './args.ts';
import { type Context, exit, type Run } from './context.ts';
import { count } from './numbers.ts';
import { rowJson, rowText } from './row-text.ts';
import { follow, goodbye, rowsAfter } from './rows.ts';
import { clean, terminalWidth } from './table.ts';
import { clockTime } from './time.ts';

export const run: Run = async (context, parsed) => {
  const follows = parsed.flags.follow === true;
  using client = await context.connect({ kind: 'cli', reconnect: follows, heartbeatMs: follows ? 1000 : 0 });
  const { session } = await client.request('resolve', { session: parsed.args[0]! });
  const print = printer(context, parsed);
  let seq = count(parsed, 'after') ?? 0;
  for await (const rows of rowsAfter(client, session, seq)) {
    print.rows(rows);
    seq = rows.at(-1)!.seq;
  }
  if (follows) return goodbye(context, await follow(client, { session, after: seq, listener: { rows: print.rows } }));
  print.end();
  return exit.done;
};

interface Printer {
  readonly rows: (rows: readonly Row[]) => void;
  readonly end: () => void;
}

function printer(context: Context, { flags }: Parsed): Printer {
  if (!flags.json) return lines(context);
  return flags.follow ? jsonLines(context) : jsonArray(context);
}

function lines({ out }: Context): Printer {
  const width = terminalWidth();
  const cut = (line: string) => (line.length > width ? `${line.slice(0, width - 1)}…` : line);
  out(`${'SEQ'.padStart(5)}  ${'TIME'.padEnd(14)}  ${'KIND'.padEnd(13)}  WHAT\n`);
  const line = (row: Row) =>
    cut(
      `${String(row.seq).padStart(5)}  ${clockTime(row.at)}  ${row.kind.padEnd(13)}  ${clean(rowText(row))}`.trimEnd(),
    );
  return { rows: (rows) => out(rows.map((row) => `${line(row)}\n`).join('')), end: () => {} };
}

const jsonLines = ({ out }: Context): Printer => ({
  rows: (rows) => out(rows.map((row) => `${JSON.stringify(rowJson(row))}\n`).join('')),
  end: () => {},
});

/** One value, a row a line, never as a whole in memory. */
function jsonArray({ out }: Context): Printer {
  let before = '[';
  return {
    rows: (rows) => {
      for (const row of rows) {
        out(`${before}\n${JSON.stringify(rowJson(row))}`);
        before = ',';
      }
    },
    end: () => out(before === '[' ? '[]\n' : '\n]\n'),
  };
}
