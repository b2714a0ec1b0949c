/** Turns of a session as arithmetic: begin, ask, call, steer, queue, complete, fail, park. */
import { describe, expect, test } from 'vitest';
import {
  answer,
  anySession,
  calls,
  careful,
  done,
  exec,
  patch,
  prepared,
  Stepped,
  says,
  tool,
  watched,
  yolo,
} from '../test/kernel/stepped.ts';
import { step } from './drive.ts';
import { machines } from './machines.ts';

test('a message begins a turn, asks the model once, and the answer ends it', () => {
  const it = new Stepped();
  it.at += 10;
  expect(it.say('hi', 'steer', 'k1')).toBe('done');
  expect(it.state).toBe('turn.thinking');
  expect(it.recorded).toEqual(['turn.started', 'user']);
  expect(it.commit.start).toMatchObject([{ effect: 'model', input: { turn: 1, step: 1 } }]);
  it.at += 250;
  expect(it.settle('model#1', says('hello'))).toBe('done');
  expect(it.state).toBe('idle');
  expect(it.recorded).toEqual(['assistant', 'usage', 'turn.ended']);
  expect(it.all('turn.ended')).toEqual([{ turn: 1, status: 'completed', tookMs: 250 }]);
  expect(it.open).toEqual([]);
});

test('facts of the world come before the words, and again only when they changed', () => {
  const it = new Stepped();
  const facts = (hash: string) => [{ part: 'environment', role: 'user' as const, text: `facts ${hash}`, hash }];
  it.send({ type: 'said', text: 'one', mode: 'steer', context: facts('a') });
  it.settle('model#1', says('ok'));
  it.send({ type: 'said', text: 'two', mode: 'steer', context: facts('a') });
  it.settle('model#2', says('ok'));
  it.send({ type: 'said', text: 'three', mode: 'steer', context: facts('b') });
  expect(
    it.rows.filter(({ kind }) => kind === 'context' || kind === 'user').map(({ body }) => 'text' in body && body.text),
  ).toEqual(['facts a', 'one', 'two', 'facts b', 'three']);
});

test('an answer that wants to be asked again is asked again in the same turn', () => {
  const it = new Stepped();
  it.say('hi');
  it.settle('model#1', says('thinking on', false));
  expect(it.state).toBe('turn.thinking');
  expect(it.commit.start).toMatchObject([{ input: { turn: 1, step: 2 } }]);
  it.settle('model#2', says('done'));
  expect(it.state).toBe('idle');
  expect(it.all('turn.started')).toHaveLength(1);
});

test('an answer without anything in it ends the turn', () => {
  const it = new Stepped();
  it.say('hi');
  it.settle('model#1', answer([]));
  expect(it.state).toBe('idle');
});

test('an answer’s calls run together, and the model is asked when the last is over', () => {
  const it = new Stepped();
  it.say('go');
  it.settle('model#1', calls(exec('a'), exec('b')));
  expect(it.state).toBe('turn.acting');
  expect(it.started).toEqual(['p1/run#1', 'c1/work#1', 'p2/run#1', 'c2/work#1']);
  it.settle('c2/work#1', watched('b', 1, { code: 0 }));
  expect(it.state).toBe('turn.acting');
  it.settle('c1/work#1', watched('a', 1, { code: 0 }));
  expect(it.state).toBe('turn.thinking');
  expect(it.started).toContain('model#2');
  expect(it.all('call').map(({ call, ref }) => [call, ref])).toEqual([
    [1, 'call_0'],
    [2, 'call_0'],
  ]);
});

test('two calls that end in one commit are both answered, and the model is asked once', () => {
  const it = new Stepped();
  it.say('go');
  it.settle('model#1', calls(exec('a'), exec('b')));
  it.put(it.settled('c1/work#1', watched('a', 1, { code: 0 })), it.settled('c2/work#1', watched('b', 1, { code: 1 })));
  expect(it.all('output').map(({ call, status }) => [call, status])).toEqual([
    [1, 'done'],
    [2, 'failed'],
  ]);
  expect(it.started.filter((key) => key.startsWith('model'))).toEqual(['model#2']);
});

