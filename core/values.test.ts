/** Ids, rows, what is known of a session from its rows, and calls in one line. */
import { expect, test } from 'vitest';
import { callText } from './call-text.ts';
import {
  actorNumber,
  callActor,
  commandActor,
  commandOfSession,
  commandSession,
  effectKey,
  isSessionId,
  sessionActor,
  sessionId,
  sessionOf,
  uuidv7,
  wakeActor,
} from './ids.ts';
import { foldMeta } from './meta.ts';
import { addUsage, type Draft, draft, never, noUsage, type Row } from './rows.ts';
import type { Settings } from './settings.ts';

const id = sessionId('0190a000-0000-7000-8000-000000000001');
const settings: Settings = { provider: 'p', model: 'm', approval: 'on-request', sandbox: 'read-only', tools: [] };

test('ids say whose they are', () => {
  expect([sessionOf(callActor(id, 7)), sessionOf(effectKey(commandActor(id, 7), 'run', 1))]).toEqual([id, id]);
  expect([callActor(id, 7), commandActor(id, 8), wakeActor(id, 9), sessionActor(id)].map(actorNumber)).toEqual([
    7,
    8,
    9,
    undefined,
  ]);
  expect(effectKey(callActor(id, 7), 'work', 1)).toBe(`${id}/c7/work#1`);
  expect(commandOfSession(commandSession(42))).toBe(42);
});

test('only a UUID becomes a session’s id', () => {
  for (const text of ['', 'x', '../../etc/passwd', `${id}x`, id.toUpperCase(), `${id}\n`]) {
    expect(isSessionId(text), text).toBe(false);
    expect(() => sessionId(text)).toThrow(TypeError);
  }
});

test('a UUIDv7 sorts by its time and says what it is', () => {
  const random = Uint8Array.from({ length: 10 }, (_, n) => n * 25);
  const made = [1, 1000, 1_800_000_000_000].map((ms) => uuidv7(ms, random));
  expect(made).toEqual([...made].sort());
  for (const each of made)
    expect(each).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(uuidv7(0, new Uint8Array(10).fill(255))).toBe('00000000-0000-7fff-bfff-ffffffffffff');
});

test('usage adds up; an unhandled arm is loud', () => {
  const one = { input: 1, cached: 2, cacheWrite: 3, output: 4, reasoning: 5 };
  expect(addUsage(addUsage(noUsage, one), one)).toEqual({
    input: 2,
    cached: 4,
    cacheWrite: 6,
    output: 8,
    reasoning: 10,
  });
  expect(() => never({ kind: 'new' } as never)).toThrow('unhandled: {"kind":"new"}');
});

const rows = (...drafts: readonly Draft[]): Row[] =>
  drafts.map((row, n) => ({ seq: n + 1, at: 100 + n, ...row }) as Row);
const born = draft('created', { cwd: '/w', source: 'cli', settings, env: 'e', umask: 18 });

test('what is known of a session is folded from its rows, one by one or all at once', () => {
  const all = rows(
    born,
    draft('turn.started', { turn: 1 }),
    draft('user', { turn: 1, text: '  Fix\n the   bug ' }),
    draft('assistant', { turn: 1, step: 1, text: 'I look.' }),
    draft('call', { turn: 1, step: 1, call: 1, name: 'x', form: 'function', args: '', ref: '' }),
    draft('usage', { turn: 1, step: 1, model: 'm', usage: { ...noUsage, input: 10, output: 5 } }),
    draft('assistant', { turn: 1, step: 2, text: '' }),
    draft('usage', { turn: 1, step: 2, model: 'm', usage: { ...noUsage, input: 20, output: 1 } }),
    draft('turn.ended', { turn: 1, status: 'failed', tookMs: 1, error: { code: 'other', message: 'no' } }),
    draft('settings', { settings: { model: 'n' } }),
    draft('archived', { archived: true }),
  );
  const meta = foldMeta(undefined, all);
  expect(meta).toMatchObject({
    cwd: '/w',
    source: 'cli',
    env: 'e',
    umask: 18,
    title: 'Fix the bug',
    turns: 1,
    calls: 1,
    last: 'I look.',
    usage: { input: 30, output: 6 },
    contextTokens: 21,
    error: 'no',
    ended: { status: 'failed', at: 108 },
    archived: true,
    settings: { model: 'n', provider: 'p' },
    createdAt: 100,
    updatedAt: 110,
    changedAt: 108,
    stopped: null,
    parked: null,
  });
  expect(all.reduce((sum: ReturnType<typeof foldMeta> | undefined, row) => foldMeta(sum, [row]), undefined)).toEqual(
    meta,
  );
});

