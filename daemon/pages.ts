/** Rows in pieces that fit into a frame with room to spare: the wire's limit is in bytes, and one row may be megabytes. */
import { draft, type Row } from '../core/rows.ts';

const pageBytes = 4 * 1024 * 1024;

const bytesOf = (row: Row) => Buffer.byteLength(JSON.stringify(row));

/** The first of these rows, as many as a page holds and one at least. */
export function firstPage(rows: readonly Row[]): readonly Row[] {
  let left = pageBytes;
  const end = rows.findIndex((row) => {
    left -= bytesOf(row);
    return left < 0;
  });
  return end < 0 ? rows : rows.slice(0, Math.max(1, end));
}

/** The last of them, for whoever looks at the end first. */
export function lastPage(rows: readonly Row[]): readonly Row[] {
  let left = pageBytes;
  const before = rows.findLastIndex((row) => {
    left -= bytesOf(row);
    return left < 0;
  });
  return before < 0 ? rows : rows.slice(Math.min(before + 1, rows.length - 1));
}

/** What is shown in the place of a row that no frame can hold: its number must not be missing. */
export const tooLargeToShow = (row: Row): Row =>
  ({
    seq: row.seq,
    at: row.at,
    ...draft('note', {
      level: 'warning',
      text: `A row ${row.kind} of ${bytesOf(row)} bytes is too large to show; it is whole in the log and for the model.`,
    }),
  }) as Row;
