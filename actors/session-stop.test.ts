/** How a turn is ended by a person, in every state it can be in: interrupt, stop, abort, and what they leave behind. */
import { expect, test } from 'vitest';
import { calls, careful, done, exec, patch, prepared, Stepped, says, tool, watched } from '../test/kernel/stepped.ts';

const interrupted = { kind: 'interrupted' } as const;
const ends = (it: Stepped) => it.all('turn.ended').map(({ status }) => status);

test('interrupt in a stream: the request is asked to end, and the turn ends when it has', () => {
  const it = new Stepped();
  it.say('hi');
  it.at += 1000;
  expect(it.send({ type: 'interrupted', by: 'me' })).toBe('done');
  expect(it.state).toBe('turn.stopping');
  expect(it.commit.cancel).toEqual([it.key('model#1')]);
  expect(it.deadlines).toEqual(['#stop']);
  it.at += 100;
  it.settle('model#1', interrupted);
  expect(it.state).toBe('idle');
  expect(it.recorded).toEqual(['context', 'turn.ended']);
  expect(it.all('turn.ended')).toEqual([{ turn: 1, status: 'interrupted', tookMs: 1100, by: 'me' }]);
  expect(it.all('context').at(-1)).toMatchObject({ part: 'interrupted', role: 'user' });
  expect(it.deadlines).toEqual([]);
});

test('a whole answer that arrives while stopping is not taken', () => {
  const it = new Stepped();
  it.say('hi');
  it.send({ type: 'interrupted' });
  it.settle('model#1', says('hello'));
  expect(it.all('assistant')).toEqual([]);
  expect(ends(it)).toEqual(['interrupted']);
});

test('a request that does not end within 2 s is waited for no longer; it comes late and changes nothing', () => {
  const it = new Stepped();
  it.say('hi');
  it.send({ type: 'interrupted' });
  expect(it.tree.deadlines[`${it.session}#stop`]).toMatchObject({ at: it.at + 2000, after: 2000 });
  it.at += 2000;
  expect(it.due('#stop')).toBe('done');
  expect(it.state).toBe('idle');
  expect(it.open).toEqual(['model#1 (cancelled)']);
  expect(it.settle('model#1', says('hello'))).toBe('ignored');
  expect(it.commit.rows).toEqual([]);
  expect(it.open).toEqual([]);
});

test('an interrupt names the turn it means', () => {
  const it = new Stepped();
  it.say('hi');
  expect(it.send({ type: 'interrupted', turn: 7 })).toBe('ignored');
  expect(it.send({ type: 'interrupted', turn: 1 })).toBe('done');
  expect(it.send({ type: 'interrupted', turn: 1 })).toBe('ignored');
});

test('an idle session has nothing to interrupt', () => {
  const it = new Stepped();
  expect(it.send({ type: 'interrupted' })).toBe('ignored');
});

test('interrupt and message in the commit that begins the turn: nothing was ever asked', () => {
  const it = new Stepped();
  it.put(it.event({ type: 'said', text: 'hi', mode: 'steer' }), it.event({ type: 'interrupted' }));
  expect(it.state).toBe('idle');
  expect(it.commit.start).toEqual([]);
  expect(it.open).toEqual([]);
  expect(ends(it)).toEqual(['interrupted']);
});

test('interrupt in a tool: the watch is ended, the process goes on as a background command', () => {
  const it = new Stepped();
  it.say('go');
  it.settle('model#1', calls(exec('sleep 100')));
  it.at += 1234;
  it.send({ type: 'interrupted' });
  expect(it.state).toBe('turn.stopping');
  expect(it.commit.cancel).toEqual([it.key('c1/work#1')]);
  it.settle('c1/work#1', {
    kind: 'interrupted',
    value: { text: 'so far', head: { chunk: 'a', wallMs: 1, read: 6, tokens: 2, session: 1001 } },
  });
  expect(it.state).toBe('idle');
  expect(it.output(1)).toMatchObject({ status: 'interrupted', text: 'Wall time: 1.2 seconds\naborted by user' });
  expect(it.open).toEqual(['p1/run#1']);
  // The model was not shown what was read by then, so the next look begins where it had been.
  expect(it.context.commands[1]).toMatchObject({ left: true, over: false, read: 0 });
});

test('calls that had not begun are answered at once when the turn is interrupted', () => {
  const it = new Stepped();
  it.say('go');
  it.settle('model#1', calls(exec('a'), patch(), exec('b')));
  it.send({ type: 'interrupted' });
  expect(it.all('output').map(({ call, text }) => [call, text])).toEqual([
    [2, 'aborted'],
    [3, 'aborted'],
  ]);
  it.settle('c1/work#1', interrupted);
  expect(it.all('output').map(({ call }) => call)).toEqual([2, 3, 1]);
  expect(it.state).toBe('idle');
});

