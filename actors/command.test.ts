/** Commands over their calls: background, written to, evicted, killed, and what of their end the model and the person are told. */
import { expect, test, vi } from 'vitest';
import { calls, done, exec, Stepped, says, watched, write } from '../test/kernel/stepped.ts';

vi.setConfig({ testTimeout: 60_000 });

/** A session with `server` in the background as command 1, idle. */
function withBackground(): Stepped {
  const it = new Stepped();
  it.say('go');
  it.settle('model#1', calls(exec('server')));
  it.settle('c1/work#1', watched('starting', 8, { command: 1 }));
  it.settle('model#2', says('it runs'));
  return it;
}
/** Begins a turn that makes these calls; `model` is the number of its request. */
function turn(it: Stepped, model: number, ...items: Parameters<typeof calls>) {
  it.say('go on');
  it.settle(`model#${model}`, calls(...items));
}

test('a command that outlives its call goes on, and its end is a row', () => {
  const it = withBackground();
  expect(it.state).toBe('idle');
  expect(it.open).toEqual(['p1/run#1']);
  expect(it.context.commands[1]).toEqual({ read: 8, writes: 0, used: 1, left: true, over: false });
  it.settle('p1/run#1', done({ code: 1 }));
  expect(it.all('command.ended')).toEqual([{ command: 1, code: 1 }]);
  expect(it.stateOf('p1')).toBe('exited');
});

test('the end of a command that its own call tells is no row of its own', () => {
  for (const order of [
    ['c1/work#1', 'p1/run#1'],
    ['p1/run#1', 'c1/work#1'],
  ]) {
    const it = new Stepped();
    it.say('go');
    it.settle('model#1', calls(exec('ls')));
    for (const key of order) it.settle(key, key.startsWith('p') ? done({ code: 0 }) : watched('a', 2, { code: 0 }));
    expect(it.all('command.ended')).toEqual([]);
    expect(it.stateOf('p1')).toBeUndefined();
    expect(it.open).toEqual(['model#2']);
    expect(it.context.commands).toEqual({});
    expect(it.rows.filter(({ kind }) => kind === 'late')).toEqual([]);
  }
});

test('an end that was not told yet is read by write_stdin, once; then its number means nothing', () => {
  const it = withBackground();
  it.settle('p1/run#1', done({ code: 3 }));
  turn(it, 3, write(1001));
  expect(it.commit.start).toMatchObject([{ effect: 'watch', input: { call: 2, command: 1, from: 8 } }]);
  it.settle('c2/work#1', watched('bye', 11, { code: 3 }));
  expect(it.output(2)).toMatchObject({ status: 'failed', exec: { code: 3 } });
  expect(it.stateOf('p1')).toBeUndefined();
  it.settle('model#4', calls(write(1001)));
  expect(it.output(3)).toMatchObject({ status: 'failed', text: 'write_stdin failed: Unknown process id 1001' });
});

test('writes to a command are numbered, looks at it are not', () => {
  const it = withBackground();
  turn(it, 3, write(1001, 'a\n'));
  expect(it.commit.start).toMatchObject([{ input: { call: 2, command: 1, from: 8, write: 1 } }]);
  it.settle('c2/work#1', watched('a', 10, { command: 1 }));
  it.settle('model#4', calls(write(1001)));
  expect(it.commit.start[0]!.input).toEqual({ call: 3, command: 1, from: 10 });
  it.settle('c3/work#1', watched('', 10, { command: 1 }));
  it.settle('model#5', calls(write(1001, 'b\n')));
  expect(it.commit.start).toMatchObject([{ input: { call: 4, from: 10, write: 2 } }]);
});

test('two calls on one command wait for each other', () => {
  const it = withBackground();
  turn(it, 3, write(1001, 'a\n'), write(1001, 'b\n'), exec('ls'));
  expect(it.started).toEqual(['c2/work#1']);
  it.settle('c2/work#1', watched('a', 10, { command: 1 }));
  expect(it.started).toEqual(['c3/work#1', 'p4/run#1', 'c4/work#1']);
  expect(it.commit.start).toMatchObject([{ input: { from: 10, write: 2 } }, {}, {}]);
});

