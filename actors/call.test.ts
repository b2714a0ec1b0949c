/** Calls and their approvals: what is asked, what answers mean, and how each effect's failure is told. */
import { expect, test } from 'vitest';
import { calls, careful, done, exec, patch, prepared, Stepped, says, tool, watched } from '../test/kernel/stepped.ts';
import type { Outcome } from './effects.ts';

const asking = (...items: Parameters<typeof calls>): Stepped => {
  const it = new Stepped(careful);
  it.say('go');
  it.settle('model#1', calls(...items));
  return it;
};

test('a question is a row before anything is begun, and yes runs that very call once', () => {
  const it = asking(exec('make'));
  expect(it.recorded).toEqual(['call', 'usage', 'asked']);
  expect(it.open).toEqual([]);
  expect(it.decide(1, 'once', 'k')).toBe('done');
  expect(it.all('answered')).toEqual([{ call: 1, choice: 'once', key: 'k' }]);
  expect(it.started).toEqual(['p1/run#1', 'c1/work#1']);
  expect(it.decide(1, 'once', 'k')).toBe('repeated');
  expect(it.decide(1, 'no', 'other')).toBe('ignored');
  expect(it.all('answered')).toHaveLength(1);
});

test('two answers in one commit: the first wins', () => {
  const it = asking(exec('make'));
  const results = it.try(it.decided(1, 'no', 'a'), it.decided(1, 'once', 'b'));
  expect(results.map(({ result }) => result)).toEqual(['done', 'ignored']);
  expect(it.all('answered')).toEqual([{ call: 1, choice: 'no', key: 'a' }]);
  expect(it.open).toEqual(['model#2']);
});

test('no goes on without it, with the person’s words', () => {
  const it = asking(exec('make'));
  it.decide(1, 'no', 'k', 'use npm');
  expect(it.output(1)).toMatchObject({ status: 'declined', text: 'exec_command failed: rejected by user: use npm' });
  expect(it.state).toBe('turn.thinking');
  const other = asking(patch());
  other.settle('c1/prepare#1', prepared());
  other.decide(1, 'no');
  expect(other.output(1)).toMatchObject({ status: 'declined', text: 'patch rejected by user' });
});

test('for this session: the same command is not asked about again, another is', () => {
  const it = asking(exec('make'));
  it.decide(1, 'session');
  it.settle('c1/work#1', watched('', 0, { code: 0 }));
  it.settle('model#2', calls(exec('make'), exec('make install')));
  expect(it.stateOf('c2')).toBe('running');
  expect(it.stateOf('c3')).toBe('asking');
});

test('for this folder: edits inside are not asked about again, outside they are', () => {
  const it = asking(patch());
  it.settle('c1/prepare#1', prepared('/w/a'));
  expect(it.all('patch')).toHaveLength(1);
  it.decide(1, 'folder');
  it.settle('c1/work#1', done({ text: 'ok', ok: true }));
  it.settle('model#2', calls(patch()));
  it.settle('c2/prepare#1', prepared('/w/sub/b'));
  expect(it.stateOf('c2')).toBe('running');
  it.settle('c2/work#1', done({ text: 'ok', ok: true }));
  it.settle('model#3', calls(patch()));
  it.settle('c3/prepare#1', prepared('/etc/passwd'));
  expect(it.stateOf('c3')).toBe('asking');
});

test('a patch that does not fit the files is told and never asked about', () => {
  const it = asking(patch());
  it.settle('c1/prepare#1', { kind: 'failed', why: 'apply_patch verification failed: no such line' });
  expect(it.all('asked')).toEqual([]);
  expect(it.output(1)).toMatchObject({ status: 'failed', text: 'apply_patch verification failed: no such line' });
});

test('a patch that comes as a shell command is a patch', () => {
  const it = asking(exec("apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: a\n+a\n*** End Patch\nEOF"));
  expect(it.started).toEqual(['c1/prepare#1']);
  it.settle('c1/prepare#1', prepared());
  it.decide(1, 'once');
  expect(it.commit.start).toMatchObject([{ effect: 'apply' }]);
});