test('a reading tool that is interrupted says after how long', () => {
  const it = new Stepped();
  it.say('go');
  it.settle('model#1', calls(tool('read_file', { file_path: '/w/a' })));
  it.at += 2540;
  it.send({ type: 'interrupted' });
  it.settle('c1/work#1', interrupted);
  expect(it.output(1)?.text).toBe('aborted by user after 2.5s');
});

test('a patch that was done all the same says so, one that nobody can tell about is unknown', () => {
  for (const [outcome, status] of [
    [done({ text: 'Success.', ok: true }), 'done'],
    [{ kind: 'unknown', why: 'x' } as const, 'unknown'],
    [interrupted, 'interrupted'],
  ] as const) {
    const it = new Stepped();
    it.say('go');
    it.settle('model#1', calls(patch()));
    it.settle('c1/prepare#1', prepared());
    it.send({ type: 'interrupted' });
    it.settle('c1/work#1', outcome);
    expect(it.output(1)?.status).toBe(status);
    expect(ends(it)).toEqual(['interrupted']);
  }
});

test('no model is asked while a patch is stopping; after 2 s its outcome is unknown', () => {
  const it = new Stepped();
  it.say('go');
  it.settle('model#1', calls(patch()));
  it.settle('c1/prepare#1', prepared());
  it.send({ type: 'interrupted' });
  it.say('next thing');
  expect(it.started).toEqual([]);
  it.at += 2000;
  expect(it.due('/c1#stop')).toBe('done');
  expect(it.output(1)).toMatchObject({ status: 'unknown', text: expect.stringContaining('did not stop within 2 s') });
  expect(it.state).toBe('turn.thinking');
  expect(it.all('user').at(-1)).toMatchObject({ turn: 2, text: 'next thing' });
  // Its true end is a late row, in this turn or any.
  expect(it.settle('c1/work#1', done({ text: 'Success.', ok: true }))).toBe('ignored');
  expect(it.all('late')).toEqual([{ key: it.key('c1/work#1'), outcome: 'done' }]);
});

test('interrupt while a question is open takes the question back', () => {
  const it = new Stepped(careful);
  it.say('go');
  it.settle('model#1', calls(exec('rm -r x')));
  expect(it.stateOf('c1')).toBe('asking');
  it.send({ type: 'interrupted' });
  expect(it.state).toBe('idle');
  expect(it.output(1)).toMatchObject({ status: 'interrupted' });
  expect(it.decide(1, 'once')).toBe('ignored');
});

test('interrupt while a patch is looked at', () => {
  const it = new Stepped();
  it.say('go');
  it.settle('model#1', calls(patch()));
  it.send({ type: 'interrupted' });
  it.settle('c1/prepare#1', prepared());
  expect(it.output(1)).toMatchObject({ status: 'interrupted' });
  expect(it.all('patch')).toEqual([]);
  expect(it.state).toBe('idle');
});

test('interrupt of a parked turn ends it at once', () => {
  const it = new Stepped();
  it.say('hi');
  it.settle('model#1', { kind: 'parked', why: 'x' });
  it.send({ type: 'interrupted' });
  expect(it.state).toBe('idle');
  expect(ends(it)).toEqual(['interrupted']);
});

test('steers that were not delivered come back; queued messages stay, held', () => {
  const it = new Stepped();
  it.say('go');
  it.settle('model#1', calls(exec('a')));
  it.send({ type: 'said', text: 'steer', mode: 'steer', by: 'tty1' });
  it.say('queue', 'queue');
  it.send({ type: 'interrupted' });
  it.settle('c1/work#1', interrupted);
  expect(it.all('unqueued')).toEqual([{ n: 1, why: 'returned', text: 'steer', by: 'tty1' }]);
  expect(it.state).toBe('idle');
  expect(it.context.pending).toMatchObject([{ n: 2, text: 'queue' }]);
  it.send({ type: 'released' });
  expect(it.all('user').at(-1)).toMatchObject({ turn: 2, text: 'queue', queued: 2 });
});

test('what is said while stopping is the next turn, also when the queue is held', () => {
  const it = new Stepped();
  it.say('go');
  it.say('queued', 'queue');
  it.send({ type: 'interrupted' });
  it.say('a');
  it.say('b');
  it.settle('model#1', interrupted);
  expect(it.state).toBe('turn.thinking');
  expect(it.all('user').map(({ turn, text }) => [turn, text])).toEqual([
    [1, 'go'],
    [2, 'a'],
    [2, 'b'],
  ]);
  it.settle('model#2', says('ok'));
  expect(it.all('user').at(-1)).toMatchObject({ turn: 3, text: 'queued' });
});