test('a tool that is not offered is not run, and is offered from the settings on that name it', () => {
  const it = new Stepped({ ...yolo, tools: ['list_dir'] });
  it.say('go');
  it.settle('model#1', calls(tool('read_file', { file_path: '/a' }), tool('list_dir', { dir_path: '/' })));
  expect(it.output(1)).toMatchObject({ status: 'failed', text: 'unsupported call: read_file' });
  expect(it.started).toEqual(['c2/work#1']);
  it.send({ type: 'configured', settings: { tools: ['read_file'] } });
  it.settle('c2/work#1', done({ text: '', ok: true }));
  it.settle('model#2', calls(tool('read_file', { file_path: '/a' }), tool('list_dir', { dir_path: '/' }), exec('ls')));
  expect(it.started).toEqual(['c3/work#1', 'p5/run#1', 'c5/work#1']);
  expect(it.output(4)?.text).toBe('unsupported call: list_dir');
  it.send({ type: 'configured', settings: { model: 'other' } });
  expect(it.context.tools).toEqual(['read_file']);
});

describe('an answer of more calls than are run', () => {
  const many = (item: Parameters<typeof calls>[0]) => calls(...Array.from({ length: 1500 }, () => item));
  const told = (it: Stepped) => it.all('output').filter(({ text }) => text.startsWith('not run: '));

  test('says so of each of the others, and numbers go on after the last', () => {
    const it = new Stepped();
    it.say('go');
    it.settle('model#1', many(tool('nobody', {})));
    expect(it.state).toBe('turn.thinking');
    expect(told(it).map(({ call }) => call)).toEqual(Array.from({ length: 1500 - 128 }, (_, i) => 129 + i));
    expect(new Set(it.all('output').map(({ call }) => call)).size).toBe(1500);
    it.settle('model#2', calls(exec('ls')));
    expect(it.started).toEqual(['p1501/run#1', 'c1501/work#1']);
    it.settle('p1501/run#1', done({ code: 0 }));
    it.settle('c1501/work#1', watched('', 0, { code: 0 }));
    it.settle('model#3', says('ok'));
    expect(it.state).toBe('idle');
  });

  test.each(['interrupted', 'stopped'] as const)('that all run can be %s, in the same step too', (type) => {
    const it = new Stepped();
    it.say('go');
    it.put(it.settled('model#1', many(exec('sleep 9'))), it.event({ type }));
    expect(told(it)).toHaveLength(1500 - 128);
    it.at += 2000;
    for (const id of it.deadlines) it.due(id);
    for (const key of it.open) it.settle(key.replace(' (cancelled)', ''), { kind: 'interrupted' });
    expect(it.state).toBe(type === 'stopped' ? 'stopped' : 'idle');
    expect(new Set(it.all('output').map(({ call }) => call)).size).toBe(1500);
  });

  test('that all ask can be interrupted', () => {
    const it = new Stepped(careful);
    it.say('go');
    it.settle('model#1', many(exec('rm a')));
    expect(it.all('asked')).toHaveLength(128);
    it.send({ type: 'interrupted' });
    expect(it.state).toBe('idle');
  });
});

test('calls that need nothing of the world are over in the commit of the answer', () => {
  const it = new Stepped();
  it.say('go');
  it.settle(
    'model#1',
    calls(
      tool('update_plan', { plan: [{ step: 's', status: 'pending' }] }),
      tool('no_such', {}),
      tool('exec_command', { cmd: 1 }),
    ),
  );
  expect(it.state).toBe('turn.thinking');
  expect(it.recorded).toEqual(['call', 'call', 'call', 'usage', 'plan', 'output', 'output', 'output']);
  expect(it.output(2)?.text).toBe('unsupported call: no_such');
  expect(it.output(3)?.text).toMatch(/^failed to parse function arguments: /);
  expect(it.open).toEqual(['model#2']);
});

test('an exclusive call waits for all before it and holds back all after it', () => {
  const it = new Stepped();
  it.say('go');
  it.settle(
    'model#1',
    calls(exec('a'), patch(), exec('b'), tool('update_plan', { plan: [] }), tool('list_dir', { dir_path: '/w' })),
  );
  expect(it.started).toEqual(['p1/run#1', 'c1/work#1']);
  it.settle('c1/work#1', watched('', 0, { code: 0 }));
  expect(it.started).toEqual(['c2/prepare#1']);
  it.settle('c2/prepare#1', prepared());
  expect(it.started).toEqual(['c2/work#1']);
  it.settle('c2/work#1', done({ text: 'Success.', ok: true }));
  // The plan is exclusive: it waits for the command before it.
  expect(it.started).toEqual(['p3/run#1', 'c3/work#1']);
  it.settle('c3/work#1', watched('', 0, { code: 0 }));
  expect(it.recorded).toEqual(['output', 'plan', 'output']);
  expect(it.started).toEqual(['c5/work#1']);
  it.settle('c5/work#1', done({ text: 'a', ok: true }));
  expect(it.state).toBe('turn.thinking');
  expect(it.all('output').map(({ call }) => call)).toEqual([1, 2, 3, 4, 5]);
});

