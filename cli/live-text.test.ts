/** Following text: each word once, however streaming and rows come. */
import { expect, test } from 'vitest';
import { type Draft, draft, type Row } from '../core/rows.ts';
import { LiveText } from './live-text.ts';

const session = '0190a000-0000-7000-8000-000000000001';

function screen() {
  const shown = { text: '' };
  const live = new LiveText(session, (text) => {
    shown.text += text;
  });
  let seq = 0;
  const rows = (...drafts: Draft[]) => live.rows(drafts.map((each) => ({ ...each, seq: ++seq, at: 0 }) as Row));
  const say = (text: string, key = `${session}/model#1`) => live.deltas([{ key, kind: 'text', text }]);
  return { shown, live, rows, say };
}
const assistant = (text: string) => draft('assistant', { turn: 1, step: 1, text });

test('what streamed is not said again by its row', () => {
  const { shown, rows, say } = screen();
  say('Hel');
  say('lo.');
  rows(assistant('Hello.'));
  expect(shown.text).toBe('\nHello.\n');
});

test('a row completes what only began to stream, and stands alone when nothing did', () => {
  const { shown, rows, say } = screen();
  say('Hel');
  rows(assistant('Hello.'));
  rows(assistant('Bye.'));
  expect(shown.text).toBe('\nHello.\n\nBye.\n');
});

test('two messages of one answer stream under one key', () => {
  const { shown, rows, say } = screen();
  say('One.');
  say('Two.');
  rows(assistant('One.'), assistant('Two.'));
  expect(shown.text).toBe('\nOne.Two.\n');
});

test('an answer that is asked for again begins anew', () => {
  const { shown, live, rows, say } = screen();
  say('Half');
  live.deltas([{ key: `${session}/model#1`, kind: 'status', text: 'Reconnecting... 1/5', clear: true }]);
  say('Whole.');
  rows(assistant('Whole.'));
  expect(shown.text).toBe('\nHalf\nReconnecting... 1/5\n\nWhole.\n');
});

test('after the daemon was away only what is new is printed', () => {
  const { shown, live, rows, say } = screen();
  say('Hel');
  live.snapshot([{ key: `${session}/model#1`, kind: 'text', text: 'Hello, wor' }]);
  say('ld.');
  rows(assistant('Hello, world.'));
  expect(shown.text).toBe('\nHello, world.\n');
});

test("a command's output streams, and its end says the exit code alone", () => {
  const { shown, live, rows } = screen();
  const args = JSON.stringify({ cmd: 'make' });
  rows(draft('call', { turn: 1, step: 1, call: 7, name: 'exec_command', form: 'function', args, ref: 'r' }));
  live.deltas([{ key: `${session}/c7/work#1`, kind: 'output', text: 'building\n' }]);
  const exec = { chunk: 'a', wallMs: 5, code: 2, read: 9, tokens: 3 };
  rows(draft('output', { call: 7, status: 'failed', text: 'building\n', tookMs: 5, exec }));
  expect(shown.text).toBe('\n$ make\nbuilding\nexited 2\n');
});
