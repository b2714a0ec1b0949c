/** Ties a test to rows of the feature table; a row that does not exist is an error when the file is read. */
import { test } from 'vitest';
import { features } from './features.ts';

type Body = () => Promise<void>;

/** `rows` is one id or several, separated by blanks: '12.01 12.02'. */
export function verifies(rows: string, what: string, body: Body, timeoutMs?: number) {
  for (const row of rows.split(' ')) if (!features.has(row)) throw new Error(`there is no feature ${row}`);
  test(`${rows} ${what}`, timeoutMs === undefined ? {} : { timeout: timeoutMs }, body);
}
