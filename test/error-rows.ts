/** A row of an error table of models.md, and how it is checked: how many requests, what is said, how long is waited. */
import { expect } from 'vitest';
import { ask } from './ask-model.ts';
import { type FakeReply, type FakeWire, fakeModel } from './fake-model.ts';

export interface Row {
  readonly name: string;
  readonly reply: FakeReply;
  readonly code: string;
  readonly requests: number;
  readonly message: string | RegExp;
  /** The first waits, in ms; without jitter, which the tests turn off. */
  readonly waits?: readonly number[];
}

export const status = (code: number, error: object = {}, headers: Record<string, string> = {}): FakeReply => ({
  status: code,
  body: { error },
  headers,
});
export const event = (code: string, message = 'because'): FakeReply => ({ error: { code, message } });
export const backoff = [200, 400, 800, 1600];

/** For `test.each`: the name apart, so that it can be the test's title. */
export const named = (rows: readonly Row[]) => rows.map((row) => [row.name, row] as const);

export async function checkRow(wire: FakeWire, { reply, code, requests, message, waits }: Row): Promise<void> {
  await using model = await fakeModel(() => reply);
  const asked = await ask(model, wire);
  expect(asked.result).toMatchObject({ kind: 'failed', failure: { code } });
  const said = asked.result.kind === 'failed' ? asked.result.failure.message : '';
  if (typeof message === 'string') expect(said).toBe(message);
  else expect(said).toMatch(message);
  expect(model.requests).toHaveLength(requests);
  const first = waits ?? [];
  expect(asked.waits.slice(0, first.length)).toEqual(first);
  // Each step of the stream loop is told, the quick repetitions of a request are not.
  const told = asked.deltas.flatMap((delta) => (delta.kind === 'retry' ? [delta.text] : []));
  const streamed = requests >= 6 ? 5 : 0;
  expect(told).toEqual(Array.from({ length: streamed }, (_, i) => `Reconnecting... ${i + 1}/5 (${said})`));
}