test('queued while stopping waits with the held queue', () => {
  const it = new Stepped();
  it.say('go');
  it.send({ type: 'interrupted' });
  it.say('later', 'queue');
  it.settle('model#1', interrupted);
  expect(it.state).toBe('idle');
  expect(it.context.held).toBe(true);
  expect(it.context.pending).toMatchObject([{ text: 'later' }]);
});

test('an answer that aborts ends the turn, and its sister calls with it', () => {
  const it = new Stepped(careful);
  it.say('go');
  it.settle('model#1', calls(exec('rm x'), exec('rm y'), tool('read_file', { file_path: '/w/a' }), patch()));
  it.decide(1, 'abort', 'k', 'do it otherwise');
  expect(it.state).toBe('turn.stopping');
  expect(it.output(1)).toMatchObject({
    status: 'declined',
    text: 'exec_command failed: rejected by user: do it otherwise',
  });
  expect(it.output(2)).toMatchObject({ status: 'interrupted' });
  expect(it.output(4)).toMatchObject({ text: 'aborted' });
  it.settle('c3/work#1', interrupted);
  expect(it.state).toBe('idle');
  expect(ends(it)).toEqual(['interrupted']);
});

test('an answer that aborts the only call ends the turn in the same commit', () => {
  const it = new Stepped(careful);
  it.say('go');
  it.settle('model#1', calls(exec('rm x')));
  it.decide(1, 'abort');
  expect(it.state).toBe('idle');
  expect(it.deadlines).toEqual([]);
});

const into: Record<string, (it: Stepped) => void> = {
  idle: () => {},
  thinking: (it) => void it.say('go'),
  acting: (it) => {
    it.say('go');
    it.settle('model#1', calls(exec('a')));
  },
  parked: (it) => {
    it.say('go');
    it.settle('model#1', { kind: 'parked', why: 'x' });
  },
  stopping: (it) => {
    it.say('go');
    it.send({ type: 'interrupted' });
  },
};
test.each(Object.keys(into))(
  'stop in %s ends the session, and nothing but a person’s word begins it again',
  (state) => {
    const it = new Stepped();
    into[state]!(it);
    expect(it.send({ type: 'stopped', by: 'me' })).toBe('done');
    for (const key of it.open.map((open) => open.split(' ')[0]!))
      if (key.includes('model') || key.includes('work')) it.settle(key, interrupted);
    expect(it.state).toBe('stopped');
    expect(it.all('stopped')).toEqual([{ by: 'me' }]);
    expect(it.all('turn.ended')).toHaveLength(state === 'idle' ? 0 : 1);
    if (state === 'acting') {
      expect(it.stateOf('p1')).toBe('killing');
      expect(it.started).toEqual(['p1/kill#1']);
      it.settle('p1/run#1', done({ code: 143 }));
      it.settle('p1/kill#1', done(null));
      expect(it.open).toEqual([]);
    }
    expect(it.send({ type: 'stopped' })).toBe('ignored');
    it.send({ type: 'wake', until: it.at, text: 'ring' });
    it.due('/w1#time');
    it.say('queued', 'queue');
    it.send({ type: 'released' });
    expect(it.state).toBe('stopped');
    it.say('again');
    expect(it.state).toBe('turn.thinking');
  },
);

test('stop kills the background commands of an idle session', () => {
  const it = new Stepped();
  it.say('go');
  it.settle('model#1', calls(exec('server')));
  it.settle('c1/work#1', watched('', 0, { command: 1 }));
  it.settle('model#2', says('it runs'));
  it.send({ type: 'stopped' });
  expect(it.started).toEqual(['p1/kill#1']);
  it.settle('p1/run#1', done({ code: 143 }));
  expect(it.all('command.ended')).toEqual([{ command: 1, code: 143 }]);
  expect(it.context.commands).toEqual({});
});

test('an interrupt and the end it would have caused in one commit: what happened first holds', () => {
  const it = new Stepped();
  it.say('go');
  it.put(it.settled('model#1', says('done')), it.event({ type: 'interrupted' }));
  expect(ends(it)).toEqual(['completed']);
  const other = new Stepped();
  other.say('go');
  other.put(other.event({ type: 'interrupted' }), other.settled('model#1', says('done')));
  expect(ends(other)).toEqual(['interrupted']);
});
