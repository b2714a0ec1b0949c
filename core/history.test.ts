/** The conversation a model is shown: legal from any log, and the same each time. */
import { expect, test, vi } from 'vitest';
import { checkItems } from '../test/kernel/legal-items.ts';
import { randomLog } from '../test/kernel/random-log.ts';
import { die } from '../test/kernel/walk.ts';
import { conversation } from './history.ts';
import { type Draft, draft, type Row } from './rows.ts';

vi.setConfig({ testTimeout: 60_000 });

const log = (...drafts: readonly Draft[]): Row[] =>
  drafts.map((row, index) => ({ seq: index + 1, at: 1000 + index, ...row }) as Row);
const user = (text: string) => draft('user', { turn: 1, text });
const assistant = (text: string, step = 1) => draft('assistant', { turn: 1, step, text });
const call = (n: number, { step = 1, ref = `ref_${n}` } = {}) =>
  draft('call', { turn: 1, step, call: n, name: 'exec_command', form: 'function', args: '{}', ref });
const output = (n: number, text = `out ${n}`) => draft('output', { call: n, status: 'done', text, tookMs: 1 });
const texts = (rows: readonly Row[]) =>
  conversation(rows).map((item) => `${item.kind} ${'text' in item ? item.text : item.id}`);

test('outputs stand behind the calls of their answer, in the order of the calls', () => {
  const rows = log(user('go'), assistant('I look'), call(1), call(2), output(2), output(1), assistant('done', 2));
  expect(texts(rows)).toEqual([
    'user go',
    'assistant I look',
    'call ref_1',
    'call ref_2',
    'output out 1',
    'output out 2',
    'assistant done',
  ]);
});

test('a call nobody answered reads aborted; an output of no call is left out', () => {
  expect(texts(log(user('go'), call(1), output(7), user('and?')))).toEqual([
    'user go',
    'call ref_1',
    'output aborted',
    'user and?',
  ]);
});

test('what is there twice counts once, the first time', () => {
  expect(texts(log(call(1), output(1, 'a'), output(1, 'b'), call(1, { ref: 'x' }), output(1, 'c')))).toEqual([
    'call ref_1',
    'output a',
  ]);
});

test('ids of calls are unique whatever the server says', () => {
  const refs = ['call_0', 'call_0', '', 'call_c3', 'call_c2', 'call_c2'];
  const items = conversation(log(...refs.flatMap((ref, i) => [call(i + 1, { ref, step: i + 1 }), output(i + 1)])));
  checkItems(items);
  expect(items.flatMap((item) => (item.kind === 'call' ? [item.id] : []))).toEqual([
    'call_0',
    'call_c2',
    'call_c3',
    'call_c4',
    'call_c5',
    'call_c6',
  ]);
});

test('a rewind takes away what came after, and the conversation goes on from there', () => {
  const rows = log(user('a'), assistant('A'), user('b'), assistant('B'), draft('head', { to: 2 }), user('c'));
  expect(texts(rows)).toEqual(['user a', 'assistant A', 'user c']);
});

test('a rewind to between a call and its output leaves the call, aborted', () => {
  expect(texts(log(user('a'), call(1), output(1), draft('head', { to: 2 })))).toEqual([
    'user a',
    'call ref_1',
    'output aborted',
  ]);
});

test('a compaction stands for what was before it; the newest counts, and none that a rewind took away', () => {
  const rows = log(
    user('a'),
    draft('compaction', { to: 1, summary: 'S1' }),
    user('b'),
    draft('compaction', { to: 3, summary: 'S2' }),
    user('c'),
  );
  expect(texts(rows)).toEqual(['user S2', 'user c']);
  expect(texts([...rows, ...log(draft('head', { to: 3 })).map((row) => ({ ...row, seq: 6 }))])).toEqual([
    'user S1',
    'user b',
  ]);
});

test('kinds of a newer build are passed over', () => {
  const strange = { seq: 2, at: 1, kind: 'hologram', body: { call: 1, text: 'x' } } as unknown as Row;
  expect(texts([log(user('a'))[0]!, strange])).toEqual(['user a']);
});

test('from 1,000 random logs every conversation is legal, and equal when it is computed twice', () => {
  let longest = 0;
  for (let seed = 0; seed < 1000; seed++) {
    const rows = randomLog(die(seed));
    const items = conversation(rows);
    try {
      checkItems(items);
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
    expect(conversation(JSON.parse(JSON.stringify(rows)) as Row[])).toEqual(items);
    longest = Math.max(longest, items.length);
  }
  expect(longest).toBeGreaterThan(40);
});