test('an exclusive call at the head runs alone', () => {
  const it = new Stepped();
  it.say('go');
  it.settle('model#1', calls(patch(), exec('a')));
  expect(it.started).toEqual(['c1/prepare#1']);
});

test('said while the model thinks: the request is cut and made again with the words in it', () => {
  const it = new Stepped();
  it.say('hi');
  it.say('and this', 'steer', 'k2');
  expect(it.state).toBe('turn.thinking');
  expect(it.recorded).toEqual(['user']);
  expect(it.open).toEqual(['model#1 (cancelled)', 'model#2']);
  // What the cut request says after all counts no more.
  expect(it.settle('model#1', says('to the first'))).toBe('ignored');
  expect(it.state).toBe('turn.thinking');
  it.settle('model#2', says('to both'));
  expect(it.all('assistant').map(({ text }) => text)).toEqual(['to both']);
  expect(it.all('turn.started')).toHaveLength(1);
});

test('two messages in one commit cut two requests: the one between was never begun', () => {
  const it = new Stepped();
  it.say('hi');
  it.put(it.event({ type: 'said', text: 'a', mode: 'steer' }), it.event({ type: 'said', text: 'b', mode: 'steer' }));
  expect(it.open).toEqual(['model#1 (cancelled)', 'model#3']);
  expect(it.started).toEqual(['model#3']);
  expect(it.commit.cancel).toEqual([it.key('model#1')]);
});

test('said while calls run: it waits as a row and goes in before the next request', () => {
  const it = new Stepped();
  it.say('go');
  it.settle('model#1', calls(exec('a')));
  it.say('look at b too', 'steer', 'k2');
  expect(it.recorded).toEqual(['queued']);
  expect(it.state).toBe('turn.acting');
  it.settle('c1/work#1', watched('', 0, { code: 0 }));
  expect(it.recorded).toEqual(['output', 'user']);
  expect(it.all('user').at(-1)).toEqual({ turn: 1, text: 'look at b too', queued: 1, key: 'k2' });
  expect(it.context.pending).toEqual([]);
});

test('queued messages become turns of their own, one after another', () => {
  const it = new Stepped();
  it.say('one');
  it.say('two', 'queue');
  it.say('three', 'queue');
  it.settle('model#1', says('1'));
  expect(it.recorded).toEqual(['assistant', 'usage', 'turn.ended', 'turn.started', 'user']);
  expect(it.state).toBe('turn.thinking');
  it.settle('model#2', says('2'));
  it.settle('model#3', says('3'));
  expect(it.state).toBe('idle');
  expect(it.all('user').map(({ turn, text, queued }) => [turn, text, queued])).toEqual([
    [1, 'one', undefined],
    [2, 'two', 1],
    [3, 'three', 2],
  ]);
});

test('queued in an idle session begins at once; taken back, it never does', () => {
  const it = new Stepped();
  expect(it.say('now', 'queue')).toBe('done');
  expect(it.state).toBe('turn.thinking');
  it.say('later', 'queue');
  it.send({ type: 'unqueued', n: 1 });
  expect(it.all('unqueued')).toEqual([{ n: 1, why: 'deleted', text: 'later' }]);
  it.send({ type: 'unqueued', n: 1 });
  expect(it.all('unqueued')).toHaveLength(1);
  it.settle('model#1', says('ok'));
  expect(it.state).toBe('idle');
});