test('a write that is refused leaves its command alive', () => {
  const it = withBackground();
  turn(it, 3, write(1001, 'a\n'));
  it.settle('c2/work#1', { kind: 'failed', why: 'write_stdin failed: stdin is closed for this session' });
  expect(it.output(2)).toMatchObject({
    status: 'failed',
    text: 'write_stdin failed: stdin is closed for this session',
    left: { command: 1, read: 8 },
  });
  expect(it.context.commands[1]).toMatchObject({ left: true });
  expect(it.open).toEqual(['p1/run#1', 'model#4']);
});

test('a command that could not be started is over and keeps no place', () => {
  for (const order of [
    ['c1/work#1', 'p1/run#1'],
    ['p1/run#1', 'c1/work#1'],
  ]) {
    const it = new Stepped();
    it.say('go');
    it.settle('model#1', calls(exec('ls')));
    for (const key of order) it.settle(key, { kind: 'failed', why: 'No such file or directory' });
    expect(it.output(1)).toMatchObject({ status: 'failed', text: 'exec_command failed: No such file or directory' });
    expect(it.context.commands).toEqual({});
    expect(it.stateOf('p1')).toBeUndefined();
    expect(it.all('command.ended')).toEqual([]);
  }
});

test('a command whose holder died is over: unknown for its call, or a row when it was in the background', () => {
  const lost = { kind: 'unknown', why: 'the process that held this command died' } as const;
  const it = new Stepped();
  it.say('go');
  it.settle('model#1', calls(exec('make')));
  it.put(it.settled('p1/run#1', lost), it.settled('c1/work#1', lost));
  expect(it.output(1)).toMatchObject({ status: 'unknown', text: expect.stringContaining(lost.why) });
  expect(it.context.commands).toEqual({});
  const other = withBackground();
  other.settle('p1/run#1', lost);
  expect(other.all('command.ended')).toEqual([{ command: 1, why: lost.why }]);
});

test('a command that ended while its call was being aborted is over by a row, and can be read', () => {
  const it = new Stepped();
  it.say('go');
  it.settle('model#1', calls(exec('ls')));
  it.send({ type: 'interrupted' });
  it.settle('p1/run#1', done({ code: 0 }));
  expect(it.all('command.ended')).toEqual([]);
  it.settle('c1/work#1', { kind: 'interrupted' });
  expect(it.all('command.ended')).toEqual([{ command: 1, code: 0 }]);
  expect(it.output(1)).toMatchObject({ left: { command: 1, read: 0 } });
  turn(it, 2, write(1001));
  it.settle('c2/work#1', watched('all of it', 9, { code: 0 }));
  expect(it.context.commands).toEqual({});
});

test('a person kills a background command: its end is a row and its number means nothing any more', () => {
  const it = withBackground();
  expect(it.send({ type: 'kill', n: 1 })).toBe('done');
  expect(it.started).toEqual(['p1/kill#1']);
  it.send({ type: 'kill', n: 1 });
  expect(it.started).toEqual([]);
  it.settle('p1/run#1', done({ code: 143 }));
  expect(it.all('command.ended')).toEqual([{ command: 1, code: 143 }]);
  expect(it.context.commands).toEqual({});
  // What the killing still says belongs to nobody.
  expect(it.settle('p1/kill#1', done(null))).toBe('ignored');
  expect(it.all('late')).toHaveLength(1);
  turn(it, 3, write(1001));
  expect(it.output(2)?.text).toBe('write_stdin failed: Unknown process id 1001');
});