test('reads are never asked about; their failure is theirs', () => {
  const it = asking(tool('read_file', { file_path: '/w/a' }), tool('list_dir', { dir_path: '/w' }));
  expect(it.started).toEqual(['c1/work#1', 'c2/work#1']);
  it.settle('c1/work#1', done({ text: 'no such file', ok: false }));
  it.settle('c2/work#1', done({ text: 'a', ok: true }));
  expect(it.all('output').map(({ status }) => status)).toEqual(['failed', 'done']);
  expect(it.state).toBe('turn.thinking');
});

const endings: [string, Outcome, string, RegExp][] = [
  ['failed', { kind: 'failed', why: 'broke' }, 'failed', /broke$/],
  [
    'unknown',
    { kind: 'unknown', why: 'restarted' },
    'unknown',
    /^The outcome is unknown: restarted\. .*look before repeating it\.$/,
  ],
  ['interrupted', { kind: 'interrupted' }, 'interrupted', /^aborted$/],
  ['not started', { kind: 'not started' }, 'interrupted', /^aborted$/],
  ['parked', { kind: 'parked', why: 'no key' }, 'failed', /no key$/],
];
const works: [string, Parameters<typeof calls>[0], string[]][] = [
  ['a read', tool('read_file', { file_path: '/w/a' }), ['c1/work#1']],
  ['a command', exec('ls'), ['c1/work#1']],
  ['a preparation', patch(), ['c1/prepare#1']],
  ['a patch', patch(), ['c1/prepare#1', 'c1/work#1']],
];
for (const [name, item, keys] of works)
  test.each(endings)(`${name} that ends %s is answered once, and the turn goes on`, (_, outcome, status, text) => {
    const it = new Stepped();
    it.say('go');
    it.settle('model#1', calls(item));
    for (const key of keys.slice(0, -1)) it.settle(key, prepared());
    it.settle(keys.at(-1)!, outcome);
    expect(it.output(1)?.status).toBe(status);
    expect(it.output(1)?.text).toMatch(text);
    expect(it.all('output')).toHaveLength(1);
    expect(it.state).toBe('turn.thinking');
    it.settle('model#2', says('ok'));
    expect(it.all('turn.ended')).toMatchObject([{ status: 'completed' }]);
  });

test('an outcome that comes twice is late the second time', () => {
  const it = new Stepped();
  it.say('go');
  it.settle('model#1', calls(tool('list_dir', { dir_path: '/w' })));
  it.settle('c1/work#1', done({ text: 'a', ok: true }));
  expect(it.settle('c1/work#1', done({ text: 'b', ok: true }))).toBe('ignored');
  expect(it.all('output')).toHaveLength(1);
  expect(it.all('late')).toEqual([{ key: it.key('c1/work#1'), outcome: 'done' }]);
});

test('asked to stop and ended in one commit: the end is told', () => {
  const it = new Stepped();
  it.say('go');
  it.settle('model#1', calls(tool('list_dir', { dir_path: '/w' })));
  it.put(it.settled('c1/work#1', done({ text: 'a', ok: true })), it.event({ type: 'interrupted' }));
  expect(it.output(1)).toMatchObject({ status: 'done', text: 'a' });
  expect(it.state).toBe('idle');
});

test('a call that does not stop in time is given up, and its effect is closed', () => {
  const it = new Stepped();
  it.say('go');
  it.settle('model#1', calls(tool('list_dir', { dir_path: '/w' })));
  it.send({ type: 'interrupted' });
  it.at += 2000;
  it.due('/c1#stop');
  expect(it.output(1)).toMatchObject({ status: 'interrupted', text: 'aborted by user after 2.0s' });
  expect(it.open).toEqual([]);
  expect(it.commit.closed).toEqual([it.key('c1/work#1')]);
  expect(it.state).toBe('idle');
});