test('parked and stopped are what was last, and a new turn clears them', () => {
  const parked = foldMeta(undefined, rows(born, draft('turn.parked', { turn: 1, why: 'a key', fix: 'export it' })));
  expect(parked.parked).toEqual({ why: 'a key', fix: 'export it' });
  expect(foldMeta(parked, rows(draft('turn.resumed', { turn: 1 }))).parked).toBeNull();
  const stopped = foldMeta(parked, rows(draft('stopped', { by: 'me' })));
  expect(stopped.stopped).toEqual({ at: 100, by: 'me' });
  expect(foldMeta(stopped, rows(draft('turn.started', { turn: 2 })))).toMatchObject({
    stopped: null,
    parked: null,
    ended: null,
    error: null,
  });
});

test('a fork begins with its source’s words and none of its state or costs', () => {
  const source = foldMeta(
    undefined,
    rows(
      born,
      draft('user', { turn: 1, text: 'hi' }),
      draft('usage', { turn: 1, step: 1, model: 'm', usage: { ...noUsage, input: 10 } }),
      draft('stopped', {}),
      draft('archived', { archived: true }),
    ),
  );
  const fork = foldMeta(
    source,
    rows(draft('created', { cwd: '/w', source: 'fork', settings, fork: { session: id, seq: 5 } })),
  );
  expect(fork).toMatchObject({
    title: 'hi',
    archived: false,
    stopped: null,
    usage: noUsage,
    contextTokens: 10,
    fork: { session: id, seq: 5 },
  });
});

test('a compaction moves the window, and a rewind behind it opens it again', () => {
  const compacted = foldMeta(undefined, rows(born, draft('compaction', { to: 40, summary: 's' })));
  expect(compacted.window).toBe(40);
  expect(foldMeta(compacted, rows(draft('head', { to: 50 }))).window).toBe(40);
  expect(foldMeta(compacted, rows(draft('head', { to: 30 }))).window).toBe(0);
});

test.each([
  ['exec_command', '{"cmd":"npm  test\\n --watch"}', 'npm test --watch'],
  ['write_stdin', '{"session_id":1,"chars":"y\\n"}', 'type "y\\n"'],
  ['write_stdin', '{"session_id":1}', 'wait for output'],
  ['apply_patch', '*** Begin Patch\n*** Add File: a.ts\n+x\n*** Delete File: b.ts\n*** End Patch', 'edit a.ts, b.ts'],
  ['apply_patch', '{"input":"*** Begin Patch\\n*** Update File: c.ts\\n*** End Patch"}', 'edit c.ts'],
  ['read_file', '{"file_path":"/a"}', 'read /a'],
  ['list_dir', 'no json', 'list'],
  ['write_file', '[1]', 'write'],
  ['grep_files', '{"pattern":"x"}', 'search x'],
  ['update_plan', '{}', 'update the plan'],
  ['mcp__thing', '{}', 'mcp__thing'],
])('%s %s in one line', (name, args, text) => expect(callText(name, args)).toBe(text));

test('a line of a call is short, however long its arguments are', () => {
  expect(callText('exec_command', JSON.stringify({ cmd: 'x '.repeat(10_000) })).length).toBeLessThanOrEqual(200);
});