test.each([
  [
    'failed',
    { kind: 'failed', why: 'no such model', code: 'modelNotFound' } as const,
    { code: 'modelNotFound', message: 'no such model' },
  ],
  ['unknown', { kind: 'unknown', why: 'the daemon ended' } as const, { code: 'other', message: 'the daemon ended' }],
  ['interrupted', { kind: 'interrupted' } as const, { code: 'other', message: 'the model request was interrupted' }],
  ['not started', { kind: 'not started' } as const, { code: 'other', message: 'the model request was not started' }],
])('a model request that ends %s fails the turn and holds the queue', (_, outcome, error) => {
  const it = new Stepped();
  it.say('one');
  it.say('two', 'queue');
  it.settle('model#1', outcome);
  expect(it.state).toBe('idle');
  expect(it.all('turn.ended')).toMatchObject([{ status: 'failed', error }]);
  expect(it.context.held).toBe(true);
  it.send({ type: 'released' });
  expect(it.state).toBe('turn.thinking');
  expect(it.all('user').at(-1)).toMatchObject({ turn: 2, text: 'two', queued: 1 });
});

test('a held queue waits behind a message that is said now', () => {
  const it = new Stepped();
  it.say('one');
  it.say('later', 'queue');
  it.settle('model#1', { kind: 'failed', why: 'x' });
  it.say('now');
  it.settle('model#2', says('ok'));
  expect(it.all('user').map(({ text }) => text)).toEqual(['one', 'now', 'later']);
  expect(it.state).toBe('turn.thinking');
});

test('parked is the same turn when it goes on', () => {
  const it = new Stepped();
  it.say('hi');
  it.settle('model#1', { kind: 'parked', why: 'needs a key', fix: 'export KEY' });
  expect(it.state).toBe('turn.parked');
  expect(it.all('turn.parked')).toEqual([{ turn: 1, why: 'needs a key', fix: 'export KEY' }]);
  it.say('later', 'queue');
  expect(it.state).toBe('turn.parked');
  it.send({ type: 'resumed' });
  expect(it.state).toBe('turn.thinking');
  expect(it.started).toEqual(['model#2']);
  it.settle('model#2', says('hello'));
  expect(it.all('turn.started').map(({ turn }) => turn)).toEqual([1, 2]);
});

test('words to a parked turn go on with it', () => {
  const it = new Stepped();
  it.say('hi');
  it.settle('model#1', { kind: 'parked', why: 'x' });
  it.say('go on');
  expect(it.state).toBe('turn.thinking');
  expect(it.all('user').map(({ turn }) => turn)).toEqual([1, 1]);
});

test('resumed means nothing to a session that is not parked', () => {
  const it = new Stepped();
  expect(it.send({ type: 'resumed' })).toBe('ignored');
  it.say('hi');
  expect(it.send({ type: 'resumed' })).toBe('ignored');
  expect(it.open).toEqual(['model#1']);
});

test('settings count for the calls that begin after them; a name and an archive mark are rows', () => {
  const it = new Stepped(careful);
  it.say('go');
  it.settle('model#1', calls(patch(), exec('make')));
  it.send({ type: 'configured', settings: { approval: 'never', sandbox: 'danger-full-access' } });
  it.settle('c1/prepare#1', prepared());
  expect(it.stateOf('c1')).toBe('asking');
  it.decide(1, 'once');
  it.settle('c1/work#1', done({ text: 'ok', ok: true }));
  expect(it.stateOf('c2')).toBe('running');
  it.send({ type: 'renamed', name: 'x' });
  it.send({ type: 'archived', archived: true });
  expect(it.all('renamed')).toEqual([{ name: 'x' }]);
  expect(it.all('archived')).toEqual([{ archived: true }]);
});

test('every request, call, message and wake of a session has a number of its own', () => {
  const it = new Stepped();
  for (let turn = 1; turn <= 3; turn++) {
    it.say('go');
    it.say('q', 'queue');
    it.send({ type: 'unqueued', n: turn });
    it.settle(`model#${turn * 2 - 1}`, calls(exec('a')));
    it.settle(`c${turn}/work#1`, watched('', 0, { code: 0 }));
    it.settle(`model#${turn * 2}`, says('ok'));
  }
  expect(it.all('call').map(({ call }) => call)).toEqual([1, 2, 3]);
  expect(it.all('queued').map(({ n }) => n)).toEqual([1, 2, 3]);
});

test('a machine does not mind what it is not told in time: an event for an actor that is gone is ignored', () => {
  const it = new Stepped();
  expect(it.decide(7, 'once')).toBe('ignored');
  const { results } = step(machines, it.tree, [
    { job: 'event', to: `${anySession}/w9` as never, event: { type: 'cancelled', at: 1 } },
  ]);
  expect(results).toEqual([{ result: 'ignored', seq: it.tree.seq }]);
  expect(yolo.approval).toBe('never');
});