test('a command that could not be killed can be killed again', () => {
  const it = withBackground();
  it.send({ type: 'kill', n: 1 });
  it.settle('p1/kill#1', { kind: 'failed', why: 'the holder does not answer' });
  expect(it.stateOf('p1')).toBe('running');
  it.send({ type: 'kill', n: 1 });
  expect(it.started).toEqual(['p1/kill#2']);
  it.settle('p1/kill#2', done(null));
  expect(it.stateOf('p1')).toBe('killing');
  it.settle('p1/run#1', done({ code: 137 }));
  expect(it.stateOf('p1')).toBeUndefined();
});

test('killed while a call looks at it: the call tells the end', () => {
  const it = withBackground();
  turn(it, 3, write(1001));
  it.send({ type: 'kill', n: 1 });
  it.settle('c2/work#1', watched('', 8, { code: 143 }));
  expect(it.output(2)).toMatchObject({ exec: { code: 143 } });
  it.settle('p1/run#1', done({ code: 143 }));
  expect(it.context.commands).toEqual({});
  expect(it.stateOf('p1')).toBeUndefined();
});

test('killing one that is over only drops what could be read of it', () => {
  const it = withBackground();
  it.settle('p1/run#1', done({ code: 0 }));
  it.send({ type: 'kill', n: 1 });
  expect(it.started).toEqual([]);
  expect(it.stateOf('p1')).toBeUndefined();
  expect(it.context.commands).toEqual({});
  expect(it.all('command.ended')).toHaveLength(1);
});

/** One turn after another leaves `count` commands in the background. */
function crowd(count: number): Stepped {
  const it = new Stepped();
  it.say('go');
  for (let n = 1; n <= count; n++) {
    it.settle(`model#${n}`, calls(exec(`server ${n}`)));
    it.settle(`c${n}/work#1`, watched('', 0, { command: n }));
  }
  return it;
}

test('the 65th command makes room: an ended one first, else the one used longest ago', () => {
  const it = crowd(64);
  expect(it.open.filter((key) => key.endsWith('run#1'))).toHaveLength(64);
  it.settle('p5/run#1', done({ code: 0 }));
  it.settle('model#65', calls(exec('one more')));
  expect(it.stateOf('p5')).toBeUndefined();
  expect(it.started).toEqual(['p65/run#1', 'c65/work#1']);
  it.settle('c65/work#1', watched('', 0, { command: 65 }));
  it.settle('model#66', calls(exec('and another')));
  expect(it.stateOf('p1')).toBe('killing');
  expect(it.started).toEqual(['p66/run#1', 'c66/work#1', 'p1/kill#1']);
  expect(Object.keys(it.context.commands)).toHaveLength(64);
  it.settle('p1/run#1', done({ code: 143 }));
  expect(it.all('command.ended').map(({ command }) => command)).toEqual([5, 1]);
});

test('the 8 used last never make room, ended or not', () => {
  const it = crowd(64);
  for (let n = 57; n <= 64; n++) it.settle(`p${n}/run#1`, done({ code: 0 }));
  it.settle('model#65', calls(exec('one more')));
  expect(it.stateOf('p1')).toBe('killing');
  for (let n = 58; n <= 64; n++) expect(it.stateOf(`p${n}`)).toBe('exited');
});

test('using a command saves it from making room', () => {
  const it = crowd(64);
  it.settle('model#65', calls(write(1001)));
  it.settle('c65/work#1', watched('', 0, { command: 1 }));
  it.settle('model#66', calls(exec('one more')));
  expect(it.stateOf('p1')).toBe('running');
  expect(it.stateOf('p2')).toBe('killing');
});

test('66 commands of one answer: 64 live', () => {
  const it = new Stepped();
  it.say('go');
  it.settle('model#1', calls(...Array.from({ length: 66 }, (_, i) => exec(`sleep ${i}`))));
  const alive = Array.from({ length: 66 }, (_, i) => it.stateOf(`p${i + 1}`)).filter((state) => state === 'running');
  expect(alive).toHaveLength(64);
});
